"""What pytest says of a failure, as Test Engine's reason and expanded texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

#: A failure as a `phase` event carries it: `reason`, `expanded` and `backtrace`, each optional.
Failure = dict[str, Any]


def failures(report: pytest.TestReport | pytest.CollectReport, seen: int = 0) -> list[Failure]:
    """Return what a report says of its failure, the cause that pytest names first.

    An exception that another one caused has an entry of its own, after the one that it led to, and
    so has each captured output, of which the first `seen` are left out.
    """
    found = _of_longrepr(report.longrepr)
    for title, content in report.sections[seen:]:
        if content:
            found.append({"expanded": [title, *content.splitlines()]})
    return found


def reason_only(report: pytest.TestReport | pytest.CollectReport) -> list[Failure]:
    """Return why a report says that its test was skipped."""
    reason = getattr(report, "wasxfail", None)
    if not reason:
        said = _of_longrepr(report.longrepr)
        reason = said[0].get("reason") if said else None
    return [{"reason": reason}] if reason else []


def _of_longrepr(longrepr: Any) -> list[Failure]:
    """Return the failures in what pytest calls a `longrepr`, which comes in many forms."""
    if longrepr is None:
        return []
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        path, line, message = longrepr
        return [{"reason": str(message), "backtrace": [f"{path}:{line}"]}]
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        return _of_exception(longrepr, crash)
    if hasattr(longrepr, "exconly") and hasattr(longrepr, "traceback"):
        return [_of_exception_info(longrepr)]
    lines = str(longrepr).splitlines()
    return [{"reason": lines[0], "expanded": lines[1:]}] if lines else []


def _of_exception(longrepr: Any, crash: Any) -> list[Failure]:
    """Return an exception's failure, then those of the exceptions that led to it."""
    chain = getattr(longrepr, "chain", None) or []
    if len(chain) < 2:
        lines = str(longrepr).splitlines()
        return [_entry(crash, longrepr.reprtraceback, lines)]
    return [
        _entry(link_crash, traceback, str(traceback).splitlines())
        for traceback, link_crash, _ in reversed(chain)
    ]


def _entry(crash: Any, traceback: Any, lines: list[str]) -> Failure:
    places = [getattr(entry, "reprfileloc", None) for entry in traceback.reprentries]
    return {
        "reason": str(crash.message) if crash is not None else None,
        "expanded": lines,
        "backtrace": [str(place) for place in places if place is not None],
    }


def _of_exception_info(info: Any) -> Failure:
    return {
        "reason": info.exconly(),
        "expanded": [str(line) for entry in info.traceback for line in (entry.getsource() or ())],
        "backtrace": [f"{entry.path}:{entry.lineno + 1}: {entry.name}" for entry in info.traceback],
    }
