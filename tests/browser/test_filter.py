"""The language of the filter, in the table of all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .columns import Run, Test

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Open

TESTS = [
    Test("test_total", tags={"team": "shop", "slow": "yes"}, duration=2_000_000, worker="gw0"),
    Test("test_empty", tags={"team": "core"}, result="skipped", reason="Skipped: needs a browser"),
    Test(
        "test_total[two words]",
        scope="tests/test_prices.py::TestPrices",
        file="tests/test_prices.py",
        result="failed",
        reason="AssertionError: timeout",
        setup=300_000,
        duration=400_000,
        worker="gw1",
        spans=[("sql", 10, 20, 0, {"query": "COMMIT"})],
    ),
    Test("test_again", result="failed", start=5_000),
    Test("test_again", start=9_000, teardown=200_000, duration=250_000),
]


def shown(page: Page) -> list[str]:
    rows = page.locator(".spacer .grid-row:not([hidden])")
    return [row.locator(".name").inner_text() for row in rows.all()]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("result:failed", [2, 3]),
        ("result:failed,skipped", [1, 2, 3]),
        ("-result:passed", [1, 2, 3]),
        ("tag:team=shop", [0]),
        ("tag:team", [0, 1]),
        ("file:prices", [2]),
        ("scope:TestCart", [0, 1, 3, 4]),
        ("name:TOTAL", [0, 2]),
        ("worker:gw1", [2]),
        ("reason:timeout", [2]),
        ('reason:"needs a"', [1]),
        ("slow:>1s", [0]),
        (">300ms", [0, 2]),
        ("slow:<=400ms slow:>=400ms", [2]),
        ("setup:>100ms", [2]),
        ("teardown:0.2", [4]),
        ("attempts:>1", [3, 4]),
        ("is:flaky", [3, 4]),
        ("span:sql", [2]),
        ("total", [0, 2]),
        ("total -prices", [0]),
        ('"two words"', [2]),
        ("tests/test_prices.py::TestPrices::test_total", [2]),
        ("TestCart::test_again result:failed", [3]),
        ("nobody-has-this", []),
        # What means nothing is said, and hides nothing.
        ("slow:soon", [0, 1, 2, 3, 4]),
        ("is:odd total", [0, 2]),
    ],
)
def test_a_filter_lets_through_what_it_says(
    open_page: Open, words: str, numbers: list[int]
) -> None:
    page = open_page(Run(TESTS), at="#tests")
    page.fill("#filter", words)

    assert shown(page) == [TESTS[number].name for number in numbers]
    if words in ("slow:soon", "is:odd total"):
        assert "means nothing" in page.inner_text("#filter-says")
    elif words:
        assert page.inner_text("#filter-says") == f"{len(numbers)} of 5"


def test_the_address_keeps_the_view_the_filter_and_the_order(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#tests")
    page.fill("#filter", "result:failed name:total")
    page.click("[role=columnheader] >> text=Time")
    address = page.url

    assert "#tests?filter=result:failed+name:total&sort=-duration" in address
    page.reload()
    page.wait_for_selector("#page[data-ready]")
    assert page.input_value("#filter") == "result:failed name:total"
    assert shown(page) == [TESTS[2].name]


def test_the_filter_holds_in_all_views(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#failures?filter=file:prices")

    assert page.locator(".group").count() == 1
    page.click("nav >> text=Slowest")
    assert "400 ms in 1 test" in page.inner_text("main")
    page.click("nav >> text=Flaky")
    assert "among the tests that the filter lets through" in page.inner_text("main")
    page.click("nav >> text=Where time went")
    assert "COMMIT" in page.inner_text("main")
    page.fill("#filter", "file:cart")
    assert "No spans were recorded" in page.inner_text("main")


def test_steps_back_lead_to_the_view_before(open_page: Open) -> None:
    page = open_page(Run(TESTS), at="#failures")
    page.click("nav >> text=All tests")
    page.go_back()

    assert page.get_attribute("nav [aria-current]", "data-view") == "failures"


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("Result", "test_total[two words]", "test_total"),
        ("Test", "test_again", "test_total[two words]"),
        ("File", "test_total", "test_total[two words]"),
        ("Time", "test_total", "test_empty"),
        ("Began at", "test_total", "test_again"),
        ("Worker", "test_empty", "test_total[two words]"),
        ("Attempt", "test_again", "test_total"),
        ("Spans", "test_total[two words]", "test_total"),
    ],
)
def test_a_columns_title_sorts_by_it_and_then_the_other_way(
    open_page: Open, column: str, first: str, second: str
) -> None:
    page = open_page(Run(TESTS), at="#tests")
    head = page.locator("[role=columnheader]", has_text=column)

    head.locator("button").click()
    assert shown(page)[0] == first
    assert head.get_attribute("aria-sort") in ("ascending", "descending")
    head.locator("button").click()
    assert shown(page)[0] == second
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "none"
    assert shown(page) == [test.name for test in TESTS]
