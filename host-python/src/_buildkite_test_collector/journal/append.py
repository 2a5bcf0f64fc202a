"""Adds lines to a journal whose writer is gone, and may have died within a line."""

from __future__ import annotations

import os

from .. import private


def append_lines(path: str, lines: str) -> None:
    """Add whole lines; a last line that was torn off ends before them.

    Raises:
        OSError: the file is not there, or takes no more.
    """
    descriptor = private.open_for_reading(path)
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
        is_torn = os.read(descriptor, 1) not in (b"", b"\n")
    finally:
        os.close(descriptor)
    descriptor = private.open_for_append(path)
    try:
        private.write_whole(descriptor, (("\n" if is_torn else "") + lines).encode())
    finally:
        os.close(descriptor)
