"""The command `buildkite-test-collector`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .project import TOKEN

if TYPE_CHECKING:
    from .project import Project


def test_env_prints_the_run_env_and_nothing_secret(project: Project) -> None:
    project.environment = {
        "GITHUB_ACTION": "__run",
        "GITHUB_RUN_NUMBER": "7",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_REF": "refs/pull/89/merge",
        "GITHUB_HEAD_REF": "spin",
        "GITHUB_SHA": "b9f0fb3f",
        "GITHUB_TOKEN": "ghs_secret",
    }
    done = project.command("env", "--json")

    assert done.returncode == 0
    run_env = json.loads(done.stdout)
    assert run_env["CI"] == "github_actions"
    assert run_env["key"] == "__run-7-2"
    assert run_env["branch"] == "spin"
    for secret in (TOKEN, "ghs_secret"):
        assert secret not in done.stdout + done.stderr


def test_env_prints_what_a_run_sends(project: Project) -> None:
    project.environment = {"BUILDKITE_BUILD_ID": "build-1", "BUILDKITE_MESSAGE": "ünïcode \u2713"}
    done = project.command("env", "--json")
    run = project.test("def test_it(): pass")

    assert run.status == 0
    assert json.loads(done.stdout) == project.engine.requests[0].body["run_env"]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_a_terminal_that_lacks_characters(project: Project, encoding: str) -> None:
    """It was a `UnicodeEncodeError`."""
    project.environment = {
        "PYTHONIOENCODING": encoding,
        "BUILDKITE_BUILD_ID": "build-1",
        "BUILDKITE_MESSAGE": "to the moon \U0001f680",
    }
    for arguments in (["env"], ["env", "--json"], ["upload", "no-such-\U0001f680"]):
        done = project.command(*arguments)
        assert "Traceback" not in done.stderr
        shown = done.stdout + done.stderr
        assert ("\U0001f680" if encoding == "utf-8" else "\\U0001f680") in shown
