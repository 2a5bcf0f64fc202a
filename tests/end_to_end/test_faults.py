"""What Test Engine may answer, and what becomes of the results: one test a row."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from stand_in import TestEngine, faults
from stand_in.exchange import Exchange

from .aftermath import Aftermath
from .project import TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path

#: A suite of three uploads, two of which are whole.
SUITE = """
    import pytest

    @pytest.mark.parametrize("n", range(25))
    def test_it(n):
        pass
"""

NAMES = {f"test_it[{n}]" for n in range(25)}


@dataclass(frozen=True)
class Row:
    """A fault, and what becomes of the 25 results."""

    #: What happens to the first requests.
    script: list[Any]
    #: How many results arrive.
    arrive: int = 25
    #: How many requests are sent.
    requests: int = 4
    #: What the terminal says.
    said: str = "25 results uploaded"
    #: How many results arrive twice.
    twice: int = 0
    #: How many seconds the uploads may take.
    timeout: float = 30
    environment: dict[str, str] = field(default_factory=dict)


JSON = {"Content-Type": "application/json"}

#: What is said of an answer of success that somebody else gave.
NOT_OURS = "10 results not uploaded: "


class Interim:
    """Answers that say that the answer is to come, and then that."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = statuses

    def __call__(self, exchange: Exchange) -> None:
        """Answers as often as was asked for, and as usual."""
        usual = exchange.usual()
        for status in self._statuses:
            exchange.write(f"HTTP/1.1 {status} Wait\r\nLink: </a>; rel=a\r\n\r\n".encode())
        exchange.answer(usual, taken=True)


SKIPS = {"queued": 0, "skipped": 10, "errors": ["no name\x1b[2J"], "run_url": "not a URL"}

MATRIX = {
    "500 once": Row([faults.Answer(500)]),
    "503 with Retry-After": Row([faults.Answer(503, {"Retry-After": "1"})]),
    "503 with a nonsensical Retry-After": Row([faults.Answer(503, {"Retry-After": "soon"})]),
    "503 twice": Row([faults.Answer(503), faults.Answer(503)], requests=5),
    "503 until Doomsday": Row(
        [faults.Answer(503, {"Retry-After": "86400"})] * 9, 0, 2, "25 results not uploaded"
    ),
    "408": Row([faults.Answer(408)]),
    "409": Row([faults.Answer(409)]),
    "429 with RateLimit-Reset": Row([faults.Answer(429, {"RateLimit-Reset": "1"})]),
    "reset before the body": Row([faults.Reset("before-body")]),
    "reset after the body": Row([faults.Reset("after-body")], said="10 results may be there twice"),
    "reset after the body was taken": Row(
        [faults.Reset("after-body", taken=True)], said="10 results may be there twice", twice=10
    ),
    "a hang before the headers": Row([faults.Hang(20)] * 3, 0, 1, "is over", 0, 4),
    "a hang after the headers": Row(
        [faults.Hang(20, "after-headers", taken=True)], 10, 1, "15 results not uploaded", 0, 4
    ),
    "a slow drip": Row([faults.Drip(2000)], requests=3),
    "a drip without an end": Row([faults.Drip(2)], 10, 1, "25 results not uploaded", 0, 4),
    # Answers of success that are not Test Engine's: they were taken for it, and the events removed.
    "a broken body": Row([faults.Answer(202, body=b"{")], 15, 3, NOT_OURS),
    "an empty body": Row([faults.Answer(204)], 15, 3, NOT_OURS),
    "a body that is no object": Row([faults.Answer(202, JSON, body="[" * 99_999)], 15, 3, NOT_OURS),
    "a list": Row([faults.Answer(200, JSON, body=[])], 15, 3, NOT_OURS),
    "a page to log in at": Row(
        [faults.Answer(200, {"Content-Type": "text/html"}, "<html>")] * 9, 0, 2, "(text/html)"
    ),
    "an endless page": Row([faults.Answer(200, body=b" " * 9_000_000)], 15, 3, NOT_OURS),
    "an endless answer": Row([faults.Answer(202, JSON, b" " * 9_000_000, taken=True)], requests=3),
    "early hints": Row([Interim(103)], requests=3),
    "processing": Row([Interim(102, 102, 100, 103)], requests=3),
    "202 that skips": Row(
        [faults.Answer(202, body=SKIPS, taken=True)],
        requests=3,
        said="15 results uploaded to http://127.0.0.1",
    ),
    "401": Row([faults.Answer(401)] * 9, 0, 2, "check BUILDKITE_ANALYTICS_TOKEN"),
    "403": Row([faults.Answer(403, body={"message": "usage limits"})] * 9, 0, 2, "(usage limits)"),
    "404": Row([faults.Answer(404)] * 9, 0, 2, "check the API's URL"),
    "413 once": Row([faults.Answer(413)], 15, 3, "10 results not uploaded"),
    "422 once": Row([faults.Answer(422)], 15, 3, "10 results not uploaded"),
    "a redirect": Row([faults.Redirect("http://127.0.0.1:9/")] * 9, 0, 2, "307"),
}


