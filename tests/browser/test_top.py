"""The top of the page: what ran, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .columns import Run, Test
from .runs import BUILD, shop

if TYPE_CHECKING:
    from .conftest import Open


def named(**results: str) -> list[Test]:
    return [Test(name=name, result=result) for name, result in results.items()]


@pytest.mark.parametrize(
    ("tests", "headline"),
    [
        (named(test_a="passed", test_b="passed"), "All 2 tests passed"),
        (named(test_a="passed"), "The test passed"),
        (named(test_a="failed"), "The test failed"),
        (named(test_a="passed", test_b="failed", test_c="failed"), "2 of 3 tests failed"),
        (named(test_a="passed", test_b="skipped"), "1 test passed, 1 skipped"),
        (named(test_a="passed", test_b="unknown"), "1 of 2 tests did not end"),
        ([], "No test was run"),
        # A test counts by its last attempt.
        (named(test_a="failed") + named(test_a="passed"), "The test passed, 1 flaky"),
    ],
)
def test_the_headline_says_how_it_ended(open_page: Open, tests: list[Test], headline: str) -> None:
    page = open_page(Run(tests, facts={"status": 0}))

    assert page.inner_text("h1") == headline
    assert headline in page.title()


def test_a_run_that_fails_without_a_failed_test_did_not_pass(open_page: Open) -> None:
    page = open_page(Run(named(test_a="passed"), facts={"status": 2}))

    assert page.inner_text("h1") == "No test failed, but the run did"


def test_a_run_that_broke_off_says_why(open_page: Open) -> None:
    page = open_page(Run(named(test_a="passed"), facts={"aborted": "pytest was killed"}))

    assert page.inner_text("h1") == "The run broke off"
    assert "pytest was killed" in page.inner_text(".notices")


def test_what_ran_is_said(open_page: Open) -> None:
    page = open_page(shop(60))

    top = page.inner_text(".masthead")
    for said in ("spin-faster", "b9f0fb3fdb", "Teach the widget", "8 workers", "pytest 8.4.2"):
        assert said in top
    assert page.get_attribute(".origin a", "href") == BUILD["url"]
    # What was left out is said as well.
    assert "3 spans were shortened" in top
    assert "There was no room for 1 failure text" in top


def test_the_numbers_are_the_runs_and_filter(open_page: Open) -> None:
    run = shop(300)
    counts = run.columns()["counts"]
    page = open_page(run)

    for result in ("failed", "skipped", "passed", "unknown"):
        assert page.inner_text(f".chip.{result} strong") == str(counts[result])

    page.click(".chip.failed")
    assert page.get_attribute("[role=grid]", "aria-rowcount") == str(counts["failed"] + 1)
    assert page.input_value("#filter") == "result:failed"


def test_a_job_that_cannot_be_read_is_named_and_the_rest_is_shown(open_page: Open) -> None:
    broken = Run(named(test_b="failed"), name="windows", facts={"format": 99})
    page = open_page(Run(named(test_a="passed"), name="linux"), broken)

    assert page.inner_text("h1") == "The test passed"
    notice = page.inner_text(".notices")
    assert "windows cannot be read: the data are in format 99, and this page reads 1" in notice
