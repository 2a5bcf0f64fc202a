"""The directory of a run: where its journal lies, and what the two processes say to each other.

    <state directory>/buildkite-test-collector/<project>/<run>/
        run.json         whose run it is, and where its journal is (the test process writes it)
        events.ndjson    the journal, unless the user has named another place for it
        rest.ndjson      what a journal in another place did not take
        receipts.ndjson  what the server has accepted (the courier writes it)
        results.json     results for a descriptor of the test process, which alone can write to it
        courier.json     how far the courier is, and in the end what became of the results
        wake             a pipe by which the test process wakes the courier
        unattended       says that the test process does not wait any more

A run that is delivered leaves nothing of this behind. One that is not keeps its journal here, where
`buildkite-test-collector upload` finds it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any
from zlib import crc32

from .. import private, process
from ..text import json_bytes, of_json_bytes
from .lock import FileLock

#: The directory of all runs, in that of the user's state.
NAME = "buildkite-test-collector"

#: How much of a `run.json` is read, in bytes.
RECORD_LIMIT = 64 * 1024

# Held from the moment of loading: tests replace functions of `os`.
_rmdir, _getpid, _urandom, _listdir = os.rmdir, os.getpid, os.urandom, os.listdir


class RunDirectory:
    """The directory of one run, by its path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.record = os.path.join(path, "run.json")
        self.events = os.path.join(path, "events.ndjson")
        self.rest = os.path.join(path, "rest.ndjson")
        self.receipts = os.path.join(path, "receipts.ndjson")
        self.results = os.path.join(path, "results.json")
        self.status = os.path.join(path, "courier.json")
        self.wake = os.path.join(path, "wake")
        self.unattended = os.path.join(path, "unattended")

    @classmethod
    def make(cls, root: str, journal: str = "") -> RunDirectory:
        """Make a directory for a run of this process, in the first place that takes one.

        Args:
            root: The root of the project, by which its runs are found again.
            journal: Where the journal is, if it is not in this directory.

        Raises:
            OSError: nothing can be written anywhere.
        """
        problem: OSError | None = None
        for base in base_directories():
            try:
                private.make_directory(base)
                project = private.make_directory(os.path.join(base, project_name(root)))
                directory = cls(private.make_directory(os.path.join(project, _urandom(16).hex())))
                directory._write_record(root, journal)
            except OSError as error:
                problem = problem or error
            else:
                return directory
        raise problem or OSError("there is no place for the journal")

    def _write_record(self, root: str, journal: str) -> None:
        pid = _getpid()
        record = {"root": root, "pid": pid, "birth": process.birth(pid)}
        record["journal"] = journal or self.events
        descriptor = private.open_new(self.record)
        try:
            private.write_whole(descriptor, json_bytes(record))
        finally:
            os.close(descriptor)

    def write_journal(self, path: str) -> None:
        """Say that the journal is in another place than was said before."""
        self._update_record(journal=path)

    def _update_record(self, **fields: object) -> None:
        private.replace(self.record, json_bytes({**self.read_record(), **fields}))

    def read_record(self) -> dict[str, Any]:
        """Return whose run it is: `root`, `pid`, `birth`, `journal`; empty where nobody says it."""
        try:
            record = of_json_bytes(private.read(self.record, RECORD_LIMIT))
        except (OSError, ValueError, RecursionError):
            return {}
        kinds = {"root": str, "pid": int, "birth": str, "journal": str}
        if not isinstance(record, dict):
            return {}
        is_whole = all(isinstance(record.get(name), kind) for name, kind in kinds.items())
        return record if is_whole else {}

    def is_owner_alive(self) -> bool:
        """Return whether the process that began the run is alive."""
        record = self.read_record()
        return bool(record.get("pid")) and process.is_alive(record["pid"], record["birth"])

    def is_under_way(self) -> bool:
        """Return whether the run is still recorded or delivered by somebody."""
        if self.is_owner_alive():
            return True
        lock = FileLock(self.record)
        try:
            return not lock.acquire()
        except OSError:
            return False
        finally:
            lock.release()

    def is_unattended(self) -> bool:
        """Return whether the test process does not wait for the courier any more."""
        return os.path.exists(self.unattended)

    def keep_journal(self) -> None:
        """Remove all but what sends the run later, and say that the run is over."""
        self._remove_signals()
        # Once: the record's time is that of the run's end, by which its age is known.
        if self.read_record().get("pid"):
            with contextlib.suppress(OSError):
                self._update_record(pid=0)

    def _remove_signals(self) -> None:
        for path in (self.status, self.wake, self.unattended, self.results):
            private.remove(path)

    def remove(self) -> None:
        """Remove all of it, and the directories around it that are empty then."""
        self._remove_signals()
        for path in (self.receipts, self.rest, self.events, self.record):
            private.remove(path)
        # What a process that was killed has left half written.
        for name in _names(self.path):
            private.remove(os.path.join(self.path, name))
        path = self.path
        with contextlib.suppress(OSError):
            for _ in ("run", "project", "all"):
                _rmdir(path)
                path = os.path.dirname(path)


def base_directories() -> list[str]:
    """Return where the directories of runs may lie, the best first.

    The user's state directory, as the XDG base directory specification has it
    (https://specifications.freedesktop.org/basedir-spec/latest/), and else a directory of this
    user in the directory for temporary files. Not in pytest's cache, which `--cache-clear` empties.
    """
    bases = []
    home = os.path.expanduser("~")
    state = os.environ.get("XDG_STATE_HOME", "")
    if sys.platform == "win32":
        state = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin" and not state:
        state = os.path.join(home, "Library", "Application Support")
    elif not os.path.isabs(state):
        state = os.path.join(home, ".local", "state")
    if os.path.isabs(state):
        bases.append(os.path.join(state, NAME))
    user = os.getuid() if hasattr(os, "getuid") else "user"
    bases.append(os.path.join(_temporary_directory(), f"{NAME}-{user}"))
    return bases


def _temporary_directory() -> str:
    named = os.environ.get("TMPDIR", "")
    if os.path.isabs(named):
        return named
    import tempfile

    try:
        return tempfile.gettempdir()
    except OSError:
        return os.sep


def run_directories(root: str = "") -> list[RunDirectory]:
    """Return the directories of runs that were not sent or are under way, the oldest first.

    Args:
        root: The root of the project whose runs are meant; all projects' by default.
    """
    found = []
    for base in base_directories():
        projects = [project_name(root)] if root else _names(base)
        for project in projects:
            folder = os.path.join(base, project)
            for name in _names(folder):
                directory = RunDirectory(os.path.join(folder, name))
                with contextlib.suppress(OSError):
                    found.append((os.stat(directory.record).st_mtime, directory))
    return [directory for _, directory in sorted(found, key=lambda pair: pair[0])]


def _names(folder: str) -> list[str]:
    try:
        return _listdir(folder)
    except OSError:
        return []


def project_name(root: str) -> str:
    """Return the name of a project's directory: one that people recognize, and no other has."""
    base = os.path.basename(root)[:40]
    name = "".join(each if each.isalnum() or each in "-_." else "-" for each in base)
    return f"{name}-{crc32(os.fsencode(root)):08x}"
