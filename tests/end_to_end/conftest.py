"""The fixtures of all end-to-end tests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import trustme
from stand_in import TestEngine

from .host import Host
from .project import TOKEN, Project
from .tools import uv

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
def secure(tmp_path: Path) -> Iterator[Project]:
    """A project whose results go to a server with a certificate of `authority.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    certificate = authority.issue_cert("127.0.0.1", "engine.test", "xn--prfung-4ya.test")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    with TestEngine(TOKEN, certificate=tmp_path / "server.pem") as engine:
        yield Project(tmp_path, engine)


@pytest.fixture
def elsewhere() -> Iterator[Host]:
    """Another host, as far as this machine can be several."""
    with Host() as host:
        yield host


@pytest.fixture(scope="session")
def pure_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the Python of an environment that holds the pure-Python plugin."""
    venv = tmp_path_factory.mktemp("pure") / "venv"
    if sys.version_info < (3, 10):
        pytest.skip("the pure-Python plugin 1.9.1 needs Python 3.10")
    uv("venv", "--quiet", "--python", sys.executable, str(venv))
    python = str(venv / "bin" / "python")
    install = ("pip", "install", "--quiet", "--python", python)
    # Its lower bound for certifi is newer than some mirrors are.
    uv(*install, "--no-deps", "buildkite-test-collector==1.9.1")
    uv(*install, "certifi", "filelock", "pytest", "requests", "urllib3")
    return python
