"""The component as bytecode: small runs do without compiling it, and nobody sees a difference."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.component import code as module
from _buildkite_test_collector.component.code import BYTECODE, PACKAGED, bytecode
from _buildkite_test_collector.component.component import Component, Run
from _buildkite_test_collector.deadline import Deadline
from _buildkite_test_collector.delivery.delivery import Delivery
from _buildkite_test_collector.journal.reader import JournalReader
from _buildkite_test_collector.journal.receipts import Receipts
from _buildkite_test_collector.journal.writer import Journal
from _buildkite_test_collector.settings import Settings
from _buildkite_test_collector.surroundings.run_started import run_started

from .project import needs_courier

if TYPE_CHECKING:
    from stand_in import TestEngine

    from .project import Project

CASES = Path(__file__).parents[1] / "cases"

#: Whether the package's bytecode is for the wasmtime that is installed.
FITS = version("wasmtime").startswith("50.")

needs_bytecode = pytest.mark.skipif(not FITS, reason="the bytecode is for another wasmtime")

SUITE = """
    import pytest
    @pytest.mark.parametrize("n", range({count}), ids=lambda n: f"{{n}}" + "x" * 600)
    def test_it(n): pass
"""


@needs_bytecode
def test_bytecode_is_that_of_the_component() -> None:
    assert BYTECODE.read_bytes() == bytecode(PACKAGED)


@needs_bytecode
def test_every_case_gives_the_same() -> None:
    light, compiled = Component(size=0), Component()
    assert (light.is_interpreted, compiled.is_interpreted) == (True, False)
    for case in sorted(CASES.glob("*/events.ndjson")):
        events = case.read_text("utf-8")
        taken = []
        for each in (light, compiled):
            run = each.run(uploads=True, results=True)
            run.feed(events)
            run.finish()
            taken.append((run.take_upload(500), run.take_results(500), run.summary()))
        assert taken[0] == taken[1], case


def test_bytecode_that_does_not_fit_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for content in (b"", b"\x7fELF of another wasmtime", None):
        path = tmp_path / "other.cwasm"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setattr(module, "BYTECODE", path)
        component = Component(size=0)
        assert not component.is_interpreted
        assert component.variables()


@pytest.mark.parametrize("count", [1, 3000])
def test_a_large_run_is_compiled(project: Project, count: int) -> None:
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "1"
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    run = project.test(SUITE.format(count=count), watched=False)
    assert run.status == 0
    assert len(project.engine.executions) == count
    loaded = [line for line in run.said if "the component was loaded" in line]
    assert len(loaded) == 1
    assert ("interpreted" in loaded[0]) is (FITS and count == 1)


@needs_bytecode
def test_a_file_of_a_run_that_has_grown_is_not_written_by_the_interpreter(
    monkeypatch: pytest.MonkeyPatch, engine: TestEngine, tmp_path: Path
) -> None:
    used: list[bool] = []
    take_results = Run.take_results

    def noted(run: Run, count: int) -> str | None:
        used.append(run._component.is_interpreted)
        return take_results(run, count)

    monkeypatch.setattr(Run, "take_results", noted)
    settings = Settings(
        {"token": engine.token, "api_url": engine.url, "json": str(tmp_path / "results.json")}
    )
    journal = Journal(str(tmp_path / "events.ndjson"))
    journal.append(run_started("mine", "1.0", settings) + "\n")
    deadline = Deadline(None)
    receipts = Receipts(str(tmp_path / "receipts.ndjson"))
    reader = JournalReader([journal.path])
    delivery = Delivery(reader, settings, receipts, deadline, is_following=True)
    # Each look finds little; all of them together are much.
    for first in range(1, 18001, 4500):
        journal.append(
            "".join(
                f'{{"event":"test-started","execution":{number},"name":"it","time":0}}\n'
                f'{{"event":"test-finished","execution":{number},"time":9}}\n'
                for number in range(first, first + 4500)
            )
        )
        delivery.advance()
    deadline.start(60)
    assert delivery.finish().errors == []
    reader.close()
    assert used
    assert not used[-1]
    assert len(engine.executions) == len(json.loads((tmp_path / "results.json").read_text()))


@needs_courier
@needs_bytecode
def test_a_run_that_grows_is_compiled_after_all(project: Project) -> None:
    """The courier finds little at first, and much at the end."""
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "1"
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.3"
    project.write({"conftest.py": "import time\ndef pytest_sessionstart(): time.sleep(0.4)\n"})
    run = project.test(SUITE.format(count=3000))
    kinds = [line.rpartition(" ")[2] for line in run.said if "the component was loaded" in line]
    assert kinds == ["interpreted", "compiled"]
    assert len(run.results) == 3000
