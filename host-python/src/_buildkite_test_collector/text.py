"""Values of users' as values that any JSON reader, and any pipe between processes, can take."""

from __future__ import annotations

import codecs
import json
import math
import os
import re
from collections.abc import Callable
from typing import Any

#: How deep containers may lie in each other; deeper ones become texts.
DEPTH = 8

#: How many elements a container may have; the rest is left out.
WIDTH = 1_000

#: Integers that every JSON reader keeps.
INTEGERS = range(-(2**63), 2**63)

#: JSON's writer and reader, held because tests replace those of `json`.
encoded: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
decoded: Callable[[str], Any] = json.JSONDecoder().decode


def json_bytes(value: object) -> bytes:
    """Return a value as JSON for another process of ours; paths may hold any bytes."""
    return encoded(value).encode("utf-8", "surrogatepass")


def of_json_bytes(data: bytes) -> Any:
    """Read it again; raises `ValueError` where it is no JSON."""
    return decoded(data.decode("utf-8", "surrogatepass"))


#: What the shells of Windows take as it is, beside letters and digits.
UNQUOTED = frozenset("@+=:,./-_\\~")


def quoted(path: str) -> str:
    """Return a path as an argument of a command that people copy into their shell."""
    if os.name == "posix":
        # Here, since hardly any run needs it.
        from shlex import quote

        return quote(path)
    if path and all(each.isalnum() or each in UNQUOTED for each in path):
        return path
    # No path has a quotation mark there.
    return f'"{path}"'


#: A text that is shorter is no secret, and leaving it out would tear what it is in.
SHORTEST_SECRET = 8


def without_secret(text: str, secret: str) -> str:
    """Return a text of somebody else's without a secret that it may quote."""
    return text.replace(secret, "[token]") if len(secret) >= SHORTEST_SECRET else text


#: What a file may begin with, and how it is read then.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str:
    """Return the encoding of a file of a user's: UTF-8 unless its first bytes say otherwise."""
    marks = (encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark))
    return next(marks, "utf-8")


def of_file(data: bytes) -> str:
    """Return the text of a file of a user's; raises `ValueError` where it is none.

    What PowerShell writes by `>` is UTF-16, and other editors add a byte order mark.
    """
    return data.decode(encoding_of(data))


#: Halves of characters, as a regular expression, which hardly ever is needed.
SURROGATE = "[\ud800-\udfff]"


def valid_unicode(text: str) -> str:
    """Return a text that is valid Unicode: each lone surrogate becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub(SURROGATE, "\ufffd", text)
    return text


def plain(value: object, depth: int = DEPTH) -> Any:
    """Return a copy of a value that consists of JSON's own types.

    Anything else becomes its text. It never raises, whatever a user's `__str__` does.
    """
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str:
        return valid_unicode(value)  # type: ignore[arg-type]
    if kind is int and value in INTEGERS:
        return value
    if kind is float and math.isfinite(value):  # type: ignore[arg-type]
        return value
    try:
        if depth and isinstance(value, dict):
            pairs = list(value.items())[:WIDTH]
            return {_text(key): plain(each, depth - 1) for key, each in pairs}
        if depth and isinstance(value, (list, tuple)):
            return [plain(each, depth - 1) for each in value[:WIDTH]]
    except Exception:  # noqa: S110 - a user's subclass may do anything
        pass
    return _text(value)


def _text(value: object) -> str:
    try:
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return valid_unicode(str(value))
    except Exception:
        return f"<{type(value).__name__}>"
