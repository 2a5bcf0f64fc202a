"""The options `--json` and `--merge-json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
