"""What can be set, in how many places, and which of them counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .project import TOKEN, ours

if TYPE_CHECKING:
    from .project import Finished, Project

TEST = "def test_it(): pass\n"


def sent(project: Project, *arguments: str) -> dict[str, Any]:
    """Run one test, and return what was uploaded."""
    before = len(project.engine.requests)
    run = project.test(TEST, *arguments)
    assert run.status == 0, run.stdout + run.stderr
    (request,) = project.engine.requests[before:]
    assert request.problems == ()
    body: dict[str, Any] = request.body
    return body


def test_command_line_then_environment_then_ini(project: Project) -> None:
    project.environment = {"BUILDKITE_BUILD_ID": "b-1", "BUILDKITE_BRANCH": "theirs"}
    assert sent(project)["run_env"]["branch"] == "theirs"
    project.write({"pytest.ini": "[pytest]\nbuildkite_branch = ini\n"})
    assert sent(project)["run_env"]["branch"] == "ini"
    project.environment["BUILDKITE_ANALYTICS_BRANCH"] = "environment"
    assert sent(project)["run_env"]["branch"] == "environment"
    assert sent(project, "--buildkite-branch=line")["run_env"]["branch"] == "line"
    project.environment["BUILDKITE_ANALYTICS_BRANCH"] = " "
    assert sent(project)["run_env"]["branch"] == "ini"


def test_overrides_win_field_by_field(project: Project) -> None:
    """W30: none of them was read."""
    project.environment = {
        "BUILDKITE_BUILD_ID": "b-1",
        "BUILDKITE_BRANCH": "theirs",
        "BUILDKITE_MESSAGE": "theirs",
        "BUILDKITE_AGENT_ID": "agent-7",
        "BUILDKITE_ANALYTICS_KEY": "ours",
        "BUILDKITE_ANALYTICS_URL": "https://ci.example/7",
        "BUILDKITE_ANALYTICS_SHA": "b9f0fb3",
        "BUILDKITE_ANALYTICS_NUMBER": "7",
        "BUILDKITE_ANALYTICS_JOB_ID": "job",
        "BUILDKITE_ANALYTICS_MESSAGE": "",
        "BUILDKITE_ANALYTICS_TAGS": "team=checkout,os=linux",
        "BUILDKITE_ANALYTICS_ENVIRONMENT": '{"trace": 5}',
        "BUILDKITE_ANALYTICS_LOCATION_PREFIX": "services/shop/",
        "BUILDKITE_ANALYTICS_EXECUTION_NAME_PREFIX": "shop: ",
        "BUILDKITE_ANALYTICS_EXECUTION_NAME_SUFFIX": " (3.13)",
    }
    body = sent(project)
    expected = {
        "CI": "buildkite",
        "key": "ours",
        "url": "https://ci.example/7",
        "branch": "theirs",
        "commit_sha": "b9f0fb3",
        "number": "7",
        "job_id": "job",
        "message": "theirs",
        "trace": "5",
        "location_prefix": "services/shop/",
    }
    assert body["run_env"].items() >= expected.items()
    assert body["run_env"]["execution_name_prefix"].strip() == "shop:"
    assert body["run_env"]["execution_name_suffix"].strip() == "(3.13)"
    assert body["tags"] == {"ci.worker.id": "agent-7", "team": "checkout", "os": "linux"}
    assert body["data"][0]["location"] == "services/shop/test_it.py:1"


def test_a_value_that_cannot_be_read(project: Project) -> None:
    """Values were quoted, of which any may be a secret that was put in the wrong place."""
    project.environment = {
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "SECRET123",
        "BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE": "5001",
        "BUILDKITE_ANALYTICS_TAGS": "team=a,SECRET123",
        "BUILDKITE_ANALYTICS_ENVIRONMENT": '{"SECRET123": ',
    }
    run = project.test(TEST, "--buildkite-upload-interval=-1")
    assert run.status == 0
    assert len(run.results) == 1
    line = run.said[-1]
    for complaint in (
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT must be a number of seconds from 0.1",
        "BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE must be a whole number from 1 to 5000; 500 is used",
        "--buildkite-upload-interval must be",
        "setting tags, ",
        "setting environment, byte ",
    ):
        assert complaint in line
    assert "SECRET123" not in "".join(run.said)
    assert len(run.said) == 2


@pytest.mark.parametrize("ending", ["", "/", "/uploads", "/uploads/"])
@pytest.mark.parametrize("variable", ["API_URL", "BASE_URL", "ENDPOINT"])
def test_the_url(project: Project, variable: str, ending: str) -> None:
    """W36: a slash at the end was doubled."""
    project.environment = {
        "BUILDKITE_ANALYTICS_API_URL": "",
        f"BUILDKITE_ANALYTICS_{variable}": project.engine.url + ending,
    }
    sent(project)
    assert {request.path for request in project.engine.requests} == {"/v1/uploads"}


@pytest.mark.parametrize("off", [["--no-buildkite-git"], ["--buildkite-enabled=no"]])
def test_a_switch_on_the_command_line(project: Project, off: list[str]) -> None:
    project.environment = {"BUILDKITE_ANALYTICS_GIT": "true"}
    run = project.test(TEST, *off, watched=False)
    assert run.status == 0
    assert len(project.engine.executions) == (off == ["--no-buildkite-git"])


def test_switched_off(project: Project) -> None:
    project.environment = {"BUILDKITE_ANALYTICS_ENABLED": "false", "CI": "true"}
    run = project.test(TEST)
    assert run.status == 0
    assert (run.said, run.written, run.journal, run.uploaded) == ([], None, [], [])


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, []),
        ({"CI": "false"}, []),
        ({"CI": "true"}, ["nothing is uploaded: BUILDKITE_ANALYTICS_TOKEN is not set"]),
        ({"CI": "1", "BUILDKITE_ANALYTICS_TOKEN": " "}, ["nothing is uploaded: "]),
        ({"CI": "true", "PYTEST_CURRENT_TEST": "test_outer"}, []),
    ],
)
@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_without_a_token(
    project: Project, environment: dict[str, str], said: list[str], workers: list[str]
) -> None:
    """W37: each process of a run said it, also on a developer's machine."""
    project.use("xdist")
    project.token = None
    project.environment = environment
    run: Finished = project.test(TEST, *workers, watched=False)
    assert run.status == 0
    lines = ours(run.stdout + run.stderr)
    assert len(lines) == len(said)
    for line, part in zip(lines, said):
        assert part in line
    assert not ours(project.pytest("--collect-only", "-q", watched=False).stdout)


