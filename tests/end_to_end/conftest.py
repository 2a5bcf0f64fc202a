"""The fixtures of all end-to-end tests."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine

from .host import Host
from .project import TOKEN, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def heeds_ctrl_c() -> Iterator[None]:
    """Have what tests start heed SIGINT, also where we were started without: `nohup … &`."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
