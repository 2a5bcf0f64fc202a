"""Journals in places that the user names, which other runs may name as well."""

from __future__ import annotations

import contextlib
import os

from .. import private
from .run_directory import RunDirectory, run_directories
from .writer import Journal

#: The last line of a journal of which all was accepted: a receipt for no execution.
ALL_SENT = '{"event":"uploaded","executions":[]}\n'

#: How many journals that were not sent are kept beside one that the user names.
KEPT = 20


def claim(path: str, directory: RunDirectory | None) -> tuple[str, list[str]]:
    """Make a journal's file, and return where that is, and what to say of it.

    A journal of a run that is under way is left alone, and one that was not sent is moved aside.
    Where nothing can be made now, the path is returned as it is: perhaps something can be later.
    Where nothing ever can, as in the place of a device, it is empty.

    Args:
        path: Where the user wants it.
        directory: The directory of this run, whose record says the place.
    """
    wanted = path
    notes: list[str] = []
    for number in range(1, 1_000):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.close(private.open_new(path))
        except FileExistsError:
            if not os.path.isfile(path):
                return "", [f"the journal cannot be {path}, which is no file"]
            if _is_under_way(path, directory):
                path = _numbered(wanted, number)
                continue
            if kept := _make_way(path):
                notes.append(f"{path} held a run that was not sent; it is kept as {kept}")
            with contextlib.suppress(OSError):
                os.close(private.open_new(path))
        except OSError:
            return path, notes
        break
    if path != wanted:
        notes.append(f"another run writes to {wanted}; the events of this one are in {path}")
    if directory is not None and path != wanted:
        directory.write_journal(path)
    return path, notes


def mark_as_sent(journal: Journal) -> None:
    """Say in a journal that all of it was accepted: the next run may take its place."""
    journal.append(ALL_SENT)


def _is_under_way(path: str, directory: RunDirectory | None) -> bool:
    own = directory.path if directory is not None else ""
    return any(
        each.path != own and each.read_record().get("journal") == path and each.is_under_way()
        for each in run_directories()
    )


def _make_way(path: str) -> str:
    """Remove a journal that was sent, or move it aside, and return where it is then."""
    if _is_sent(path):
        private.remove(path)
        return ""
    numbers = range(1, KEPT + 1)
    free = next((n for n in numbers if not os.path.exists(_numbered(path, n))), 0)
    if not free:
        # The oldest makes room, and all others move up.
        for number in numbers[:-1]:
            os.replace(_numbered(path, number + 1), _numbered(path, number))
        free = KEPT
    os.replace(path, _numbered(path, free))
    return _numbered(path, free)


def _is_sent(path: str) -> bool:
    """Return whether there is nothing in a journal that was not accepted."""
    end = ALL_SENT.encode()
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - len(end)))
            return size == 0 or file.read() == end
    except OSError:
        return False


def _numbered(path: str, number: int) -> str:
    stem, suffix = os.path.splitext(path)
    return f"{stem}.{number}{suffix}"
