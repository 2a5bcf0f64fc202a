"""The fixtures of all end-to-end tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine

from .host import Host
from .project import TOKEN, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine() -> Iterator[TestEngine]:
    """Test Engine, as far as a test can tell."""
    with TestEngine(token=TOKEN) as engine:
        yield engine


@pytest.fixture
def project(tmp_path: Path, engine: TestEngine) -> Project:
    """A project without tests yet, whose results go to `engine`."""
    return Project(tmp_path, engine)


@pytest.fixture
def elsewhere() -> Iterator[Host]:
    """Another host, as far as this machine can be several."""
    with Host() as host:
        yield host
