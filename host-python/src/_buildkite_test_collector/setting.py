"""One thing that can be set: its names, and how its text is read."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import re
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    import pytest

#: What variables of ours begin with.
PREFIX = "BUILDKITE_ANALYTICS_"

#: How yes and no are written, in any case.
YES, NO = frozenset(("1", "true", "yes", "on")), frozenset(("0", "false", "no", "off"))

#: What must not be seen by others: no command line and no file holds it.
SECRET = frozenset(("token",))

#: Options that plugins of others have, too, and the module by which one knows these.
CONTESTED = {"--json": "pytest_json"}

#: The attributes of options that the pure-Python plugin has, too.
DESTINATIONS = {"json": "jsonpath", "merge_json": "mergejson", "tag_filters": "tag_filters"}

#: A URL of the web, as a regular expression. No library for it: it would be imported at each
#: start; and to compile it takes longer than all else here.
URL = (
    r"https?://([^\s@/?#]*@)?"
    r"(\[(?P<address>[0-9a-f:.]+)\]|[^\s@/?#:\[\]]+)"
    r"(:(?P<port>[0-9]{1,5})?)?([/?#].*)?"
)


class Setting:
    """One thing that can be set."""

    def __init__(
        self,
        name: str,
        help: str,  # noqa: A002
        metavar: str | None = None,
        parse: Callable[[str], Any] = str,
        *,
        option: str | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        #: Its field in `Settings`, from which its other names follow.
        self.name = name
        #: What it does, for `pytest --help` and the README.
        self.help = help
        #: What a text must be, as the metavar of its option; none for a switch.
        self.metavar = metavar
        #: From a text to a value; raises `ValueError` with what is allowed.
        self.parse = parse
        #: Its option, where that is not made from the name.
        self.option = option
        #: Further variables, which collectors for other languages read.
        self.also = also

    @property
    def options(self) -> list[str]:
        """Its options on pytest's command line; a secret has none, since anybody may see it."""
        if self.name in SECRET:
            return []
        own = f"--buildkite-{self.name.replace('_', '-')}"
        return [own] if self.option is None else [self.option, own]

    @property
    def dest(self) -> str:
        """The attribute that pytest keeps the option's value in."""
        return DESTINATIONS.get(self.name, f"buildkite_{self.name}")

    @property
    def ini(self) -> str | None:
        """Its name in an ini file; a secret has none, since it would be committed."""
        return None if self.name in SECRET else f"buildkite_{self.name}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that set it, the first of which counts."""
        return (f"{PREFIX}{self.name.upper()}", *self.also)

    def of_command_line(self, config: pytest.Config) -> tuple[str, str] | None:
        """Return the option that sets it, and its text."""
        given = config.getoption(self.dest, None)
        # A switch gives yes or no, and everything else a text.
        text = "" if given is None else str(given)
        return (self.options[-1], text) if text else None

    def of_environment(self, environ: Mapping[str, str]) -> tuple[str, str] | None:
        """Return the variable that sets it, and its text."""
        for name in self.variables:
            text = environ.get(name, "").strip()
            if text:
                return name, text
        return None

    def of_ini(self, config: pytest.Config) -> tuple[str, str] | None:
        """Return the ini value that sets it, and its text."""
        try:
            text = str(config.getini(self.ini)).strip() if self.ini else ""
        except TypeError:
            # A TOML file can hold a number, where pytest then wants a text.
            text = "no text"
        return (self.ini or "", text) if text else None

    def add_to(self, parser: pytest.Parser, taken: Container[str]) -> None:
        """Tell pytest of it."""
        own = [each for each in self.options if not is_contested(each)]
        self.add_options(parser, own, taken)
        if self.ini:
            parser.addini(self.ini, self.help, default="")

    def add_options(
        self, parser: pytest.Parser, options: Iterable[str], taken: Container[str]
    ) -> None:
        """Add its options of those names, unless other plugins have taken them."""
        names = [each for each in options if each not in taken]
        if not names:
            return
        kind: dict[str, Any] = {"metavar": self.metavar}
        if self.metavar is None:
            kind = {"action": argparse.BooleanOptionalAction}
        group = parser.getgroup("buildkite", "Buildkite Test Engine")
        group.addoption(*names, **kind, dest=self.dest, help=self.help)


def is_contested(option: str) -> bool:
    """Return whether another plugin that is installed would add an option of that name, too.

    pytest fails where two plugins do, whichever comes second.
    """
    return option in CONTESTED and importlib.util.find_spec(CONTESTED[option]) is not None


def taken_options(parser: pytest.Parser) -> set[str]:
    """Return the options that plugins have added so far; pytest offers no other way."""
    groups = [*getattr(parser, "_groups", ()), getattr(parser, "_anonymous", None)]
    return {name for group in groups if group for each in group.options for name in each.names()}


def yes_or_no(text: str) -> bool:
    """Read a switch."""
    if text.lower() not in YES | NO:
        raise ValueError("1, true, yes or on, or 0, false, no or off")
    return text.lower() in YES


def number(least: float, most: float, unit: str = "") -> Callable[[str], float]:
    """Return what reads a number in a range."""

    def read(text: str) -> float:
        with contextlib.suppress(ValueError):
            value = float(text)
            if least <= value <= most:
                return value
        raise ValueError(f"a number{unit} from {least:g} to {most:g}")

    return read


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number in a range."""

    def read(text: str) -> int:
        with contextlib.suppress(ValueError):
            if least <= int(text) <= most:
                return int(text)
        raise ValueError(f"a whole number from {least} to {most}")

    return read


def base_url(text: str) -> str:
    """Read the base of the API; other collectors' variables hold the whole URL of uploads."""
    found = re.fullmatch(URL, text, re.IGNORECASE)
    with contextlib.suppress(ValueError):
        if found and found["address"]:
            from ipaddress import IPv6Address

            IPv6Address(found["address"])
        if found and 0 < int(found["port"] or 443) < 1 << 16:
            return text.rstrip("/").removesuffix("/uploads").rstrip("/")
    raise ValueError("a URL that begins with https://")
