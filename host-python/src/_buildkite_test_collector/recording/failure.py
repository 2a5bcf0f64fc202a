"""What pytest says of a failure, as Test Engine's reason and expanded texts."""

from __future__ import annotations

from typing import Any

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
    """Return why a report says that its test was skipped, if it says so."""
    reason = getattr(report, "wasxfail", None)
    if reason is None:
        said = _of_longrepr(report.longrepr)
        reason = said[0].get("reason") if said else None
    elif not reason.removeprefix("reason: "):
        # An `xfail` without a reason; what pytest raised for it is none.
        reason = None
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
    return _of_lines(str(longrepr).splitlines())


def _of_lines(lines: list[str]) -> list[Failure]:
    """Return a failure that is a text: of a custom item's `repr_failure`, a doctest or a fixture.

    The reason is the first line that is not blank. An unknown fixture's text begins with a place,
    and says in a later line what is wrong.
    """
    index = next((i for i, line in enumerate(lines) if line.strip()), None)
    if index is None:
        return []
    if reason := _of_doctest(lines):
        return [{"reason": reason, "expanded": lines}]
    if lines[index].startswith("file "):
        error = next((line for line in lines if line.startswith("E  ")), "")
        if error:
            return [{"reason": error[1:].strip(), "expanded": lines}]
    return [{"reason": lines[index].strip(), "expanded": lines[index + 1 :]}]


def _of_doctest(lines: list[str]) -> str:
    """Return what failed in a doctest: `1 + 1: expected 3, got 2`; nothing for another text."""
    if not lines[-1].endswith((": DocTestFailure", ": UnexpectedException")):
        return ""
    examples = [line.partition(">>> ")[2] for line in lines if ">>> " in line]
    example = examples[-1].strip() if examples else "example"
    for line in lines:
        if line.startswith("UNEXPECTED EXCEPTION: "):
            return f"{example}: {line.partition(': ')[2]}"
    expected, got = _block(lines, "Expected:"), _block(lines, "Got:")
    if "Expected nothing" in lines:
        expected = "nothing"
    if "Got nothing" in lines:
        got = "nothing"
    return f"{example}: expected {expected}, got {got}"


def _block(lines: list[str], title: str) -> str:
    """Return the indented lines behind a title, as one."""
    if title not in lines:
        return ""
    block = []
    for line in lines[lines.index(title) + 1 :]:
        if not line.startswith("    "):
            break
        block.append(line.strip())
    return " ".join(block)


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
        "reason": _first_line_on(str(crash.message)) if crash is not None else None,
        "expanded": lines,
        "backtrace": [str(place) for place in places if place is not None],
    }


def _first_line_on(message: str) -> str:
    """Return a message from its first line on that is not blank."""
    return message.lstrip("\n\r ") or message


def _of_exception_info(info: Any) -> Failure:
    return {
        "reason": info.exconly(),
        "expanded": [str(line) for entry in info.traceback for line in (entry.getsource() or ())],
        "backtrace": [f"{entry.path}:{entry.lineno + 1}: {entry.name}" for entry in info.traceback],
    }
