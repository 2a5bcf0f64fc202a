"""Uploads during a run: what is old is safe, and no test notices."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import TOKEN, Project, events

if TYPE_CHECKING:
    from pathlib import Path

#: Tests that take long enough for a checkpoint to come between them.
TESTS = """
    import threading, time, pytest

    @pytest.mark.parametrize("n", range(8))
    def test_it(n):
        time.sleep(0.4)
        # No guests while a test runs.
        assert threading.active_count() == 1
"""


def test_a_run_that_is_killed_has_lost_nothing_at_the_server(project: Project) -> None:
    """W4: nothing was uploaded before the end."""
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    project.write({"conftest.py": "import time\ndef pytest_runtest_teardown(): time.sleep(0.6)\n"})
    with project.slow() as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [each["name"] for each in project.engine.executions] == ["test_before"]
    Aftermath(project.engine, project.path, "").check({"test_before", "test_slow"})


def test_each_result_is_uploaded_once(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    run = project.test(TESTS)
    assert run.counts == {"passed": 8}
    first, *others = project.engine.requests
    assert 0 < len(first.body["data"]) < 8
    assert others
    assert len(project.engine.runs) == 1


def test_zero_is_only_at_the_end(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0"
    run = project.test(TESTS)
    assert run.counts == {"passed": 8}
    assert len(project.engine.requests) == 1


def test_workers(project: Project) -> None:
    project.use("xdist")
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    run = project.test(TESTS.replace("assert", "0 and"), "-n", "2")
    assert run.counts == {"passed": 8}
    assert len(project.engine.requests) > 1


def test_checkpoints_are_outside_of_every_test_and_its_timeout(tmp_path: Path) -> None:
    """A server that hangs for seconds makes no test slower, and checkpoints rare."""
    with TestEngine(TOKEN, script=[faults.Hang(60)]) as engine:
        project = Project(tmp_path, engine)
        project.use("timeout")
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
        run = project.test(TESTS, "--timeout=3")
        assert run.status == 0
        assert {result["result"] for result in engine.executions} == {"passed"}
        assert max(each["history"]["duration"] for each in engine.executions) < 3
        assert len(engine.executions) == 8
        # The one that hung, and those at the end.
        assert len(engine.requests) <= 3


def test_a_server_that_is_down_costs_little_and_loses_nothing(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = "http://127.0.0.1:9/v1"
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "2"
    began = time.monotonic()
    project.write({"test_it.py": TESTS})
    run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
    assert run.status == 0
    assert "8 results not uploaded" in run.said[0]
    assert time.monotonic() - began < 60
    assert len(events(project.path / "kept.ndjson")) > 8
    Aftermath(project.engine, project.path, run.stdout).check({f"test_it[{n}]" for n in range(8)})


def test_a_checkpoint_that_cannot_be_made_costs_no_result(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.1"
    conftest = """
        import sys, time
        sys.modules["_buildkite_test_collector.checkpoint"] = None
        def pytest_runtest_teardown(): time.sleep(0.2)
    """
    project.write({"conftest.py": conftest})
    run = project.test("def test_a(): pass\ndef test_b(): pass\n")

    assert run.outcomes == {"test_a": "passed", "test_b": "passed"}
    assert "\n".join(run.said).count("there are no checkpoints") == 1