@pytest.mark.parametrize("fault", MATRIX)
def test_row(tmp_path: Path, fault: str) -> None:
    """W7, W9, W11: one 503 lost a batch, a server that was down an hour, and nobody was told."""
    row = MATRIX[fault]
    with TestEngine(TOKEN, script=row.script) as engine:
        project = Project(tmp_path, engine)
        project.environment = {
            "BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE": "10",
            # All at the end, so that it can be said what is sent how often.
            "BUILDKITE_ANALYTICS_UPLOAD_INTERVAL": "0",
            "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": str(row.timeout),
        }
        project.write({"test_it.py": SUITE})
        began = time.monotonic()
        run = project.pytest(watched=False)
        took = time.monotonic() - began

        assert run.status == 0
        assert len(engine.requests) == row.requests
        after = Aftermath(engine, tmp_path, run.stdout + run.stderr)
    assert row.said in "\n".join(run.said)
    assert sum(after.arrived.values()) == row.arrive + row.twice
    if fault == "a drip without an end":
        # Nobody could know that the server has the first upload.
        assert len(after.kept) == 25
    else:
        after.check(NAMES, twice=row.twice)
    assert took < row.timeout + 15
    assert TOKEN not in run.stdout + run.stderr


def test_what_the_server_says_is_made_fit_for_a_terminal(tmp_path: Path) -> None:
    answer = faults.Answer(202, body={**SKIPS, "skipped": 10**9}, taken=True)
    with TestEngine(TOKEN, script=[answer]) as engine:
        run = Project(tmp_path, engine).test("def test_it(): pass\n")
    (line,) = run.said
    assert line == "Buildkite Test Engine: Test Engine passed over 1 result (no name [2J)"


@dataclass(frozen=True)
class Nowhere:
    """A place where no uploads can go."""

    url: str
    said: str
    environment: dict[str, str] = field(default_factory=dict)


NOWHERE = {
    "refused": Nowhere("http://127.0.0.1:9/v1", "nobody answers (NewConnectionError)"),
    "DNS failure": Nowhere("https://engine.invalid/v1", "the host's name is not known"),
    "plain http": Nowhere("http://engine.invalid/v1", "the token would travel in clear"),
    "plain http, allowed": Nowhere(
        "http://engine.invalid/v1",
        "the host's name is not known",
        {"BUILDKITE_ANALYTICS_ALLOW_HTTP": "true"},
    ),
    "a proxy that is down": Nowhere(
        "https://engine.invalid/v1",
        "check HTTPS_PROXY",
        {"HTTPS_PROXY": "http://user:secret@127.0.0.1:9"},
    ),
    "a token that is none": Nowhere(
        "https://engine.invalid/v1",
        "check BUILDKITE_ANALYTICS_TOKEN",
        {"BUILDKITE_ANALYTICS_TOKEN": "two\nlines-of-a-secret"},
    ),
    "no such CA bundle": Nowhere(
        "https://engine.invalid/v1",
        "missing.pem, which holds no certificates",
        {"REQUESTS_CA_BUNDLE": "missing.pem"},
    ),
}


@pytest.mark.parametrize("place", NOWHERE)
def test_nowhere(project: Project, place: str) -> None:
    row = NOWHERE[place]
    project.environment = {
        "BUILDKITE_ANALYTICS_API_URL": row.url,
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "3",
        **row.environment,
    }
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = project.pytest("--json=results.json", watched=False, timeout=60)

    assert run.status == 0
    (line,) = run.said
    assert line.startswith("Buildkite Test Engine: 1 result not uploaded: ")
    assert row.said in line
    for secret in (TOKEN, "secret"):
        assert secret not in run.stdout + run.stderr
    (kept,) = project.path.rglob("*.ndjson")
    assert f"to try again: buildkite-test-collector upload {kept}" in line
    Aftermath(project.engine, project.path, run.stdout).check({"test_it"})
    assert (project.path / "results.json").exists()
