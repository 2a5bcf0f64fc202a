"""Every example of the README and of the pages that it links, run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.settings import TABLE, Settings

from .pages import SETTINGS, WHAT_IS_SENT, blocks, rows
from .project import TOKEN

if TYPE_CHECKING:
    from .project import Project

#: Where the commands are tested that a project of a test's own cannot run.
ELSEWHERE = {
    "cargo xtask demo": "test_demo.py",
    "cargo xtask test": "this run",
    "pip install buildkite-test-collector": "test_packaging.py",
}


@pytest.mark.parametrize("source", blocks("python"))
def test_python_example(project: Project, source: str) -> None:
    run = project.test(source)

    assert run.status == 0
    assert run.counts == {"passed": len(run.results)}
    (line,) = run.said
    assert "uploaded to" in line


@pytest.mark.parametrize("command", [line for block in blocks("sh") for line in block.splitlines()])
def test_shell_example(project: Project, command: str) -> None:
    if command in ELSEWHERE:
        return
    project.write({"test_it.py": "def test_it(): pass\n"})
    for file in re.findall(r"\S+/results\.json", command):
        project.pytest(f"--json={file}", watched=False)
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(  # noqa: S602
        command.replace('"..."', f'"{TOKEN}"'),
        shell=True,
        cwd=project.path,
        env={**project.environ(), "PATH": programs + os.pathsep + os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "json=" in command:
        assert (project.path / "results.json").exists()
    if "report" in command:
        assert (project.path / "report.html").exists()
    if "TOKEN" in command:
        assert project.engine.executions


SETTINGS_TABLE = re.compile(r"(?<=rewrites it. -->\n).*(?=<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    """Return what can be set, as its page has it."""
    rows = ["| setting | what it does | default |", "|---|---|---|"]
    for setting in TABLE:
        name = f"`{setting.option}`, `{setting.name}`" if setting.option else f"`{setting.name}`"
        default = getattr(Settings, setting.name)
        shown = f"`{json.dumps(default).strip(chr(34))}`" if default not in ("", False) else ""
        also = "".join(f"; also `{name}`" for name in setting.also)
        rows.append(f"| {name} | {setting.help}{also} | {shown} |".replace("  |", " |"))
    return "\n".join(rows) + "\n"


def test_everything_that_can_be_set_is_in_the_table() -> None:
    page = SETTINGS.read_text("utf-8")
    if os.environ.get("BLESS") == "1":
        text = SETTINGS_TABLE.sub(lambda _: settings_table(), page)
        SETTINGS.write_text(text, "utf-8")
        return
    assert SETTINGS_TABLE.findall(page) == [settings_table()]


def test_every_option_of_the_plugin_is_a_setting(project: Project) -> None:
    text = project.pytest("--help", watched=False).stdout
    (group,) = re.findall(r"\nBuildkite Test Engine:\n(.*?)\n\n", text, re.DOTALL)
    names = re.findall(r"^  (--.*)", group, re.MULTILINE)
    shown = {option for each in names for option in re.findall(r"--(?!no-)[a-z-]+", each)}
    assert shown == {option for setting in TABLE for option in setting.options}


#: A test of each kind, with all that a result can have.
RESULTS = """
    import pytest

    @pytest.mark.execution_tag("team", "shop")
    def test_fails(spans):
        with spans.measure("annotation", {"content": "here"}):
            print("captured")
        assert 1 == 2
"""


def test_the_tables_of_what_is_sent_are_whole(project: Project) -> None:
    project.environment = {
        "BUILDKITE_BUILD_ID": "b",
        "BUILDKITE_BUILD_URL": "https://buildkite.com/b",
        "BUILDKITE_BRANCH": "main",
        "BUILDKITE_COMMIT": "c0ffee",
        "BUILDKITE_BUILD_NUMBER": "7",
        "BUILDKITE_JOB_ID": "j",
        "BUILDKITE_MESSAGE": "m",
        "BUILDKITE_AGENT_ID": "a",
    }
    project.test(RESULTS)
    (upload,) = (request.body for request in project.engine.requests)
    tables = {
        thing: {
            name: set(re.findall("`([^`]+)`", text))
            for names, text in rows(WHAT_IS_SENT, f"of {thing}", "what it holds")
            for name in re.findall("`([^`]+)`", names)
        }
        for thing in ("an upload", "a result")
    }
    (result,) = upload["data"]

    assert tables["an upload"].keys() == upload.keys()
    assert tables["a result"].keys() == result.keys()
    assert tables["an upload"]["run_env"] - {"environment"} == upload["run_env"].keys()
    assert upload["tags"] == {"ci.worker.id": "a"}
