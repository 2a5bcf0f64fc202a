"""The whole way: pytest, events, component, upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.version import __version__

from .project import TOKEN

if TYPE_CHECKING:
    from stand_in import TestEngine

    from .project import Project

TWO_TESTS = """
    def test_good():
        pass

    def test_bad():
        assert 1 == 2
"""


def test_results_reach_test_engine(project: Project, engine: TestEngine) -> None:
    run = project.test(TWO_TESTS)

    assert run.status == 1
    assert run.outcomes == {"test_good": "passed", "test_bad": "failed"}
    (request,) = engine.requests
    assert request.problems == ()
    assert request.headers["Authorization"] == f'Token token="{TOKEN}"'
    assert request.headers["Content-Encoding"] == "gzip"
    assert request.headers["User-Agent"].startswith("buildkite-test-collector/2.")
    assert request.body["format"] == "json"


def test_the_run_env_says_who_ran_what(project: Project, engine: TestEngine) -> None:
    project.environment = {
        "BUILDKITE_BUILD_ID": "build-1",
        "BUILDKITE_BRANCH": "main",
        "BUILDKITE_COMMIT": "",
        "BUILDKITE_AGENT_ID": "agent-7",
    }
    project.test(TWO_TESTS)

    (request,) = engine.requests
    run_env = request.body["run_env"]
    assert run_env.pop("language_version").count(".") == 2
    assert run_env == {
        "CI": "buildkite",
        "key": "build-1",
        "branch": "main",
        "collector": "python-buildkite-test-collector",
        "version": __version__,
        "test_runner": "pytest",
    }
    assert request.body["tags"] == {"ci.worker.id": "agent-7"}


def test_the_summary_says_in_one_line_how_many_went_where(
    project: Project, engine: TestEngine
) -> None:
    run = project.test(TWO_TESTS)

    (line,) = run.said
    (one_run,) = engine.runs
    assert line == f"Buildkite Test Engine: 2 results uploaded to {one_run.url}"


def test_without_a_token_and_a_file_nothing_happens(project: Project, engine: TestEngine) -> None:
    project.token = None
    project.write({"test_it.py": TWO_TESTS})
    run = project.pytest(watched=False)

    assert run.status == 1
    assert not engine.requests
    ours = [line for line in run.stdout.splitlines() if "uildkite" in line]
    assert [line for line in ours if not line.startswith("plugins: ")] == []
    assert run.stderr == ""


def test_without_a_token_the_file_is_written(project: Project, engine: TestEngine) -> None:
    project.token = None
    run = project.test(TWO_TESTS)

    assert not engine.requests
    assert run.written is not None
    assert [result["result"] for result in run.written] == ["passed", "failed"]


def test_a_large_suite_goes_up_in_batches_over_one_connection(
    project: Project, engine: TestEngine
) -> None:
    run = project.test("""
        import pytest

        @pytest.mark.parametrize("n", range(1100))
        def test_one(n):
            pass
    """)

    assert run.counts == {"passed": 1100}
    assert [len(request.body["data"]) for request in engine.requests] == [500, 500, 100]
    assert engine.connections == 1
    assert len({request.body["run_env"]["key"] for request in engine.requests}) == 1
    assert len({result["id"] for result in run.results}) == 1100


def test_a_run_that_selects_nothing_sends_nothing(project: Project, engine: TestEngine) -> None:
    project.write({"test_it.py": TWO_TESTS})
    for arguments in (["--collect-only", "-q"], ["-k", "nothing"], ["--help"], ["--markers"]):
        run = project.pytest(*arguments, watched=False)
        assert run.said == []
    assert not engine.requests


def test_the_journal_is_gone_after_the_upload(project: Project) -> None:
    project.write({"test_it.py": TWO_TESTS})
    project.pytest(watched=False)

    assert not list(project.path.rglob("*.ndjson"))


def test_the_plugin_can_be_switched_off(project: Project, engine: TestEngine) -> None:
    project.write({"test_it.py": TWO_TESTS})
    run = project.pytest("-p", "no:buildkite-test-collector", watched=False)

    assert run.status == 1
    assert not engine.requests


def test_times_are_those_of_the_test(project: Project) -> None:
    run = project.test("""
        import time

        def test_first():
            time.sleep(0.1)

        def test_second():
            pass
    """)

    first, second = (run.one(name)["history"] for name in ("test_first", "test_second"))
    assert 0.1 <= first["duration"] < 1
    assert first["end_at"] - first["start_at"] == pytest.approx(first["duration"])
    assert first["end_at"] <= second["start_at"] <= second["end_at"]
