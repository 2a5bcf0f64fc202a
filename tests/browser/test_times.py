"""What was slow, and where the time went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import Run, Test
from .runs import shop

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Open


def rows(page: Page, table: str) -> list[list[str]]:
    found = page.locator(f"table[aria-label='{table}'] tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in found]


def test_the_slowest_are_those_of_the_run(open_page: Open) -> None:
    run = shop(200)
    page = open_page(run, at="#slowest")

    slowest = sorted(run.tests, key=lambda test: -test.duration)[:20]
    names = [row[1].split("\n")[-1] for row in rows(page, "Slowest tests")]
    assert len(names) == 20
    for name, test in zip(names, slowest):
        assert test.name in name
    page.locator(".paged", has_text="slowest tests").locator("text=Next →").click()
    assert rows(page, "Slowest tests")[0][0] == "21"


def test_fixtures_are_apart_from_the_call(open_page: Open) -> None:
    tests = [
        Test("test_a", duration=1_000_000, setup=200_000, teardown=50_000),
        Test("test_b", duration=1_000_000, file="tests/test_b.py"),
    ]
    page = open_page(Run(tests), at="#slowest")

    assert "Fixtures\n\ntook 12.5% of 2.00 s in 2 tests." in page.inner_text("main")
    legend = page.locator(".slowest .legend li").all_inner_texts()
    assert legend == ["Setup 10% 200 ms", "Call 87.5% 1.75 s", "Teardown 2.5% 50.0 ms"]
    assert rows(page, "Slowest setups") == [["test_atests/test_cart.py::TestCart", "200 ms"]]
    assert [row[0] for row in rows(page, "Slowest files")] == [
        "tests/test_cart.py",
        "tests/test_b.py",
    ]


def spans() -> list[Test]:
    shop_url = "https://user@api.shop.example:8443/orders/{}?token=…"
    return [
        Test(
            "test_a",
            duration=1_000_000,
            spans=[
                ("http", 0, 300_000, 0, {"method": "GET", "url": shop_url.format(1)}),
                ("http", 100, 100_000, 1, {"method": "GET", "url": "https://inner.example/"}),
                ("sql", 200, 50_000, 2, {"query": "SELECT ?"}),
                ("sleep", 300_000, 10_000, 0, {}),
            ],
        ),
        Test(
            "test_b",
            file="tests/test_b.py",
            duration=1_000_000,
            spans=[
                ("http", 0, 100_000, 0, {"method": "POST", "url": shop_url.format(2)}),
                ("sql", 0, 150_000, 0, {"query": "3,000 \u00d7 SELECT ?, 150 ms in all"}),
                ("annotation", -1, 500, 0, {"content": "checkout"}),
            ],
        ),
    ]


def test_spans_are_summed_by_host_statement_and_caller(open_page: Open) -> None:
    page = open_page(Run(spans()), at="#time")

    tiles = [text.split("\n") for text in page.locator(".tile").all_inner_texts()]
    assert [tile[:2] for tile in tiles] == [
        # What one request does in another is in that one's time.
        ["HTTP", "400 ms"],
        ["SQL", "200 ms"],
        ["Sleep", "10.0 ms"],
        ["Annotations", "500 µs"],
    ]
    found = {row[0]: row[2:5] for row in rows(page, "Where the time went")}
    assert found == {
        "user@api.shop.example:8443": ["400 ms", "2", "200 ms"],
        # Calls that were summed while the tests ran count as many as they were.
        "SELECT ?": ["200 ms", "3,001", "67 µs"],
        "sleep in tests/test_cart.py": ["10.0 ms", "1", "10.0 ms"],
        "checkout": ["500 µs", "1", "500 µs"],
    }

    page.click(".tile:has-text('SQL')")
    assert [row[0] for row in rows(page, "Where the time went")] == ["SELECT ?"]
    page.click(".choices >> text=file")
    by_file = [(row[0], row[2]) for row in rows(page, "Where the time went")]
    assert by_file == [("tests/test_b.py", "150 ms"), ("tests/test_cart.py", "50.0 ms")]
    assert "by=sql-file" in page.url
    page.click(".choices >> text=test")
    assert rows(page, "Where the time went")[0][0] == "tests/test_cart.py::TestCart::test_b"


def test_the_longest_span_leads_to_its_test(open_page: Open) -> None:
    page = open_page(Run(spans()), at="#time")

    page.locator("tbody tr", has_text="SELECT ?").locator("a").click()
    assert page.inner_text("#test-title") == "test_b"


def test_a_run_without_spans_says_how_to_have_them(open_page: Open) -> None:
    page = open_page(Run([Test("test_a")]), at="#time")

    assert "No spans were recorded." in page.inner_text("main")
    assert "--buildkite-auto-spans=on" in page.inner_text("main")
