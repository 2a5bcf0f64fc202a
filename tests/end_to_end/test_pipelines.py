"""The pipelines call the commands of a developer, and publish only what these have made.

`cargo xtask pipelines` holds the files to their schemas.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
BUILDKITE = CHECKOUT / ".buildkite" / "pipeline.yml"
MAIN = (CHECKOUT / "xtask" / "src" / "main.rs").read_text("utf-8")

#: What is not a command of ours: it brings what was made to where it is published.
PUBLISHING = ("npm publish ", "oras login ", "oras push ", "gh release create ")


def jobs(workflow: Path) -> dict[str, Any]:
    """Return the jobs of a workflow of GitHub Actions."""
    content: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text("utf-8"))
    return content["jobs"]


def github_commands() -> list[str]:
    """Return each line that a workflow runs."""
    steps = [step for file in WORKFLOWS for job in jobs(file).values() for step in job["steps"]]
    return [line for step in steps for line in step.get("run", "").splitlines()]


def buildkite_commands() -> list[str]:
    """Return each line that Buildkite's pipeline runs."""
    commands: list[str] = []
    for step in yaml.safe_load(BUILDKITE.read_text("utf-8"))["steps"]:
        command = step["command"]
        commands += [command] if isinstance(command, str) else command
    return commands


@pytest.mark.parametrize("command", sorted({*github_commands(), *buildkite_commands()}))
def test_a_pipeline_runs_nothing_but_what_a_developer_can(command: str) -> None:
    if not command.startswith(PUBLISHING):
        assert command.startswith("cargo xtask ")
    for task in re.findall(r"cargo xtask ([a-z]+)", command):
        assert f'Some("{task}") =>' in MAIN


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_one_commit_of_it(workflow: Path) -> None:
    used = re.findall(r"uses: *(.*)", workflow.read_text("utf-8"))

    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[0-9.]+", action)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_job_ends_and_may_no_more_than_it_must(workflow: Path) -> None:
    content = yaml.safe_load(workflow.read_text("utf-8"))

    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        assert job["timeout-minutes"] <= 120
        writes = {"id-token", "attestations", "packages", "contents"}
        granted = {name for name, level in job.get("permissions", {}).items() if level == "write"}
        assert granted <= writes
        # What may write runs no code of the pull request, but to learn the version.
        if granted:
            runs = " ".join(step.get("run", "") for step in job["steps"])
            assert set(re.findall(r"cargo xtask \w+", runs)) <= {
                "cargo xtask version",
                "cargo xtask notes",
            }


def test_nothing_is_published_before_a_merge() -> None:
    release = jobs(CHECKOUT / ".github" / "workflows" / "release.yml")
    for name in release:
        before, seen = name, []
        while before != "build":
            seen.append(release[before].get("if", ""))
            needs = release[before]["needs"]
            before = needs if isinstance(needs, str) else needs[0]
        assert name == "build" or "github.event.pull_request.merged" in seen
    assert "[release]" in release["build"]["if"]
    assert (
        "github.event.pull_request.head.repo.full_name == github.repository"
        in (release["build"]["if"])
    )
