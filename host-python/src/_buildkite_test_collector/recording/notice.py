"""What a run says that does not record: why, in one line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import pytest

from ..settings.values import NO
from ..surroundings.nesting import IN_A_TEST
from ..terminal import NAME


class Notice:
    """Says at the end of a run that nothing comes of it, and why."""

    def __init__(self, said: Sequence[str]) -> None:
        self._said = said

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Say it, unless tests were only listed."""
        if not config.option.collectonly:
            terminalreporter.write_line(f"{NAME}: {'; '.join(self._said)}")


def is_in_ci(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether this is a CI system's machine, as most of them say by `CI`, and no test."""
    return IN_A_TEST not in environ and environ.get("CI", "").strip().lower() not in ("", *NO)
