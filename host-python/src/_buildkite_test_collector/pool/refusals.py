"""Options that a pool cannot have: bktec chooses the tests, and tries them again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ..settings import Settings

#: Each option, and whether a run has it, from the command line or from `addopts`.
REFUSED: dict[str, Callable[[pytest.Config], object]] = {
    "files or tests as arguments": lambda config: config.option.file_or_dir,
    "-k": lambda config: config.option.keyword,
    "-m": lambda config: config.option.markexpr,
    "--deselect": lambda config: config.option.deselect,
    "-x or --maxfail": lambda config: config.option.maxfail,
    "--lf": lambda config: config.getoption("lf", None),
    "--sw": lambda config: config.getoption("stepwise", None),
    "--collect-only": lambda config: config.option.collectonly,
    "--json": lambda config: Settings.of_config(config).json,
    "--tag-filters": lambda config: Settings.of_config(config).tag_filters,
    "-n, --dist or --tx": lambda config: (
        config.getoption("numprocesses", None)
        or config.getoption("tx", None)
        or config.getoption("dist", "no") != "no"
    ),
    "--reruns": lambda config: config.getoption("reruns", None),
}


def refused(config: pytest.Config) -> list[str]:
    """Return those that a run has."""
    return [option for option, has in REFUSED.items() if has(config)]
