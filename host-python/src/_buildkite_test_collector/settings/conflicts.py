"""Options that another plugin has, too: pytest fails where two plugins add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    Parser = pytest.Parser
else:
    # The courier imports this as well, and has no pytest.
    Parser = Any

#: Options that plugins of others have, too, and the module by which one knows these.
CONTESTED = {"--json": "pytest_json"}


def is_contested(option: str) -> bool:
    """Return whether another plugin that is installed would add an option of that name, too.

    pytest fails where two plugins do, whichever comes second.
    """
    if option not in CONTESTED:
        return False
    from importlib.util import find_spec

    return find_spec(CONTESTED[option]) is not None


def taken_options(parser: Parser) -> set[str]:
    """Return the options that plugins have added so far; pytest offers no other way."""
    groups = [*getattr(parser, "_groups", ()), getattr(parser, "_anonymous", None)]
    return {name for group in groups if group for each in group.options for name in each.names()}
