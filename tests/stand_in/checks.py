"""What was checked in the requests that arrived, and what came of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .intake import ACCEPTED
from .measures import count, size
from .table import COLUMNS, mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .ink import Ink
    from .request import Request
    from .server import TestEngine

#: How many findings of a kind are told one by one.
TOLD = 10


def check_lines(engine: TestEngine, ink: Ink) -> Iterator[str]:
    """A line for each thing that was checked; below it the findings."""
    requests = engine.requests
    yield ""
    if not requests:
        yield f"{mark('unknown', ink)} no request arrived"
        return
    yield from _answers(requests, ink)
    yield from _form(requests, ink, results_too=engine.checks_results)
    yield from _doubles(requests, ink)
    yield _traffic(requests, ink)


def request_line(request: Request, ink: Ink) -> str:
    """One request in a line."""
    told = [
        f"request {request.number} {_fate(request)}",
        count(len(request.kept), "result"),
        f"{size(request.wire_size)} for {size(request.size)}",
        f"connection {request.connection}",
    ]
    return f"{_sign(request.status == ACCEPTED, ink)} {f' {ink.glyphs.between} '.join(told)}"


def _answers(requests: Sequence[Request], ink: Ink) -> Iterator[str]:
    connections = len({request.connection for request in requests})
    others = [request for request in requests if request.status != ACCEPTED]
    arrived = f"{count(len(requests), 'request')} on {count(connections, 'connection')}"
    accepted = f"{len(requests) - len(others):,} accepted"
    yield f"{_sign(not others, ink)} {arrived}, {accepted}"
    yield from _told([f"request {request.number} {_fate(request)}" for request in others], ink)


def _form(requests: Sequence[Request], ink: Ink, *, results_too: bool) -> Iterator[str]:
    problems = [f"request {r.number}, {problem}" for r in requests for problem in r.problems]
    found = f"{count(len(problems), 'departure')} from the documented form"
    documented = f"every upload{' and result' if results_too else ''} is in the documented form"
    yield f"{_sign(not problems, ink)} {found if problems else documented}"
    yield from _told(problems, ink)


def _doubles(requests: Sequence[Request], ink: Ink) -> Iterator[str]:
    """Only ids can tell a result that came twice from a test that ran twice."""
    ids = Counter(result["id"] for r in requests for result in r.kept if "id" in result)
    doubled = [f"{name} arrived {times} times" for name, times in ids.items() if times > 1]
    if ids:
        found = f"{count(len(doubled), 'result')} arrived more than once"
        yield f"{_sign(not doubled, ink)} {found if doubled else 'no result arrived twice'}"
    yield from _told(doubled, ink)


def _traffic(requests: Sequence[Request], ink: Ink) -> str:
    wire, body = sum(r.wire_size for r in requests), sum(r.size for r in requests)
    ratio = f", {body / wire:.1f} to 1" if 0 < wire < body else ""
    return f"{ink.glyphs.between} {size(wire)} on the wire for {size(body)} of JSON{ratio}"


def _fate(request: Request) -> str:
    return "had no answer" if request.status is None else f"was answered {request.status}"


def _told(findings: Sequence[str], ink: Ink) -> Iterator[str]:
    for finding in findings[:TOLD]:
        yield "    " + ink(ink.fit(finding, COLUMNS - 4).rstrip(), "red")
    if len(findings) > TOLD:
        yield ink(f"    and {len(findings) - TOLD:,} more", "dim")


def _sign(is_good: bool, ink: Ink) -> str:
    return mark("passed" if is_good else "failed", ink)
