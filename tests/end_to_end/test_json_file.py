"""The options `--json` and `--merge-json`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project

ONE_TEST = """
    def test_it():
        pass
"""


def test_a_missing_directory_is_made(project: Project) -> None:
    """W27: a green run used to exit with 1."""
    project.write({"test_it.py": ONE_TEST})
    run = project.pytest("--json=made/for/it.json", watched=False)

    assert run.status == 0
    assert json.loads((project.path / "made/for/it.json").read_text())[0]["name"] == "test_it"


def test_results_are_replaced_or_kept(project: Project) -> None:
    project.write({"test_it.py": ONE_TEST})
    path = project.path / "out.json"
    project.pytest("--json=out.json", watched=False)
    project.pytest("--json=out.json", watched=False)
    assert len(json.loads(path.read_text())) == 1
    project.pytest("--json=out.json", "--merge-json", watched=False)
    assert len(json.loads(path.read_text())) == 2


def test_a_run_without_results_writes_an_empty_array(project: Project) -> None:
    project.write({"test_it.py": ONE_TEST})
    run = project.pytest("--json=out.json", "-k", "nothing", watched=False)

    assert run.status == 5
    assert json.loads((project.path / "out.json").read_text()) == []


def test_nothing_is_left_beside_the_file(project: Project) -> None:
    project.write({"test_it.py": ONE_TEST})
    project.pytest("--json=out/it.json", watched=False)

    assert [path.name for path in (project.path / "out").iterdir()] == ["it.json"]


def test_merged_results_stand_behind_those_that_were_there(project: Project) -> None:
    """As those of the pure-Python plugin do."""
    project.write({"test_it.py": ONE_TEST, "out.json": '[{"name": "before"}]'})
    project.pytest("--json=out.json", "--merge-json", watched=False)
    written = json.loads((project.path / "out.json").read_text())
    assert [result["name"] for result in written] == ["before", "test_it"]


@pytest.mark.parametrize("content", ["", "\n", "[]", "[ ]\n"])
def test_an_empty_file_is_merged_with(project: Project, content: str) -> None:
    """What `mktemp` makes is nothing that was broken."""
    project.write({"test_it.py": ONE_TEST, "out.json": content})
    run = project.pytest("--json=out.json", "--merge-json", watched=False)
    assert len(run.said) == 1
    assert len(json.loads((project.path / "out.json").read_text())) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_another_encoding_is_merged_with(project: Project, encoding: str) -> None:
    """It was moved away as broken."""
    project.write({"test_it.py": ONE_TEST})
    path = project.path / "out.json"
    path.write_text('[{"name": "ünïcode"}]', encoding=encoding)
    project.pytest("--json=out.json", "--merge-json", watched=False)
    written = json.loads(path.read_text("utf-8"))
    assert [result["name"] for result in written] == ["ünïcode", "test_it"]


@pytest.mark.skipif(sys.platform == "win32", reason="links are for few people there")
@pytest.mark.parametrize("target", ["victim.txt", "missing.txt"])
def test_no_link_to_a_lock_is_followed(project: Project, target: str) -> None:
    """Whoever prepared one had a file of the user's truncated, or made."""
    project.write({"test_it.py": ONE_TEST, "victim.txt": "kept", "out.json": "[]"})
    (project.path / "out.json.lock").symlink_to(target)
    run = project.pytest("--json=out.json", "--merge-json", watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    lock = project.path / "out.json.lock"
    assert f"out.json cannot be written: its lock, {lock}, is a link" in run.said[1]
    assert (project.path / "victim.txt").read_text() == "kept"
    assert not (project.path / "missing.txt").exists()
    assert (project.path / "out.json").read_text() == "[]"


def test_runs_at_once_lose_nothing_of_each_other(project: Project) -> None:
    project.write({"test_it.py": ONE_TEST})
    arguments = [sys.executable, "-m", "pytest", "--json=out.json", "--merge-json"]
    runs = [
        subprocess.Popen(
            arguments, cwd=project.path, env=project.environ(), stdout=subprocess.DEVNULL
        )
        for _ in range(6)
    ]
    assert [run.wait(120) for run in runs] == [0] * 6
    assert len(json.loads((project.path / "out.json").read_text())) == 6


def test_a_broken_file_that_is_linked_to_is_kept_beside_the_link(project: Project) -> None:
    """The link was moved, and led to the same file under its new name."""
    project.write({"test_it.py": ONE_TEST, "elsewhere/out.json": "broken"})
    link = project.path / "out.json"
    link.symlink_to("elsewhere/out.json")
    (project.path / "elsewhere/out.json").chmod(0o600)
    run = project.pytest("--json=out.json", "--merge-json", watched=False)

    kept = project.path / "out.json.broken-1"
    assert run.said[-1].endswith(f"held no results, and is kept as {kept}")
    assert not kept.is_symlink()
    assert kept.read_text() == "broken"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink()
    assert len(json.loads(link.read_text())) == 1
