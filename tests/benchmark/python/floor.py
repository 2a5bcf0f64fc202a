"""An empty plugin with the hooks that a collector needs: what pytest and pluggy charge for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol() -> None:
    """A test is about to run."""


def pytest_runtest_logstart() -> None:
    """A test begins."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A phase of a test is over, and gets its report."""
    return (yield)


def pytest_runtest_logreport() -> None:
    """A report is told."""
