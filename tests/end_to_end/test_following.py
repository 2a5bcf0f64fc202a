"""Uploads during a run: what is old is safe, and no test notices."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import NOWHERE, TOKEN, Project, events, needs_courier

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_courier

#: Tests that go on until the server has something, or for some seconds.
TESTS = """
    import threading, time, pytest

    @pytest.mark.parametrize("n", range(8))
    def test_it(n):
        time.sleep(0.4)
        # No guests while a test runs.
        assert threading.active_count() == 1
"""


def test_a_result_is_uploaded_when_it_is_some_seconds_old(project: Project) -> None:
    """Before the pure-Python plugin's first upload, its run was over."""
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    with project.slow() as process:
        project.engine.wait_for(1, 60)
        (request,) = project.engine.requests
        assert [each["name"] for each in request.body["data"]] == ["test_before"]
        process.send_signal(signal.SIGKILL)
        process.wait()
    project.wait_for_couriers()
    Aftermath(project.engine, project.path, "").check({"test_before", "test_slow"})


def test_a_whole_batch_is_uploaded_at_once(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "600"
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "1"
    with project.slow():
        project.engine.wait_for(1, 60)


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
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "8"
    run = project.test(TESTS)
    assert run.counts == {"passed": 8}
    assert len(project.engine.requests) == 1


def test_workers(project: Project) -> None:
    project.use("xdist")
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    run = project.test(TESTS.replace("assert", "0 and"), "-n", "2")
    assert run.counts == {"passed": 8}
    assert len(project.engine.requests) > 1


def test_a_server_that_hangs_makes_no_test_slower(tmp_path: Path) -> None:
    with TestEngine(TOKEN, script=[faults.Hang(60)]) as engine:
        project = Project(tmp_path, engine)
        project.use("timeout")
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "4"
        run = project.test(TESTS, "--timeout=3")
        assert run.status == 0
        assert {result["result"] for result in engine.executions} <= {"passed"}
        Aftermath(engine, project.path, run.stdout)


def test_a_server_that_is_down_costs_little_and_loses_nothing(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = NOWHERE
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "2"
    project.write({"test_it.py": TESTS})
    run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
    assert run.status == 0
    assert "8 results not uploaded" in run.said[0]
    assert len(events(project.path / "kept.ndjson")) > 8
    Aftermath(project.engine, project.path, run.stdout).check({f"test_it[{n}]" for n in range(8)})


def test_a_server_that_comes_back_gets_everything(tmp_path: Path) -> None:
    """What failed while the tests ran is tried again at their end."""
    script = [faults.Answer(503, {"Retry-After": "86400"})]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.5"
        run = project.test(TESTS)
        assert run.counts == {"passed": 8}
        (line,) = run.said
        assert "8 results uploaded to" in line
