"""Every example of the README, run."""

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

from .project import TOKEN

if TYPE_CHECKING:
    from .project import Project

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

#: Where the commands are tested that a project of a test's own cannot run.
ELSEWHERE = {
    "cargo xtask demo": "test_demo.py",
    "cargo xtask test": "this run",
    "pip install buildkite-test-collector": "test_packaging.py",
}


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


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
    if "TOKEN" in command:
        assert project.engine.executions


SETTINGS = re.compile(r"(?<=rewrites it. -->\n).*(?=<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    """Return what can be set, as the README has it."""
    rows = ["| setting | what it does | default |", "|---|---|---|"]
    for setting in TABLE:
        name = f"`{setting.option}`, `{setting.name}`" if setting.option else f"`{setting.name}`"
        default = getattr(Settings, setting.name)
        shown = f"`{json.dumps(default).strip(chr(34))}`" if default not in ("", False) else ""
        also = "".join(f"; also `{name}`" for name in setting.also)
        rows.append(f"| {name} | {setting.help}{also} | {shown} |".replace("  |", " |"))
    return "\n".join(rows) + "\n"


def test_everything_that_can_be_set_is_in_the_table() -> None:
    if os.environ.get("BLESS") == "1":
        text = SETTINGS.sub(lambda _: settings_table(), README)
        (Path(__file__).parents[2] / "README.md").write_text(text, "utf-8")
        return
    assert SETTINGS.findall(README) == [settings_table()]


def test_every_option_of_the_plugin_is_a_setting(project: Project) -> None:
    text = project.pytest("--help", watched=False).stdout
    (group,) = re.findall(r"\nBuildkite Test Engine:\n(.*?)\n\n", text, re.DOTALL)
    names = re.findall(r"^  (--.*)", group, re.MULTILINE)
    shown = {option for each in names for option in re.findall(r"--(?!no-)[a-z-]+", each)}
    assert shown == {option for setting in TABLE for option in setting.options}
