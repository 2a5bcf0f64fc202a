"""The vectors of `tests/environments`, asked of the component as the plugin loads it."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from .project import component

ENVIRONMENTS = Path(__file__).parents[1] / "environments"

RUN = str(uuid.uuid4())


def vectors() -> list[Any]:
    """Return all vectors, each named for its system and what is special."""
    return [
        pytest.param(vector, id=f"{vector['provider']}/{vector['name']}")
        for file in sorted(ENVIRONMENTS.glob("*.json"))
        for vector in json.loads(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize("vector", vectors())
def test_a_vector_becomes_what_it_says(vector: dict[str, Any]) -> None:
    wanted = component().variables()
    event = {
        "event": "run-started",
        "format": 1,
        "id": RUN,
        "environment": {name: vector["env"][name] for name in wanted if name in vector["env"]},
    }
    expected = dict(vector["expect"])
    if expected["key"] == "<uuid4>":
        expected["key"] = RUN

    assert json.loads(component().run_env(json.dumps(event))) == expected
