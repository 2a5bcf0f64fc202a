"""Adds lines to a file that nobody else writes to, and whose last line may be torn off."""

from __future__ import annotations

import os

from .. import private


def append_lines(path: str, lines: str, *, create: bool = False) -> None:
    """Add whole lines; a last line that was torn off ends before them.

    A writer dies within a line, and a disk is full within one.

    Raises:
        OSError: the file is not there, unless it may be made, or takes no more.
    """
    is_torn = False
    try:
        descriptor = private.open_for_reading(path)
    except FileNotFoundError:
        if not create:
            raise
    else:
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
            is_torn = os.read(descriptor, 1) not in (b"", b"\n")
        finally:
            os.close(descriptor)
    descriptor = private.open_for_append(path, create=create)
    try:
        private.write_whole(descriptor, (("\n" if is_torn else "") + lines).encode())
    finally:
        os.close(descriptor)
