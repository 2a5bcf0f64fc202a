"""The command `buildkite-test-collector upload`: what was kept, sent after all, and once."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine, faults

from .project import TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path


def upload(project: Project, *files: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return project.run("-m", "buildkite_test_collector.cli", "upload", *files)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_was_killed(project: Project) -> None:
    """W4: nothing was left of it."""
    project.interrupt(signal.SIGKILL, "--buildkite-journal=kept.ndjson")
    assert project.engine.requests == []
    with (project.path / "kept.ndjson").open("a") as journal:
        journal.write('{"event":"phase","exec')

    done = upload(project, "kept.ndjson")
    assert done.returncode == 0, done.stderr
    assert "was passed over: EOF while parsing a string" in done.stderr
    before, slow = project.engine.executions
    assert (before["name"], before["result"]) == ("test_before", "passed")
    assert (slow["name"], slow["result"]) == ("test_slow", "failed")
    assert slow["failure_reason"] == "The process ended while this test ran."
    assert not (project.path / "kept.ndjson").exists()


def test_only_what_was_not_accepted(tmp_path: Path) -> None:
    script = [None, faults.Answer(422), None, faults.Answer(401), faults.Answer(401)]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
        source = "import pytest\n@pytest.mark.parametrize('n', range(30))\ndef test_it(n): pass\n"
        project.write({"test_it.py": source})
        run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
        assert "10 results not uploaded" in run.said[-1]
        assert "to try again: buildkite-test-collector upload" in run.said[-1]

        refused = upload(project, "kept.ndjson")
        assert refused.returncode == 1
        accepted = upload(project, "kept.ndjson")
        assert accepted.returncode == 1
        accepted = upload(project, "kept.ndjson")
        assert accepted.returncode == 0, accepted.stderr
        assert "10 results uploaded" in accepted.stderr
        assert len({result["id"] for result in engine.executions}) == len(engine.executions) == 30
        assert len(engine.runs) == 1
    assert not (tmp_path / "kept.ndjson").exists()


def test_bad_input(project: Project) -> None:
    project.write({"empty.ndjson": "", "nonsense.ndjson": "what?\n"})
    for name in ("missing.ndjson", "empty.ndjson", "nonsense.ndjson"):
        done = upload(project, name)
        assert done.returncode == 2
        assert name in done.stderr
    project.token = None
    assert upload(project, "empty.ndjson").returncode == 2
