"""What Test Engine may answer, and what becomes of the results: one test a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from stand_in import TestEngine, faults

from .project import TOKEN, Project, events

if TYPE_CHECKING:
    from pathlib import Path

#: A suite of three batches, two of which are whole.
SUITE = """
    import pytest

    @pytest.mark.parametrize("n", range(1100))
    def test_it(n):
        pass
"""


@dataclass(frozen=True)
class Row:
    """A fault, and what becomes of the 1,100 results."""

    #: What happens to the first requests.
    script: list[Any]
    #: How many results arrive.
    arrive: int = 1100
    #: How many requests are sent.
    requests: int = 4
    #: What the terminal says.
    said: str = "1100 results uploaded"


MATRIX = {
    "500 once": Row([faults.Answer(500)]),
    "503 with Retry-After": Row([faults.Answer(503, {"Retry-After": "1"})]),
    "503 twice": Row([faults.Answer(503), faults.Answer(503)], requests=5),
    "429 with RateLimit-Reset": Row([faults.Answer(429, {"RateLimit-Reset": "1"})]),
    "409": Row([faults.Answer(409)]),
    "reset before the body": Row([faults.Reset("before-body")]),
    "reset after the body": Row([faults.Reset("after-body")]),
    "a slow drip": Row([faults.Drip(2000)], requests=3),
    "a broken body": Row([faults.Answer(202, body=b"{", taken=True)], requests=3),
    "an empty body": Row([faults.Answer(202, body=b"", taken=True)], requests=3),
    "401": Row([faults.Answer(401)] * 9, 0, 2, "check BUILDKITE_ANALYTICS_TOKEN"),
    "403": Row([faults.Answer(403, body={"message": "usage limits"})] * 9, 0, 2, "(usage limits)"),
    "404": Row([faults.Answer(404)] * 9, 0, 2, "check the API's URL"),
    "413 once": Row([faults.Answer(413)], 600, 3, "500 results not uploaded"),
    "422 once": Row([faults.Answer(422)], 600, 3, "500 results not uploaded"),
    "a redirect": Row([faults.Redirect("http://127.0.0.1:9/")] * 9, 0, 2, "307"),
}


@pytest.mark.parametrize("fault", MATRIX)
def test_row(tmp_path: Path, fault: str) -> None:
    """W7, W9, W11: one 503 lost a batch, a server that was down an hour, and nobody was told."""
    row = MATRIX[fault]
    with TestEngine(TOKEN, script=row.script) as engine:
        project = Project(tmp_path, engine)
        project.write({"test_it.py": SUITE})
        run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)

        assert run.status == 0
        assert len(engine.requests) == row.requests
        arrived = [result["id"] for result in engine.executions]
    assert len(arrived) == len(set(arrived)) == row.arrive
    assert row.said in "\n".join(run.said)
    assert len(run.said) <= 3
    assert TOKEN not in run.stdout + run.stderr

    kept = events(tmp_path / "kept.ndjson")
    finished = {event["execution"] for event in kept if event["event"] == "test-finished"}
    uploaded = {
        number
        for event in kept
        if event["event"] == "uploaded"
        for first, last in event["executions"]
        for number in range(first, last + 1)
    }
    assert len(finished) == 1100
    assert len(uploaded) == row.arrive


def test_nobody_answers(tmp_path: Path) -> None:
    with TestEngine(TOKEN) as engine:
        url = engine.url
    project = Project(tmp_path, engine)
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = url
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = project.pytest(watched=False, timeout=60)

    assert run.status == 0
    (line,) = run.said
    assert "1 result not uploaded" in line
    assert "NewConnectionError" in line
    (kept,) = tmp_path.rglob("*.ndjson")
    assert str(kept) in line
