"""Tests that take our files away, or the right to write them, while courier and pytest use them."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from .project import needs_courier

if TYPE_CHECKING:
    from .project import Finished, Project

pytestmark = [
    needs_courier,
    pytest.mark.skipif(sys.platform != "linux", reason="the courier is Linux's here"),
]

#: A suite in which a test does something to our files, once a result before it has arrived.
SUITE = """
    import os, pathlib, shutil, time, pytest

    state = pathlib.Path.home() / ".local" / "state" / "buildkite-test-collector"
    kept = pathlib.Path("kept.ndjson").absolute()

    def test_before(): pass

    def test_waits_for_an_upload():
        until = time.monotonic() + 60
        while not pathlib.Path("has_arrived").exists():
            assert time.monotonic() < until
            time.sleep(0.02)

    def test_deed():
        {deed}

    def test_after(): pass
    def test_last(): pass
"""

NAMES = ["test_before", "test_waits_for_an_upload", "test_deed", "test_after", "test_last"]


def run_with_deed(project: Project, deed: str, *arguments: str, conftest: str = "") -> Finished:
    """Run a suite with a deed in it."""

    def tell() -> None:
        project.engine.wait_for(1, 60)
        (project.path / "has_arrived").touch()

    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.2"
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "true"
    project.write({"test_it.py": SUITE.format(deed=deed), "conftest.py": conftest})
    teller = threading.Thread(target=tell)
    teller.start()
    try:
        return project.pytest(*arguments, watched=False)
    finally:
        teller.join()
        project.wait_for_couriers()


#: What a test does to the journal in a place that its user has named, and what is said of it.
DEEDS = {
    "truncates it": ("os.truncate(kept, 0)", "was truncated while the tests ran"),
    "truncates it in part": ("os.truncate(kept, 40)", "was truncated while the tests ran"),
    "removes it": ("kept.unlink()", "was removed while the tests ran"),
    "replaces it": (
        "kept.with_suffix('.new').write_text('hello\\n'); os.replace('kept.new', kept)",
        "was replaced by another file while the tests ran",
    ),
    "makes it a link": (
        "kept.unlink(); pathlib.Path('theirs').write_text('hello\\n'); kept.symlink_to('theirs')",
        "kept.ndjson",
    ),
    "makes it a directory": ("kept.unlink(); kept.mkdir()", "could not be written"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_journal_that_a_test_finds(project: Project, deed: str) -> None:
    """What was read before has arrived, and so does what comes after; a line tells of it."""
    statement, note = DEEDS[deed]
    run = run_with_deed(project, statement, "--buildkite-journal=kept.ndjson")
    arrived = Counter(result["name"] for result in project.engine.executions)

    assert run.status == 0, run.stdout
    assert {*NAMES} - {"test_deed"} <= set(arrived)
    assert set(arrived.values()) == {1}
    assert note in "\n".join(run.said)
    theirs = project.path / "theirs"
    assert not theirs.exists() or theirs.read_text() == "hello\n"


#: What a test does to the directory of its run.
REMOVALS = {
    "all of it": "shutil.rmtree(state)",
    "all of the home": "shutil.rmtree(state.parent.parent)",
    "what is in it": "[each.unlink() for each in state.rglob('*') if not each.is_dir()]",
    "all but the journal": (
        "[each.unlink() for each in state.rglob('*') if each.suffix != '.ndjson' "
        "and not each.is_dir()]"
    ),
    "moves it": "state.rename(state.parent / 'moved')",
}


@pytest.mark.parametrize("removal", REMOVALS)
def test_a_directory_that_a_test_removes(project: Project, removal: str) -> None:
    """Nothing arrives twice: courier and pytest lose sight of each other there."""
    run = run_with_deed(project, REMOVALS[removal])
    arrived = Counter(result["name"] for result in project.engine.executions)

    assert run.status == 0, run.stdout
    assert set(arrived.values()) == {1}, run.said
    assert {*NAMES} - {"test_deed"} <= set(arrived)
    # Who has delivered it says so.
    assert f"{len(arrived)} results uploaded to" in run.said[0]


#: How a process loses the right to write its files, and gets it again.
LOSSES = {
    "seteuid": ("os.seteuid(65534)", "os.seteuid(0)"),
    "chroot": (
        "global root; root = os.open('/', os.O_RDONLY); os.chroot(pathlib.Path.cwd())",
        "os.fchdir(root); os.chroot('.'); os.close(root)",
    ),
}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can do it")
@pytest.mark.parametrize("loss", LOSSES)
def test_rights_that_are_lost_for_a_while(project: Project, loss: str) -> None:
    """Events wait in memory, and are written later."""
    lose, regain = LOSSES[loss]
    # pytest itself writes then, and its folder is nobody else's.
    project.path.chmod(0o777)
    project.write(
        {
            "test_zz.py": f"""
            import os, pathlib
            import test_it
            def test_while_lost(): pass
            def test_lost_still(): pass
            def test_regains():
                root = getattr(test_it, "root", None)
                {regain}
            def test_regained(): pass
            """
        }
    )
    run = run_with_deed(project, lose, "-p", "no:cacheprovider")
    arrived = Counter(result["name"] for result in project.engine.executions)

    assert run.status == 0, run.stdout
    more = ["test_while_lost", "test_lost_still", "test_regains", "test_regained"]
    assert arrived == Counter([*NAMES, *more])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can do it")
def test_rights_that_are_lost_for_good(project: Project) -> None:
    """The courier still has them; what it cannot know, pytest delivers or tells."""
    project.path.chmod(0o777)
    run = run_with_deed(project, "os.setuid(65534)", "-p", "no:cacheprovider")
    arrived = Counter(result["name"] for result in project.engine.executions)
    without = project.pytest(
        "-p", "no:cacheprovider", "-p", "no:buildkite-test-collector", watched=False
    )

    assert run.status == without.status, run.stdout
    assert set(arrived.values()) == {1}
    # Python itself may not be readable any more.
    assert set(arrived) == {*NAMES} or run.said
