"""One journal, one owner: nothing is sent twice, and nothing of another run is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import COMMAND, TOKEN, Project, events, needs_courier

if TYPE_CHECKING:
    from pathlib import Path

#: A suite that is refused once.
TESTS = "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_it(n): pass\n"

NAMES = {f"test_it[{n}]" for n in range(3)}


def test_upload_of_a_run_under_way_does_nothing(project: Project) -> None:
    with project.slow("--buildkite-journal=events.ndjson") as process:
        done = project.command("upload", "events.ndjson")
        assert done.returncode == 1
        assert "events.ndjson: its run is under way, and is delivered at its end" in done.stderr
        process.kill()
        process.wait()
    project.wait_for_couriers()
    for kept in project.path.rglob("*.ndjson"):
        project.command("upload", str(kept))
    names = sorted(each["name"] for each in project.engine.executions)
    assert names == ["test_before", "test_slow"]


def test_two_uploads_of_one_journal_send_each_result_once(tmp_path: Path) -> None:
    # Two are refused, the third is not tried; and then an answer takes its time.
    slow = faults.Hang(2, "after-headers", taken=True)
    script: list[Any] = [faults.Answer(401), faults.Answer(401), slow]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "1"
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0"
        project.write({"test_it.py": TESTS})
        project.pytest("--buildkite-journal=kept.ndjson", watched=False)
        both = [
            subprocess.Popen(
                [sys.executable, *COMMAND, "upload", "kept.ndjson"],
                cwd=tmp_path,
                env=project.environ(),
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate(timeout=60)[1] for process in both]
        statuses = sorted(process.returncode for process in both)
        names = [each["name"] for each in engine.executions]
        assert sorted(names) == sorted(NAMES), said
        assert statuses in ([0, 0], [0, 1], [0, 2]), said


def test_runs_one_after_the_other_with_one_journal(tmp_path: Path) -> None:
    """An unsent journal was unlinked by the next run."""
    with TestEngine(TOKEN, script=[faults.Answer(401)] * 9) as engine:
        project = Project(tmp_path, engine)
        project.write({"test_it.py": TESTS, "test_other.py": "def test_other(): pass\n"})
        project.pytest("--buildkite-journal=kept.ndjson", "test_it.py", watched=False)
        run = project.pytest("--buildkite-journal=kept.ndjson", "test_other.py", watched=False)
        assert "kept.ndjson held a run that was not sent; it is kept as " in run.said[-1]
        after = Aftermath(engine, tmp_path, run.stdout)
        after.check({*NAMES, "test_other"})


def test_a_journal_that_was_sent_makes_room(project: Project) -> None:
    for _ in range(2):
        run = project.test(TESTS, "--buildkite-journal=kept.ndjson", watched=False)
        assert len(run.said) == 1
    assert [path.name for path in project.path.rglob("*.ndjson")] == ["kept.ndjson"]
    started = [each for each in events(project.path / "kept.ndjson") if "format" in each]
    assert len(started) == 1


def test_runs_at_the_same_time_with_one_journal(project: Project) -> None:
    """Of sixteen results five arrived."""
    source = f"import time\n{TESTS.replace('pass', 'time.sleep(0.2)')}"
    project.write({"test_it.py": source})
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "--buildkite-journal=kept.ndjson"],
            cwd=project.path,
            env=project.environ(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    said = "".join(run.communicate(timeout=120)[0] for run in runs)

    assert len(project.engine.executions) == 15, said
    assert len({each["id"] for each in project.engine.executions}) == 15
    assert len(project.engine.runs) == 5
    kept = sorted(project.path.glob("kept*.ndjson"))
    assert kept
    for path in kept:
        started = [each for each in events(path) if each["event"] == "run-started"]
        assert len(started) == 1


def test_what_was_left_is_found(tmp_path: Path) -> None:
    """Outside of what `--cache-clear` empties."""
    with TestEngine(TOKEN, script=[faults.Answer(401)] * 2) as engine:
        project = Project(tmp_path, engine)
        project.write({"sub/test_it.py": TESTS})
        for _ in range(2):
            run = project.pytest(watched=False)
            assert "3 results not uploaded" in run.said[0]
        run = project.pytest("--cache-clear", "--collect-only", watched=False)
        done = project.run(*COMMAND, "upload", cwd="sub")
        assert done.returncode == 0, done.stderr
        assert len(engine.executions) == 6
        assert len(engine.runs) == 2
        assert not list(tmp_path.rglob("*.ndjson"))
        again = project.command("upload")
        assert again.returncode == 0
        assert "no run of this project was left unsent" in again.stderr


@needs_courier
def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    """The oldest make room, and those of long ago."""
    from _buildkite_test_collector.journal.limits import DAYS_KEPT, RUNS_KEPT

    with TestEngine(TOKEN, script=[faults.Answer(401)] * 99) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0"
        project.write({"conftest.py": "import time\ndef pytest_sessionstart(): time.sleep(0.3)\n"})
        project.test(TESTS, watched=False)
        (record,) = tmp_path.rglob("run.json")
        for number in range(RUNS_KEPT + 5):
            copy = record.parent.with_name(f"copy-{number}")
            copy.mkdir(mode=0o700)
            fields = {**json.loads(record.read_text()), "journal": str(copy / "events.ndjson")}
            (copy / "run.json").write_text(json.dumps(fields))
            (copy / "events.ndjson").write_text((record.parent / "events.ndjson").read_text())
        run = project.test(TESTS, watched=False)
        kept = len(list(tmp_path.rglob("run.json")))
        assert kept <= RUNS_KEPT + 1
        assert "runs never sent; the last 20 are kept" in "".join(run.said)
        long_ago = time.time() - (DAYS_KEPT + 1) * 86_400
        for path in tmp_path.rglob("run.json"):
            os.utime(path, (long_ago, long_ago))
        project.test(TESTS, watched=False)
        assert len(list(tmp_path.rglob("run.json"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such links")
def test_a_journal_that_is_a_link(project: Project) -> None:
    project.write({"real/events.ndjson": ""})
    (project.path / "link.ndjson").symlink_to(project.path / "real" / "events.ndjson")
    run = project.test(TESTS, "--buildkite-journal=link.ndjson", watched=False)

    assert run.status == 0
    assert (project.path / "link.ndjson").is_symlink()
    assert len(events(project.path / "real" / "events.ndjson")) > 6
