"""The fixture `spans`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.journal.writer import Journal
from _buildkite_test_collector.recording.event_writer import EventWriter

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project


def test_a_measured_block_is_a_span(project: Project) -> None:
    run = project.test("""
        import time

        def test_it(spans):
            with spans.measure("sql", {"query": "SELECT 1"}):
                time.sleep(0.05)
    """)

    history = run.one("test_it")["history"]
    (span,) = history["children"]
    assert span["section"] == "sql"
    assert span["detail"] == {"query": "SELECT 1"}
    assert 0.05 <= span["duration"] < 1
    assert history["start_at"] <= span["start_at"] <= span["end_at"] <= history["end_at"]


def test_blocks_inside_blocks_are_children(project: Project) -> None:
    run = project.test("""
        def test_it(spans):
            with spans.measure("annotation", {"content": "outer"}):
                with spans.measure("sleep"):
                    pass
                with spans.measure("sleep"):
                    with spans.measure("sql", {"query": "inner"}):
                        pass
            with spans.measure("sleep"):
                pass
    """)

    outer, last = run.one("test_it")["history"]["children"]
    assert [child["section"] for child in outer["children"]] == ["sleep", "sleep"]
    assert outer["children"][1]["children"][0]["detail"] == {"query": "inner"}
    assert "children" not in last


def test_recorded_spans_keep_their_times(project: Project) -> None:
    run = project.test("""
        from datetime import timedelta

        from buildkite_test_collector.collector.instant import Instant
        from buildkite_test_collector.collector.payload import TestSpan

        def test_it(spans):
            start = Instant.now()
            end = start + timedelta(seconds=2)
            spans.record(TestSpan("sleep", end - start, start, end))
            spans.record(TestSpan(section="sql", duration=timedelta(milliseconds=3),
                                  detail={"query": "SELECT 1"}))
    """)

    timed, untimed = run.one("test_it")["history"]["children"]
    assert timed["duration"] == 2
    assert abs(timed["end_at"] - timed["start_at"] - 2) < 1e-6
    assert abs(timed["start_at"] - run.one("test_it")["history"]["start_at"]) < 1
    assert untimed == {"section": "sql", "duration": 0.003, "detail": {"query": "SELECT 1"}}


def test_malformed_spans_cost_neither_the_test_nor_the_good_part(project: Project) -> None:
    """W13, W14: each of these failed the test, masked its own error, or lost the batch."""
    run = project.test("""
        import uuid
        from datetime import timedelta

        from buildkite_test_collector.collector.payload import TestSpan

        class Rude:
            def __str__(self):
                raise RuntimeError

        def test_passes(spans):
            with spans.measure("http", {"method": "GET", "url": "http://x"}):
                pass
            spans.record(TestSpan("sql", timedelta(0), detail={"query": uuid.UUID(int=5)}))
            spans.record(TestSpan("annotation", timedelta(0), detail={"content": "x", "y": Rude()}))
            spans.record(TestSpan("sql", "soon", "now", "later", ["not a dict"]))
            deep = {}
            deep["deep"] = deep
            spans.record(TestSpan("sleep", timedelta(0), detail=deep))
            odd = {"nan": float("nan"), "s": "\\ud800"}
            spans.record(TestSpan("sleep", timedelta(0), detail=odd))

        def test_own_error(spans):
            with spans.measure("http"):
                raise KeyError("the real error")
    """)

    assert run.outcomes == {"test_passes": "passed", "test_own_error": "failed"}
    assert run.one("test_own_error")["failure_reason"] == "KeyError: 'the real error'"
    spans = run.one("test_passes")["history"]["children"]
    assert len(spans) == 6
    assert {"method": "GET", "url": "http://x", "lib": ""} in [span["detail"] for span in spans]
    assert "test_it.py::test_passes, span http, lib: the detail lacks a text" in run.said[-1]


def test_the_current_test_is_known(project: Project) -> None:
    run = project.test("""\
        import pytest

        @pytest.fixture(scope="session")
        def early(spans):
            yield spans.current_test()

        class TestIt:
            def test_it(self, spans, early):
                test = spans.current_test()
                assert (test.scope, test.name) == ("test_it.py::TestIt", "test_it")
                assert test.location == "test_it.py:8"
    """)

    assert run.status == 0


def test_without_anyone_to_tell_spans_do_nothing(project: Project) -> None:
    project.token = None
    project.write(
        {
            "test_it.py": """
                from datetime import timedelta
                from buildkite_test_collector.collector.payload import TestSpan

                def test_it(spans):
                    with spans.measure("sleep"):
                        spans.record(TestSpan("sleep", timedelta(1)))
                    assert spans.current_test() is None
            """
        }
    )
    assert project.pytest(watched=False).status == 0


#: A runner that has each test's function in a thread of its own, and all of them at once, as
#: pytest-threadpool does: it goes past pytest's own protocol.
THREADS = """
    import threading
    from _pytest.runner import CallInfo

    def pytest_runtestloop(session):
        for item in session.items:
            session._setupstate = type(session._setupstate)()
            session._setupstate.setup(item)
        calls = {}

        def run(item):
            calls[item] = CallInfo.from_call(item.runtest, when="call")

        threads = [threading.Thread(target=run, args=(item,)) for item in session.items]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        for item, call in calls.items():
            hook = item.ihook
            hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for when in ("setup", "call", "teardown"):
                this = call if when == "call" else CallInfo.from_call(lambda: None, when=when)
                report = hook.pytest_runtest_makereport(item=item, call=this)
                hook.pytest_runtest_logreport(report=report)
        return True
