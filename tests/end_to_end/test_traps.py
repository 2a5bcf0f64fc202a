"""Lines at which the component traps: all others are delivered, and those are named.

A line traps where the component has less memory than it has in earnest.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from _buildkite_test_collector.component import component
from _buildkite_test_collector.deadline import Deadline
from _buildkite_test_collector.delivery.delivery import Delivery
from _buildkite_test_collector.delivery.trap_search import TRIES
from _buildkite_test_collector.journal.reader import JournalReader
from _buildkite_test_collector.journal.receipts import Receipts
from _buildkite_test_collector.settings import Settings

from .aftermath import Aftermath
from .project import TOKEN, names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .project import Project

#: How much memory the component has here, in bytes, and a line for which that is too little.
LITTLE = 32 << 20
TOO_LARGE = json.dumps(
    {
        "event": "result",
        "execution": 100_000,
        "result": {"name": "large", "history": {"duration": 1.0}, "more": [1] * 900_000},
    }
)

HISTORY = {"section": "top", "start_at": 0.0, "end_at": 1.0, "duration": 1.0, "children": []}

#: `buildkite-test-collector`, with a component that has little memory.
COMMAND_WITH_LITTLE = f"""
    import sys
    from _buildkite_test_collector.component import component
    component.MEMORY_LIMIT = {LITTLE}
    from _buildkite_test_collector.cli import main
    sys.exit(main(sys.argv[1:]))
"""


def events(count: int) -> list[str]:
    """Return the lines of a run of so many results."""
    started: dict[str, Any] = {"event": "run-started", "format": 1, "unix_time_ms": 1}
    started |= {"id": "9f0c7f3e-6d55-4f0e-8a6b-5c2f5a1c7d11", "environment": {}, "settings": {}}
    for who in ("collector", "runner", "language"):
        started[who] = {"name": "x", "version": "1"}
    filler = {"history": HISTORY, "result": "failed", "failure_reason": "x" * 200}
    results = (
        {"event": "result", "execution": number, "result": {"name": f"test_{number}", **filler}}
        for number in range(1, count + 1)
    )
    return [json.dumps(event) for event in (started, *results)]


def with_large_lines(count: int, at: Iterable[int]) -> list[str]:
    """Return the lines of a run, with some that trap where those of their numbers were."""
    lines = events(count)
    for number in sorted(at):
        lines.insert(number - 1, TOO_LARGE)
    return [*lines, '{"event":"run-finished","time":0}']


#: Where lines are that trap, of some 3,000 in four chunks.
PLACES = {
    "in the middle": [1500],
    "the second": [2],
    "the last but one": [3002],
    "two in a chunk": [700, 702],
    "two in a row": [1000, 1001],
    "in three chunks": [10, 1500, 2900],
}


@pytest.mark.parametrize("place", PLACES)
def test_all_others_are_delivered(project: Project, place: str) -> None:
    """Nothing was: the events were kept, for each further try to fail as well."""
    at = PLACES[place]
    lines = with_large_lines(3000, at)
    project.write({"command.py": COMMAND_WITH_LITTLE})
    (project.path / "kept.ndjson").write_text("\n".join([*lines, ""]))
    done = project.run("command.py", "upload", "kept.ndjson")

    assert done.returncode == 0, done.stderr
    arrived = Counter(each["name"] for each in project.engine.executions)
    assert arrived == Counter(f"test_{n}" for n in range(1, 3001))
    assert "3000 results uploaded" in done.stderr
    for number in at:
        assert lines[number - 1] == TOO_LARGE
        assert f"line {number} of the events was passed over: the component fails" in done.stderr
    assert done.stderr.count("was passed over") == len(at)


def test_where_it_is_not_the_lines(project: Project) -> None:
    """The number of tries is bounded, and the events are kept."""
    lines = with_large_lines(100, range(10, 90, 10))
    project.write({"command.py": COMMAND_WITH_LITTLE})
    (project.path / "kept.ndjson").write_text("\n".join([*lines, ""]))
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "true"
    done = project.run("command.py", "upload", "kept.ndjson")

    assert done.returncode == 1
    assert "the component failed in [method]run.feed: wasm trap: wasm `unreachable`" in done.stderr
    assert "was passed over" not in done.stderr
    assert "to try again: buildkite-test-collector upload" in done.stderr
    assert done.stderr.count("the component was loaded") <= TRIES + 2
    assert (project.path / "kept.ndjson").exists()


def test_a_line_of_a_run_that_is_followed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the courier does: what has arrived arrives once."""
    monkeypatch.setattr(component, "MEMORY_LIMIT", LITTLE)
    journal = project.path / "events.ndjson"
    lines = with_large_lines(600, [400])
    settings = Settings(
        {"token": TOKEN, "api_url": project.engine.url, "upload_batch_size": 100}
    ).but(json=str(project.path / "results.json"))
    deadline = Deadline(None)
    reader = JournalReader([str(journal)])
    receipts = Receipts(str(project.path / "receipts.ndjson"))
    delivery = Delivery(reader, settings, receipts, deadline, is_following=True)
    for start in range(0, len(lines), 7):
        with journal.open("a") as file:
            file.write("\n".join([*lines[start : start + 7], ""]))
        delivery.advance()
    while not delivery.is_run_over:
        delivery.advance()
    deadline.start(60)
    report = delivery.finish()
    reader.close()

    assert report.is_complete, report.errors
    arrived = Counter(each["name"] for each in project.engine.executions)
    assert arrived == Counter(f"test_{n}" for n in range(1, 601))
    assert len(names((project.path / "results.json").read_text())) == 600
    assert "line 400 of the events was passed over: the component fails at it" in report.notes


#: Makes the component trap some times at what it is fed at the end, if a text is in that.
TRAPPING = """
    from _buildkite_test_collector.component import component
    component.MEMORY_LIMIT = 32 << 20
    Run = component.Run
    feed, left = Run.feed, [{traps}]

    def trapping(self, events):
        if left[0] and {text!r} in events:
            left[0] -= 1
            # A text of that size does not fit into the component's memory.
            feed(self, " " * component.MEMORY_LIMIT)
        return feed(self, events)

    def pytest_sessionfinish():
        Run.feed = trapping
"""


@pytest.mark.parametrize("traps", [1, 2, 1_000])
def test_the_component_traps(project: Project, traps: int) -> None:
    """Once or twice, it is begun anew; each time, the events are kept."""
    project.write({"conftest.py": TRAPPING.format(traps=traps, text="")})
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    run = project.test("def test_it(): pass\n", watched=False)
    assert run.status == 0
    assert len(run.said) == 1
    assert ("uploaded to" if traps < 1_000 else "the component failed in") in run.said[0]
    Aftermath(project.engine, project.path, run.stdout).check({"test_it"})


def test_what_traps_once_is_not_passed_over(project: Project) -> None:
    """A line is not at fault because memory was short when it came."""
    text = '"event":"test-finished"'
    project.write({"conftest.py": TRAPPING.format(traps=2, text=text)})
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "true"
    run = project.test("def test_it(): pass\n", watched=False)
    assert run.status == 0
    assert run.stdout.count("the component was loaded") == 3
    assert "1 result uploaded" in run.said[0]
