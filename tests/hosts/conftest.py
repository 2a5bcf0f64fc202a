"""What the tests of all hosts share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The suite's token, as the stand-in expects it.
TOKEN = "not-a-real-token"  # noqa: S105


@pytest.fixture
def engine() -> Iterator[TestEngine]:
    """Test Engine, as far as a test can tell."""
    with TestEngine(token=TOKEN) as engine:
        yield engine


@pytest.fixture
def environ(engine: TestEngine) -> dict[str, str]:
    """The environment of a host that uploads there, from no CI system."""
    ours = ("BUILDKITE", "CIRCLE", "GITHUB", "NODE_", "TEST_ANALYTICS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "BUILDKITE_ANALYTICS_API_URL": engine.url,
        "BUILDKITE_ANALYTICS_TOKEN": engine.token,
    }
