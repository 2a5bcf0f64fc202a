"""The empty plugin, and a line of each test's start and end is on disk at once.

No plugin can do without that which is to lose nothing with its process. Like ours, it leaves no
file open while a test runs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from floor import pytest_runtest_makereport, pytest_runtest_protocol

if TYPE_CHECKING:
    import pytest

__all__ = ["pytest_runtest_makereport", "pytest_runtest_protocol"]

#: As long as the plugin's.
START, END = b"s" * 127 + b"\n", b"e" * 99 + b"\n"

#: Where pytest has plugins keep their files.
FOLDER = os.path.abspath(".pytest_cache/d/keeper")
os.makedirs(FOLDER, exist_ok=True)
PATH = os.path.join(FOLDER, "lines")

_open: list[int] = []


def pytest_runtest_logstart() -> None:
    """A test begins."""
    descriptor = _open.pop() if _open else _opened()
    os.write(descriptor, START)
    os.close(descriptor)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A report is told."""
    if report.when == "teardown":
        _open.append(_opened())
        os.write(_open[0], END)


def _opened() -> int:
    return os.open(PATH, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
