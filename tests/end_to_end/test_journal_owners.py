"""Who owns a journal: runs that share a place for it, and those that deliver it later."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.journal.limits import DAYS_KEPT, RUNS_KEPT
from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import COMMAND, NOWHERE, TOKEN, Project, needs_courier, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = "--buildkite-journal=shared.ndjson"

#: Eight tests of a run, by its name; the last ends when it is told to.
EIGHT = """
    import os, pathlib, time, pytest

    run = os.environ["RUN"]

    @pytest.mark.parametrize("name", [f"{run}{n}" for n in range(7)])
    def test_it(name): pass

    def test_waits():
        pathlib.Path(f"{run}.waits").touch()
        while not pathlib.Path(f"{run}.go").exists(): time.sleep(0.02)
"""


def names(run: str) -> list[str]:
    return [*(f"test_it[{run}{n}]" for n in range(7)), "test_waits"]


def leave_unsent(project: Project, *arguments: str) -> list[str]:
    """Have a run whose results nobody takes; return what it says."""
    url = project.environment.get("BUILDKITE_ANALYTICS_API_URL", project.engine.url)
    project.environment |= {
        "BUILDKITE_ANALYTICS_API_URL": NOWHERE,
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "2",
    }
    run = project.pytest(*arguments, watched=False)
    assert run.status == 0, run.stdout
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = url
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "30"
    return run.said


def wait_for_file(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until, path
        time.sleep(0.02)


def arrived(engine: TestEngine) -> Counter[str]:
    return Counter(result["name"] for result in engine.executions)


@pytest.fixture
def project(project: Project) -> Project:
    """A project of eight tests."""
    project.write({"test_it.py": EIGHT, "b.go": "", "c.go": ""})
    project.environment["RUN"] = "b"
    return project


def runs_of(project: Project) -> list[Path]:
    """Return the directories of runs that are on disk."""
    return sorted(path.parent for path in project.path.rglob("run.json"))


@pytest.mark.parametrize("is_sent", [True, False])
def test_two_runs_at_once_with_one_journal(project: Project, is_sent: bool) -> None:
    """Of 16 results 5 arrived."""
    if not is_sent:
        project.environment |= {
            "BUILDKITE_ANALYTICS_API_URL": NOWHERE,
            "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "2",
        }
    project.environment["RUN"] = "a"
    with project.started(SHARED) as first:
        wait_for_file(project.path / "a.waits")
        project.environment["RUN"] = "b"
        second = project.pytest(SHARED, watched=False)
        (project.path / "a.go").touch()
        assert first.wait(60) == 0
    assert second.status == 0
    said = "\n".join(second.said)
    assert "another run writes to " in said
    assert "; the events of this one are in " in said

    if not is_sent:
        project.environment["BUILDKITE_ANALYTICS_API_URL"] = project.engine.url
        del project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"]
        done = project.command("upload")
        assert done.returncode == 0, done.stderr
    assert arrived(project.engine) == Counter(names("a") + names("b"))
    assert not runs_of(project)


def test_a_run_after_one_that_was_not_sent(project: Project) -> None:
    """The next run unlinked the journal."""
    leave_unsent(project, SHARED)
    project.environment["RUN"] = "c"
    said = leave_unsent(project, SHARED)
    assert "held a run that was not sent; it is kept as " in said[-1]
    Aftermath(project.engine, project.path, "").check({*names("b"), *names("c")})

    for kept in sorted(project.path.glob("shared*.ndjson")):
        done = project.command("upload", str(kept))
        assert done.returncode == 0, done.stderr
    assert arrived(project.engine) == Counter(names("b") + names("c"))


@needs_courier
def test_a_run_after_one_that_is_still_delivered(tmp_path: Path) -> None:
    """Its process has died, and its courier goes on: the journal is that one's."""
    with TestEngine(TOKEN, script=[faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        project.write({"test_it.py": EIGHT, "b.go": ""})
        project.environment["RUN"] = "a"
        with project.started(SHARED) as first:
            wait_for_file(project.path / "a.waits")
            first.send_signal(signal.SIGKILL)
            first.wait()
        engine.wait_for(1, 60)
        project.environment["RUN"] = "b"
        second = project.pytest(SHARED, watched=False)
        assert "the events of this one are in " in "\n".join(second.said)

        done = project.command("upload", "shared.ndjson")
        assert done.returncode == 1
        assert "shared.ndjson: it is being delivered" in done.stderr
        (courier,) = project.couriers()
        os.kill(courier, signal.SIGKILL)
        project.wait_for_couriers()
        # Its lock died with it.
        done = project.command("upload")
        assert done.returncode == 0, done.stderr
        assert arrived(engine) == Counter(names("a") + names("b"))


@pytest.mark.parametrize("journal", [[], [SHARED]], ids=["ours", "theirs"])
def test_upload_while_a_run_is_under_way(project: Project, journal: list[str]) -> None:
    """It says so, and does nothing."""
    project.environment["RUN"] = "a"
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0"
    with project.started(*journal) as process:
        wait_for_file(project.path / "a.waits")
        (kept,) = (path for path in project.path.rglob("*.ndjson") if path.stat().st_size)
        before = kept.read_bytes()
        done = project.command("upload", str(kept))
        assert done.returncode == 1
        assert "its run is under way, and is delivered at its end" in done.stderr
        without_name = project.command("upload")
        assert without_name.returncode == 0
        assert "no run of this project was left unsent" in without_name.stderr
        assert kept.read_bytes() == before
        assert not project.engine.requests
        (project.path / "a.go").touch()
        assert process.wait(60) == 0
    assert arrived(project.engine) == Counter(names("a"))


@pytest.mark.parametrize("journal", [[], [SHARED]], ids=["ours", "theirs"])
def test_two_uploads_at_once(tmp_path: Path, journal: list[str]) -> None:
    """Each result is sent once: who comes second does nothing."""
    with TestEngine(TOKEN, script=[faults.Delay(3)]) as engine:
        project = Project(tmp_path, engine)
        project.write({"test_it.py": EIGHT, "b.go": ""})
        project.environment["RUN"] = "b"
        leave_unsent(project, *journal)
        (kept,) = (path for path in tmp_path.rglob("*.ndjson") if path.stat().st_size)
        processes = [
            subprocess.Popen(
                [sys.executable, *COMMAND, "upload", str(kept)],
                cwd=tmp_path,
                env=project.environ(),
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=60)[1] for process in processes]
        statuses = sorted(process.returncode for process in processes)
        assert arrived(engine) == Counter(names("b")), said
        assert statuses[0] == 0, said
        # It comes while the other one delivers, or when nothing is left.
        assert statuses[1] in (1, 2), said
    assert not runs_of(project)


def test_upload_without_a_file(project: Project) -> None:
    """It finds what runs of this project have left, from any folder in it, and no others'."""
    other = Project(project.path / "other", project.engine)
    other.write({"test_it.py": EIGHT, "c.go": ""})
    other.environment |= {"RUN": "c", "HOME": str(project.path)}
    leave_unsent(other)
    leave_unsent(project, "--cache-clear", "test_it.py")
    project.environment["RUN"] = "c"
    leave_unsent(project, "--cache-clear", "test_it.py")
    assert len(runs_of(project)) == 3

    (project.path / "deep" / "down").mkdir(parents=True)
    done = project.run(*COMMAND, "upload", cwd="deep/down")
    assert done.returncode == 0, done.stderr
    assert arrived(project.engine) == Counter(names("b") + names("c"))
    (left,) = runs_of(project)
    assert left.parent.name.startswith("other-")
    done = project.command("upload")
    assert (done.returncode, "left unsent" in done.stderr) == (0, True)


def copies(project: Project, count: int, days: float) -> Iterator[Path]:
    """Copy the one unsent run, as if there had been more, some days ago."""
    (first,) = runs_of(project)
    for number in range(count):
        run = first.with_name(f"{number:032x}")
        shutil.copytree(first, run)
        record = json.loads((run / "run.json").read_text())
        record["journal"] = str(run / "events.ndjson")
        (run / "run.json").write_text(json.dumps(record))
        began = time.time() - days * 24 * 60 * 60 + number
        os.utime(run / "run.json", (began, began))
        yield run


#: A limit of what was not sent: how many runs beside the first, of which age, and which remain.
LIMITS = {
    "number": (RUNS_KEPT + 4, 1.0, RUNS_KEPT, f"removed 5 runs never sent; the last {RUNS_KEPT}"),
    "age": (3, DAYS_KEPT + 1.0, 1, f"removed 3 runs not sent in {DAYS_KEPT} days"),
    "neither": (3, DAYS_KEPT - 1.0, 4, ""),
}


@needs_courier
@pytest.mark.parametrize("limit", LIMITS)
def test_limits_of_what_was_not_sent(project: Project, limit: str) -> None:
    """Who delivers removes the oldest, and says it; the start of a run does not wait for that."""
    count, days, left, note = LIMITS[limit]
    leave_unsent(project)
    made = list(copies(project, count, days))
    # Longer than it takes for the courier to be needed.
    project.write({"test_it.py": "import time\ndef test_it(): time.sleep(1)\n"})
    run = project.pytest(watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert note in "\n".join(run.said)
    assert len(run.said) == (2 if note else 1)
    remaining = runs_of(project)
    assert len(remaining) == left
    newest = [path for path in made if path in remaining]
    assert newest == made[len(made) - len(newest) :]


def test_upload_keeps_the_limits(project: Project) -> None:
    leave_unsent(project)
    list(copies(project, 3, DAYS_KEPT + 1.0))
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = NOWHERE
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "1"
    done = project.command("upload")

    # It was tried once more.
    assert done.returncode == 1
    assert done.stderr.count("8 results not uploaded") == 4
    assert f"removed 3 runs not sent in {DAYS_KEPT} days" in done.stderr
    assert len(runs_of(project)) == 1


@needs_courier
def test_a_receipt_behind_a_line_that_was_torn_off(project: Project) -> None:
    """Both processes were killed, pytest in the midst of a line: nothing is sent twice."""
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.2"
    with project.slow() as process:
        project.engine.wait_for(1, 60)
        (receipts,) = wait_for_files(project, "receipts.ndjson")
        (courier,) = project.couriers()
        os.kill(courier, signal.SIGKILL)
        process.kill()
        process.wait()
    assert "uploaded" in receipts.read_text()
    with (receipts.parent / "events.ndjson").open("a") as journal:
        journal.write('{"event":"phase","execu')

    done = project.command("upload")
    assert done.returncode == 0, done.stderr
    assert arrived(project.engine) == Counter(["test_before", "test_slow"])


def wait_for_files(project: Project, name: str) -> list[Path]:
    until = time.monotonic() + 60
    while not (found := list(project.path.rglob(name))):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def test_a_journal_that_is_a_pipe(project: Project) -> None:
    """Nobody reads from it: neither the start nor the end of the run waits for that."""
    if sys.platform == "win32":
        pytest.skip("there are no named pipes")
    os.mkfifo(project.path / "shared.ndjson")
    run = project.pytest(SHARED, watched=False, timeout=60)

    assert run.status == 0
    assert arrived(project.engine) == Counter(names("b"))
    assert not ours(run.stderr)
