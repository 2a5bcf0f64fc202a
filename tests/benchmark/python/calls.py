"""Counts the calls of Python functions, built-in ones too, in a run of pytest.

``python calls.py FILE ARGUMENTS...`` writes their number to the file.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from pathlib import Path

import pytest


def main(path: str, arguments: list[str]) -> int:
    """Run pytest and return its exit code."""
    profile = cProfile.Profile()
    code = profile.runcall(pytest.main, arguments)
    Path(path).write_text(str(pstats.Stats(profile).total_calls), encoding="ascii")  # type: ignore[attr-defined]
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
