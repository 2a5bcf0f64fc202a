"""The class for runners that are not pytest, and unittest's runner on top of it."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _buildkite_test_collector.settings import Settings
from buildkite_test_collector.recording import Recording, failure

if TYPE_CHECKING:
    from stand_in import TestEngine

HOST = Path(__file__).with_name("python") / "unittest_host.py"

TESTS = """
    import unittest

    class TestCart(unittest.TestCase):
        def test_total(self):
            self.assertEqual(80, 100 - 20)

        def test_wrong(self):
            self.assertEqual(81, 100 - 20, "the sum")

        def test_error(self):
            raise KeyError("voucher")

        @unittest.skip("later")
        def test_skipped(self): pass

        @unittest.expectedFailure
        def test_known(self): self.fail()

        @unittest.expectedFailure
        def test_mended(self): pass

        def test_parts(self):
            for part in range(3):
                with self.subTest(part=part):
                    self.assertNotEqual(1, part)

    class TestBroken(unittest.TestCase):
        @classmethod
        def setUpClass(cls): raise OSError("no database")

        def test_never(self): pass
"""


@pytest.fixture
def settings(engine: TestEngine) -> Settings:
    """Settings by which results go to `engine`."""
    return Settings({"token": engine.token, "api_url": engine.url})


def test_unittest(engine: TestEngine, environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "test_cart.py").write_text(textwrap.dedent(TESTS), "utf-8")
    done = subprocess.run(
        [sys.executable, str(HOST), "discover"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.endswith("Buildkite Test Engine: 8 results uploaded\n"), done.stderr
    assert [problem for request in engine.requests for problem in request.problems] == []
    results = {result["name"]: result for result in engine.executions}
    assert {name: result["result"] for name, result in results.items()} == {
        "test_total": "passed",
        "test_wrong": "failed",
        "test_error": "failed",
        "test_skipped": "skipped",
        "test_known": "skipped",
        "test_mended": "failed",
        "test_parts": "failed",
        "setUpClass (test_cart.TestBroken)": "failed",
    }
    wrong = results["test_wrong"]
    assert (wrong["scope"], wrong["location"]) == ("test_cart.TestCart", "test_cart.py:8")
    assert wrong["failure_reason"] == "AssertionError: 81 != 80 : the sum"
    assert results["test_skipped"]["failure_reason"] == "later"


def test_spans_and_tags(engine: TestEngine, settings: Settings) -> None:
    recording = Recording("mine", "1.0", settings=settings)
    recording.tag("service", "shop")
    test = recording.start("scope", "name")
    test.tag("team", "checkout")
    with test.span("sql", {"query": "SELECT 1"}):
        pass
    test.phase("passed")
    test.finish()
    outcome = recording.finish(status=0)

    assert (outcome.errors, outcome.uploaded) == ([], 1)
    assert not recording.journal.parent.exists()
    (result,) = engine.executions
    assert result["tags"] == {"team": "checkout"}
    (span,) = result["history"]["children"]
    assert (span["section"], span["detail"]) == ("sql", {"query": "SELECT 1"})
    (request,) = engine.requests
    assert request.body is not None
    assert request.body["tags"] == {"service": "shop"}
    assert request.body["run_env"]["test_runner"] == "mine"


def test_tests_of_many_threads(engine: TestEngine, settings: Settings) -> None:
    recording = Recording("mine", "1.0", settings=settings)

    def run(thread: int) -> None:
        for number in range(50):
            test = recording.start(f"thread {thread}", f"test {number}")
            test.phase("passed")
            test.finish()

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome = recording.finish()

    assert outcome.summary is not None
    assert (outcome.summary.problems, outcome.uploaded) == ([], 400)
    assert len({(each["scope"], each["name"]) for each in engine.executions}) == 400


def test_what_is_not_accepted_stays(settings: Settings) -> None:
    recording = Recording("mine", "1.0", settings=settings.but(token="wrong"))
    test = recording.start("scope", "name")
    try:
        raise ValueError("half a pair: \ud800")
    except ValueError as error:
        test.phase("failed", failures=[failure(error)])
    test.finish()
    outcome = recording.finish(status=1)

    assert outcome.errors
    events: list[dict[str, Any]] = [
        json.loads(line) for line in recording.journal.read_text("utf-8").splitlines()
    ]
    assert [event["event"] for event in events] == [
        "run-started",
        "test-started",
        "phase",
        "test-finished",
        "run-finished",
    ]
    assert events[2]["failures"][0]["reason"] == "ValueError: half a pair: \ufffd"


def test_a_journal_of_ones_own_is_kept(settings: Settings, tmp_path: Path) -> None:
    journal = tmp_path / "events.ndjson"
    recording = Recording("mine", "1.0", settings=settings, journal=journal)
    outcome = recording.finish()

    assert outcome.errors == []
    assert recording.journal == journal
    assert len(journal.read_text("utf-8").splitlines()) == 2
