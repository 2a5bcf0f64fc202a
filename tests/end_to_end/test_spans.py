"""The fixture `spans`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    assert "test_it.py::test_passes: span http: the detail has no lib" in run.said[-1]


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