def test_a_run_within_a_run_leaves_its_files_alone(project: Project) -> None:
    project.environment = {
        "BUILDKITE_ANALYTICS_JSON": str(project.path / "results.json"),
        "BUILDKITE_ANALYTICS_JOURNAL": str(project.path / "events.ndjson"),
    }
    project.write({"inner/test_inner.py": TEST})
    run = project.test(
        """
        import subprocess, sys
        def test_outer():
            done = subprocess.run([sys.executable, "-m", "pytest", "inner"], capture_output=True)
            assert done.returncode == 0
        """,
        "--ignore=inner",
    )
    assert run.outcomes == {"test_outer": "passed"}


def test_another_plugin_has_the_option(project: Project) -> None:
    """`pytest-json` owns `--json`: pytest did not start."""
    pytest.importorskip("pytest_json")
    project.use("json")
    run = project.test(TEST, "--json=theirs.json", "--buildkite-json=ours.json", watched=False)
    assert run.status == 0, run.stderr
    assert "--json is another plugin's, ours is --buildkite-json" in run.stdout
    assert "report" in json.loads((project.path / "theirs.json").read_text())
    (result,) = json.loads((project.path / "ours.json").read_text())
    assert result["name"] == "test_it"


def test_env_shows_each_value_and_where_it_came_from(project: Project) -> None:
    project.environment = {
        "BUILDKITE_BUILD_ID": "b-1",
        "BUILDKITE_BRANCH": "main",
        "BUILDKITE_ANALYTICS_MESSAGE": "hello",
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "SECRET123",
    }
    shown = project.command("env").stdout
    for expected in (
        ["key", "b-1", "BUILDKITE_BUILD_ID"],
        ["branch", "main", "BUILDKITE_BRANCH"],
        ["message", "hello", "BUILDKITE_ANALYTICS_MESSAGE"],
        ["token", "set", "BUILDKITE_ANALYTICS_TOKEN"],
        ["upload_batch_size", "500", "default"],
    ):
        assert expected in [line.split() for line in shown.splitlines()]
    assert f"upload: yes, to {project.engine.url}/uploads" in shown
    assert "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT must be" in shown
    assert TOKEN not in shown
    project.token = None
    assert "upload: no, BUILDKITE_ANALYTICS_TOKEN is not set" in project.command("env").stdout
    project.environment["BUILDKITE_ANALYTICS_ENABLED"] = "off"
    shown = project.command("env").stdout
    assert "upload: no, BUILDKITE_ANALYTICS_ENABLED switches it off" in shown
