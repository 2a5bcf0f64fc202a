"""How the text of a setting becomes a value.

Each reader raises `ValueError` with what is allowed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

#: How yes and no are written, in any case.
YES, NO = frozenset(("1", "true", "yes", "on")), frozenset(("0", "false", "no", "off"))

#: A URL of the web, as a regular expression. No library for it: it would be imported at each
#: start; and to compile it takes longer than all else here.
URL = (
    r"https?://([^\s@/?#]*@)?"
    r"(\[(?P<address>[0-9a-f:.]+)\]|[^\s@/?#:\[\]]+)"
    r"(:(?P<port>[0-9]{1,5})?)?(/[^\s@?#]*)?"
)


def without_nul(text: str) -> str:
    """Refuse what a TOML file may hold, and no name of a file."""
    if "\0" in text:
        raise ValueError("a text without the character 0")
    return text


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


def one_of(*words: str) -> Callable[[str], str]:
    """Return what reads one of some words, in any case."""

    def read(text: str) -> str:
        if text.lower() in words:
            return text.lower()
        raise ValueError(f"{', '.join(words[:-1])} or {words[-1]}")

    return read


def names_or_off(text: str) -> str:
    """Read names, separated by commas, of which `off` in any form is none."""
    return "off" if text.lower() in NO else text


def on_or_url(text: str) -> str:
    """Read a switch that may be a URL instead: `on`, a URL, or nothing."""
    import re

    if text.lower() in YES | NO:
        return "on" if text.lower() in YES else ""
    if re.fullmatch(URL, text, re.IGNORECASE):
        return text
    raise ValueError("on, or a URL that begins with http:// or https://, without ? and #")


def base_url(text: str) -> str:
    """Read the base of the API; other collectors' variables hold the whole URL of uploads."""
    import re

    found = re.fullmatch(URL, text, re.IGNORECASE)
    with contextlib.suppress(ValueError):
        if found and found["address"]:
            from ipaddress import IPv6Address

            IPv6Address(found["address"])
        if found and 0 < int(found["port"] or 443) < 1 << 16:
            return text.rstrip("/").removesuffix("/uploads").rstrip("/")
    raise ValueError("a URL that begins with https://, without ? and #")
