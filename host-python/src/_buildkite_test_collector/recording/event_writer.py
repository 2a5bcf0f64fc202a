"""Events as lines of the journal, as `wit/events.schema.json` describes them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from ..journal.writer import Journal
from ..text import encoded
from .failure import Failure
from .identity import identity

_quoted = encode_basestring


class EventWriter:
    """Adds events to what the journal is to write; times are nanoseconds since the run started."""

    def __init__(self, journal: Journal, cwd: str, root: Path, origin: int) -> None:
        """Write into a journal.

        Args:
            journal: Where the lines go.
            cwd: Where pytest was started: files are seen from there.
            root: What pytest's paths are seen from.
            origin: When the run started, in nanoseconds since the epoch.
        """
        self._journal = journal
        self._root = root
        self._origin = origin
        self._cwd = cwd
        # Most tests share their file and their scope with others.
        self._files: dict[str, str] = {}
        self._scopes: dict[str, str] = {}

    def run_started(self, event: str) -> None:
        """Write the first event of the run, which is made elsewhere."""
        self._journal.append(event + "\n")

    def run_finished(self, time: int, status: int) -> None:
        """Write the last event of the run."""
        self._journal.append(f'{{"event":"run-finished","time":{time},"status":{status}}}\n')

    def test_started(
        self, number: int, nodeid: str, location: tuple[str, int | None, str], time: int
    ) -> None:
        """Write that a test begins."""
        path, line, _ = location
        scope, name = identity(nodeid, path)
        if path.startswith("..") or "site-packages" in path:
            path, line = _own_file(nodeid, path, line)
        if path not in self._files:
            self._files[path] = _quoted(_seen_from(self._cwd, self._root, path))
        if scope not in self._scopes:
            self._scopes[scope] = _quoted(scope)
        at = f',"line":{line + 1}' if line is not None else ""
        self._journal.waiting += (
            f'{{"event":"test-started","execution":{number},"scope":{self._scopes[scope]},'
            f'"name":{_quoted(name)},"file":{self._files[path]}{at},"time":{time}}}\n'
        )

    def finished_line(
        self, number: int, time: int, passed: tuple[int, int, int] | None = None, worker: str = ""
    ) -> str:
        """Return the line that ends a test.

        Args:
            number: The execution.
            time: When.
            passed: Where all of it passed, when it began, and how long setup and teardown took.
            worker: The process that ran it, where there are several.
        """
        where = f',"worker":{_quoted(worker)}' if worker else ""
        if passed is None:
            return f'{{"event":"test-finished","execution":{number},"time":{time}{where}}}\n'
        start, setup, teardown = passed
        return (
            f'{{"event":"test-finished","execution":{number},"time":{time},"outcome":"passed",'
            f'"start":{start},"setup":{setup},"teardown":{teardown}{where}}}\n'
        )

    def phase(
        self, number: int, when: str, outcome: str, start: int, end: int, failures: list[Failure]
    ) -> None:
        """Write that a part of a test is over."""
        extra = f',"failures":{encoded(failures)}' if failures else ""
        self._journal.waiting += (
            f'{{"event":"phase","execution":{number},"when":"{when}",'
            f'"outcome":{_quoted(outcome)},"start":{start},"end":{end}{extra}}}\n'
        )

    def tag(self, number: int, tag: Iterable[Any]) -> None:
        """Write a tag of a test."""
        event = {"event": "tag", "execution": number, **dict(zip(("key", "value"), tag))}
        self._journal.waiting += encoded(event) + "\n"

    def spans(self, number: int, spans: Iterable[Iterable[Any]]) -> None:
        """Write the spans of a test, as `SpanBuffer` and `CallBuffer` give them."""
        # Joined once: line by line, each would copy all that were there.
        self._journal.waiting += "".join([self._span(number, span) for span in spans])

    def _span(self, number: int, span: Iterable[Any]) -> str:
        section, start, end, duration, detail, identifier, parent = span
        if identifier is None:
            return self._automatic_span(number, section, start, end, duration, detail, count=parent)
        event = {"event": "span", "execution": number, "section": section, "id": identifier}
        times = {"start": start, "end": end}
        event |= {key: t - self._origin for key, t in times.items() if t is not None}
        optional = {"duration": duration, "detail": detail, "parent": parent}
        event |= {key: value for key, value in optional.items() if value is not None}
        return encoded(event) + "\n"

    def _automatic_span(
        self,
        number: int,
        section: str,
        start: int,
        end: int,
        duration: int | None,
        detail: Any,
        *,
        count: int,
    ) -> str:
        event: dict[str, Any] = {"event": "auto-span", "execution": number, "section": section}
        event |= {"start": start - self._origin, "end": end - self._origin}
        if detail:
            event["detail"] = detail
        if duration is not None:
            event |= {"count": count, "duration": duration}
        return encoded(event) + "\n"


def _own_file(nodeid: str, path: str, line: int | None) -> tuple[str, int | None]:
    """Return where a test is whose function is a library's, as those of pytest-bdd's scenarios are.

    Its node id names the file of the project, and nobody the line.
    """
    own = nodeid.partition("::")[0]
    return (own, None) if own and not own.startswith("..") else (path, line)


def _seen_from(cwd: str, root: Path, path: str) -> str:
    """Return a path that pytest gives from its root as one from the directory it was started in."""
    absolute = os.path.join(root, path)
    try:
        return os.path.relpath(absolute, cwd)
    except ValueError:
        # On Windows there is no way from one drive to another.
        return absolute
