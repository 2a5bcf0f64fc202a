"""One thing that can be set: its names, and where its text is looked for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .conflicts import is_contested

if TYPE_CHECKING:
    import pytest

    Config = pytest.Config
    Parser = pytest.Parser
else:
    # The courier imports this as well, and has no pytest.
    Config = Parser = Any

#: What variables of ours begin with.
PREFIX = "BUILDKITE_ANALYTICS_"

#: What must not be seen by others: no command line and no file holds it.
SECRET = frozenset(("token",))

#: The attributes of options that the pure-Python plugin has, too.
DESTINATIONS = {"json": "jsonpath", "merge_json": "mergejson", "tag_filters": "tag_filters"}


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
        unreadable: tuple[Any, str] | None = None,
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
        #: What counts where its text cannot be read, and what that means; the default otherwise.
        self.unreadable = unreadable

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

    def of_command_line(self, config: Config) -> tuple[str, str] | None:
        """Return the option that sets it, and its text."""
        return self.of_value(config.getoption(self.dest, None))

    def of_value(self, given: object) -> tuple[str, str] | None:
        """Return the option that sets it, and the text of the value that pytest has for it."""
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

    def of_ini(self, config: Config) -> tuple[str, str] | None:
        """Return the ini value that sets it, and its text."""
        try:
            text = str(config.getini(self.ini)).strip() if self.ini else ""
        except TypeError:
            # A TOML file can hold a number, where pytest then wants a text.
            text = "no text"
        return (self.ini or "", text) if text else None

    def add_to(self, parser: Parser, taken: Container[str]) -> None:
        """Tell pytest of it."""
        own = [each for each in self.options if not is_contested(each)]
        self.add_options(parser, own, taken)
        if self.ini:
            parser.addini(self.ini, self.help, default="")

    def add_options(self, parser: Parser, options: Iterable[str], taken: Container[str]) -> None:
        """Add its options of those names, unless other plugins have taken them."""
        names = [each for each in options if each not in taken]
        if not names:
            return
        kind: dict[str, Any] = {"metavar": self.metavar}
        if self.metavar is None:
            # pytest has imported it, and the courier need not.
            import argparse

            kind = {"action": argparse.BooleanOptionalAction}
        group = parser.getgroup("buildkite", "Buildkite Test Engine")
        group.addoption(*names, **kind, dest=self.dest, help=self.help)
