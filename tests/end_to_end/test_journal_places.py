"""Journals that are to be where none can be: the run is recorded elsewhere."""

from __future__ import annotations

import json

import pytest

from .project import Project

#: Places that no journal can have.
PLACES = {
    "a directory": "{path}",
    "below a file": "{path}/pyproject.toml/events.ndjson",
    "below nothing": "/proc/nothing/events.ndjson",
    "a name that is too long": "{path}/" + 300 * "n",
    "a device": "/dev/full",
    "an odd character": "{path}/a\0b",
}


@pytest.mark.parametrize("state", ["a state directory", "no place at all"])
@pytest.mark.parametrize("place", PLACES)
def test_a_journal_in_a_place_that_cannot_be(project: Project, place: str, state: str) -> None:
    """Nothing was recorded."""
    name = json.dumps(PLACES[place].format(path=project.path))
    (project.path / "pytest.ini").unlink()
    project.write({"pyproject.toml": f"[tool.pytest.ini_options]\nbuildkite_journal = {name}\n"})
    if state == "no place at all":
        project.environment = {"XDG_STATE_HOME": "/proc/nothing", "TMPDIR": "/proc/nothing"}
    project.write({"test_it.py": "def test_passes(): pass\ndef test_fails(): assert False\n"})
    run = project.pytest("--json=results.json", "--capture=sys", watched=False)

    assert run.status == 1
    assert {result["name"] for result in run.uploaded} == {"test_passes", "test_fails"}
    assert len(json.loads((project.path / "results.json").read_text())) == 2
    assert "2 results uploaded" in run.said[0]
    assert "journal" in run.said[-1]
