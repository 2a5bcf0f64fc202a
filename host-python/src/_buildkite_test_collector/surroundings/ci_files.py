"""What CI systems say in files: TeamCity's properties, and the event of GitHub Actions.

A file is hostile until read: it may be missing, huge, no file at all, or nonsense, and then tells
nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from typing import Any

#: How much of a file is read, in bytes; what is larger tells nothing.
LARGEST = 4 * 1024 * 1024

#: What the names of values in files begin with, and the variable that names the file.
EVENT, EVENT_PATH = "github.event.", "GITHUB_EVENT_PATH"
PROPERTIES, PROPERTIES_PATH = "teamcity.", "TEAMCITY_BUILD_PROPERTIES_FILE"

#: The property that names the file of the build's configuration.
CONFIGURATION = "teamcity.configuration.properties.file"

#: A property's key, up to what separates it from its value.
_KEY = re.compile(r"((?:\\.|[^\\=:\s])*)\s*[=:]?\s*")


def found(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the values of those names that CI systems' files have."""
    wanted = list(names)
    values: dict[str, str] = {}
    if environ.get(EVENT_PATH):
        event = _event(environ[EVENT_PATH])
        for name in wanted:
            if name.startswith(EVENT):
                value: Any = event
                for field in name[len(EVENT) :].split("."):
                    value = value.get(field) if isinstance(value, dict) else None
                if isinstance(value, str):
                    values[name] = value
    if environ.get(PROPERTIES_PATH):
        properties = _properties(environ[PROPERTIES_PATH])
        properties = {**_properties(properties.get(CONFIGURATION, "")), **properties}
        values |= {
            name: properties[name]
            for name in wanted
            if name.startswith(PROPERTIES) and name in properties
        }
    return values


def _event(path: str) -> Any:
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(_content(path) or b"null")
    return None


def _properties(path: str) -> dict[str, str]:
    """Read a file of Java's properties.

    https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load-java.io.Reader-
    """
    text = _content(path).decode("latin-1")
    # A line that ends in an odd number of backslashes goes on in the next.
    text = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t\f]*", r"\1", text)
    properties = {}
    for line in re.split(r"[\r\n]+", text):
        stripped = line.lstrip(" \t\f")
        key = _KEY.match(stripped)
        if key and stripped[:1] not in ("", "#", "!"):
            properties[_unescaped(key[1])] = _unescaped(stripped[key.end() :])
    return properties


def _unescaped(text: str) -> str:
    named = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

    def plain(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else named.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, text)


def _content(path: str) -> bytes:
    """Return what is in a file; nothing where it cannot be had, or is too much."""
    # Not blocking: a name may be that of a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with contextlib.suppress(OSError, ValueError):
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST:
                return file.read(LARGEST)
    return b""
