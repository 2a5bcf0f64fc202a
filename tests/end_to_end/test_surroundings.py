"""What a run's files, git and a hostile environment tell of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from .tools import git

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project

TEST = "def test_it(): pass\n"

HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"

PULL_REQUEST = {
    "GITHUB_ACTION": "__run",
    "GITHUB_RUN_NUMBER": "7",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_SHA": "b9f0fb3fdbb94c9d24b2c75b49663122a529e123",
    "GITHUB_EVENT_PATH": "event.json",
}


def run_env(project: Project) -> dict[str, Any]:
    """Return what would be sent."""
    done = project.command("env", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_event_of_github(project: Project) -> None:
    event = {"pull_request": {"head": {"sha": HEAD}}, "head_commit": {"message": "Spin"}}
    project.write({"event.json": json.dumps(event)})
    project.environment = dict(PULL_REQUEST)
    found = run_env(project)
    assert (found["commit_sha"], found["message"]) == (PULL_REQUEST["GITHUB_SHA"], "Spin")
    project.environment["BUILDKITE_ANALYTICS_PULL_REQUEST_HEAD"] = "yes"
    assert run_env(project)["commit_sha"] == HEAD


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"head_commit": 5}', "[" * 100_000, " " * 5_000_000, None, "pipe"]
)
def test_an_event_that_tells_nothing(project: Project, content: str | None) -> None:
    if content == "pipe":
        if sys.platform == "win32":
            pytest.skip("there are no named pipes")
        os.mkfifo(project.path / "event.json")
    elif content is not None:
        project.write({"event.json": content})
    project.environment = dict(PULL_REQUEST)
    assert "message" not in run_env(project)


def test_the_properties_of_teamcity(project: Project) -> None:
    project.write(
        {
            "build.properties": r"""
            # Comment
            teamcity.configuration.properties.file=configuration.properties
            teamcity.build.id = 12\
               34
            """,
            "configuration.properties": r"""
            ! Comment
            teamcity.serverUrl=https\://teamcity.example
            teamcity.build.branch:refs/heads/f\u00fcr
            teamcity.build.id=0
            """,
        }
    )
    project.environment = {
        "TEAMCITY_VERSION": "2026.1",
        "TEAMCITY_BUILD_PROPERTIES_FILE": "build.properties",
    }
    found = run_env(project)
    assert found["CI"] == "teamcity"
    assert found["branch"] == "für"
    assert "1234" in found["key"]
    assert found["url"].startswith("https://teamcity.example/")


def commit(project: Project, message: str) -> str:
    """Make a repository and a commit in it, and return its hash."""
    environ = {**project.environ(), "GIT_CONFIG_GLOBAL": os.devnull}
    for command in (
        ("init", "--quiet", "--initial-branch=trunk"),
        ("add", "."),
        ("-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", message),
    ):
        git(project.path, *command, environ=environ)
    return git(project.path, "rev-parse", "HEAD", environ=environ).strip()


def test_git_completes_what_is_missing(project: Project) -> None:
    sha = commit(project, "Spin the widget\n\nFaster. \u2713")
    assert "commit_sha" not in run_env(project)
    project.environment = {"BUILDKITE_ANALYTICS_GIT": "true"}
    found = run_env(project)
    assert (found["branch"], found["commit_sha"]) == ("trunk", sha)
    assert found["message"] == "Spin the widget\n\nFaster. \u2713"
    project.environment["BUILDKITE_ANALYTICS_BRANCH"] = "mine"
    project.environment["BUILDKITE_ANALYTICS_SHA"] = HEAD
    found = run_env(project)
    assert (found["branch"], found["commit_sha"]) == ("mine", HEAD)
    assert "message" not in found


@pytest.mark.parametrize("script", ["#!/bin/sh\nsleep 60\n", "#!/bin/sh\nexit 128\n", "\0", None])
def test_git_that_does_not_help(project: Project, tmp_path: Path, script: str | None) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    if script is not None:
        (folder / "git").write_text(script)
        (folder / "git").chmod(0o755)
    project.environment = {"BUILDKITE_ANALYTICS_GIT": "true", "PATH": f"{folder}:/usr/bin:/bin"}
    if script is None:
        project.environment["PATH"] = str(folder)
    run = project.test(TEST)
    assert run.status == 0
    assert run.said[0].startswith("Buildkite Test Engine: 1 result uploaded")


@pytest.mark.skipif(sys.platform == "win32", reason="variables are texts there")
def test_a_hostile_environment(project: Project) -> None:
    """Not UTF-8, empty, or 1 MB long."""
    project.write({"test_it.py": TEST})
    environ = {
        **{key.encode(): value.encode() for key, value in project.environ().items()},
        b"BUILDKITE_BUILD_ID": b"b-1",
        b"BUILDKITE_BRANCH": b"\xff\xfe\x1b[31mred",
        b"BUILDKITE_COMMIT": b"",
        b"BUILDKITE_MESSAGE": b"x" * 100_000,
        b"CODEBUILD_SOURCE_REPO_URL": b"https://user:s3cret@example.com/r.git",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--buildkite-journal=kept.ndjson"],
        cwd=project.path,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    (request,) = project.engine.requests
    assert "commit_sha" not in request.body["run_env"]
    assert request.body["run_env"]["branch"].endswith("red")
    assert "s3cret" not in (project.path / "kept.ndjson").read_text()