"""

#: Tests that are under way at the same time, and say by a span which one recorded it.
AT_ONCE = """
    import threading, pytest

    @pytest.fixture(autouse=True)
    def collector(spans): pass

    barrier = threading.Barrier(3)

    @pytest.mark.parametrize("n", range(3))
    def test_it(n, spans):
        barrier.wait(30)
        with spans.measure("annotation", {"content": str(n)}):
            barrier.wait(30)
        assert spans.current_test().name == f"test_it[{n}]"
"""


def test_a_span_belongs_to_the_test_of_its_thread(project: Project) -> None:
    """It belonged to the test that had begun last, or to none."""
    project.write({"conftest.py": THREADS})
    run = project.test(AT_ONCE, watched=False)

    assert run.status == 0, run.stdout
    assert "3 passed" in run.stdout
    spans = {
        result["name"]: [span["detail"]["content"] for span in result["history"]["children"]]
        for result in run.uploaded
    }
    assert spans == {f"test_it[{n}]": [str(n)] for n in range(3)}


def test_a_test_in_several_threads_at_once(project: Project) -> None:
    pytest.importorskip("pytest_run_parallel")
    project.use("run-parallel")
    run = project.test(AT_ONCE, "--parallel-threads=3", watched=False)

    assert run.status == 0, run.stdout
    for result in run.uploaded:
        contents = [span["detail"]["content"] for span in result["history"]["children"]]
        assert contents == [result["name"].removeprefix("test_it[").removesuffix("]")] * 3


class CountingJournal(Journal):
    """A journal that counts how often what it is to write was put together anew."""

    changes = 0

    def __setattr__(self, name: str, value: object) -> None:
        """Count, and set."""
        if name == "waiting":
            super().__setattr__("changes", self.changes + 1)
        super().__setattr__(name, value)


def test_the_spans_of_a_test_are_put_together_once(tmp_path: Path) -> None:
    """Each span copied all that were before it: 20,000 took six seconds."""
    journal = CountingJournal(str(tmp_path / "events.ndjson"))
    before = journal.changes
    spans = [("sql", n, n + 1, None, {"query": "SELECT 1"}, n, None) for n in range(1, 1001)]
    EventWriter(journal, str(tmp_path), tmp_path, 0).spans(1, spans)

    assert journal.changes == before + 1
    assert journal.waiting.count('"event":"span"') == 1000
