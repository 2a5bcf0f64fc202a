"""The one line that a run in CI says that nobody has given a token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .nesting import IN_A_TEST
from .setting import NO
from .terminal import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from .settings import Settings


class NoToken:
    """Says that nothing is uploaded, and why."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Say it, unless tests were only listed."""
        if not config.option.collectonly:
            said = ["nothing is uploaded: BUILDKITE_ANALYTICS_TOKEN is not set"]
            said += self._settings.complaints
            terminalreporter.write_line(f"{NAME}: {'; '.join(said)}")


def is_in_ci(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether this is a CI system's machine, as most of them say by `CI`, and no test."""
    return IN_A_TEST not in environ and environ.get("CI", "").strip().lower() not in ("", *NO)
