"""An empty plugin with as many options and ini values as ours: what pytest charges for them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

#: As many as ours.
TEXTS, SWITCHES = 21, 6

HELP = "what it does, in about as many words as an option of ours"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add them."""
    group = parser.getgroup("empty", "An empty plugin")
    for number in range(TEXTS):
        group.addoption(f"--empty-{number}", metavar="TEXT", help=HELP)
        parser.addini(f"empty_{number}", HELP, default="")
    for number in range(TEXTS, TEXTS + SWITCHES):
        switch = argparse.BooleanOptionalAction
        group.addoption(f"--empty-{number}", action=switch, help=HELP)
        parser.addini(f"empty_{number}", HELP, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Read them."""
    config.addinivalue_line("markers", "empty(key, value): does nothing")
    for number in range(TEXTS + SWITCHES):
        config.getoption(f"empty_{number}")
        config.getini(f"empty_{number}")
