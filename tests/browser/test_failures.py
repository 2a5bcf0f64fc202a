"""Failures, and tests that are flaky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import Run, Test

if TYPE_CHECKING:
    from .conftest import Open


def failed(name: str, reason: str, **more: object) -> Test:
    said = {"expanded": ["    def test():", f"E   {reason}"], "backtrace": ["tests/test_cart.py:9"]}
    captured = {"expanded": ["Captured stdout call", f"out of {name}"], "backtrace": []}
    fields = {"result": "failed", "reason": reason, "expanded": [said, captured], **more}
    return Test(name=name, **fields)  # type: ignore[arg-type]


def test_what_says_the_same_is_one_group_and_the_largest_comes_first(open_page: Open) -> None:
    lone = failed("test_lone", "AssertionError: assert 2 == 3")
    # An address differs where nothing else does.
    same = [failed(f"test_{n}", f"OSError: <Socket 0x7f{n}00ff> is closed") for n in range(3)]
    page = open_page(Run([lone, *same, Test(name="test_fine")]))

    assert page.locator(".group").count() == 2
    first = page.locator(".group").first
    assert "OSError: <Socket 0x7f000ff> is closed" in first.inner_text()
    assert "3 failures" in first.inner_text()
    assert first.locator(".tests li").count() == 3


def test_a_failure_shows_all_that_was_said(open_page: Open) -> None:
    page = open_page(Run([failed("test_a", "ValueError: no", tags={"team": "shop"})]))

    group = page.locator(".group")
    group.locator("pre").first.wait_for()
    text = group.inner_text()
    for said in ("def test():", "E   ValueError: no", "tests/test_cart.py:9", "team=shop"):
        assert said in text
    assert group.locator(".captured h4").inner_text() == "Captured stdout call"
    assert "out of test_a" in group.locator(".captured pre").inner_text()


def test_a_reason_of_several_lines_is_there_in_full(open_page: Open) -> None:
    page = open_page(Run([failed("test_a", "ValueError: no\n  because of this")]))

    page.locator(".failure[aria-busy=false]").wait_for()
    assert page.inner_text(".group .reason") == "ValueError: no\n  because of this"


def test_texts_are_inflated_only_when_they_are_looked_at(open_page: Open) -> None:
    # Each is a block of its own.
    many = [failed(f"test_{n}", f"Error {n}: {'x' * 300_000}") for n in range(6)]
    page = open_page(Run(many))

    assert page.locator("script.details").count() == 6
    page.locator(".group .failure[aria-busy=false]").nth(1).wait_for()
    assert page.locator(".group .failure").count() == 2

    page.locator(".group > summary").nth(4).click()
    page.locator(".group").nth(4).locator(".failure[aria-busy=false]").wait_for()
    assert "Error 4" in page.locator(".group").nth(4).locator(".failure pre").first.inner_text()


def test_a_text_that_was_left_out_is_said(open_page: Open) -> None:
    run = Run([failed("test_a", "ValueError: no")], facts={"cut": {"failures": 1}})
    columns = run.columns()
    run._blocks = list  # type: ignore[method-assign]
    page = open_page(run)

    assert columns["details"] == [1]
    page.locator(".failure[aria-busy=false]").wait_for()
    assert "left out" in page.inner_text(".failure")


def test_many_failures_come_in_pages(open_page: Open) -> None:
    page = open_page(Run([failed(f"test_{n}", f"Error {n}") for n in range(60)]))

    assert page.locator(".group").count() == 25
    page.click("text=Next →")
    page.click("text=Next →")
    assert page.locator(".group").count() == 10
    assert page.inner_text(".pager span") == "51\u201360 of 60 groups"


def test_a_group_of_many_leads_to_all_of_them(open_page: Open) -> None:
    page = open_page(Run([failed(f"test_{n}", "Error: the same") for n in range(30)]))

    assert page.locator(".group .tests li").count() == 8
    page.click("text=All 30 tests that say so")
    assert page.get_attribute("[role=grid]", "aria-rowcount") == "31"


def test_attempts_are_side_by_side_and_open(open_page: Open) -> None:
    tests = [
        failed("test_a", "AssertionError: first"),
        Test(name="test_b"),
        failed("test_a", "AssertionError: second", start=2_000),
        Test(name="test_a", start=4_000),
        # Twice passed is not flaky, nor is twice failed.
        Test(name="test_b", start=5_000),
        failed("test_c", "no"),
        failed("test_c", "no"),
    ]
    page = open_page(Run(tests), at="#flaky")

    assert page.locator(".card").count() == 1
    cards = page.locator(".attempt")
    assert [text.split("\n")[0] for text in cards.all_inner_texts()] == ["✕", "✕", "✓"]
    assert "AssertionError: second" in cards.nth(1).inner_text()

    cards.nth(1).click()
    assert page.locator("dialog .attempt[aria-current]").inner_text().startswith("✕\nAttempt 2")


def test_the_next_of_a_failure_is_a_failure(open_page: Open) -> None:
    tests = [failed("test_a", "x"), Test("test_b"), failed("test_c", "y"), Test("test_d")]
    page = open_page(Run(tests), at="#failures?test=0")

    assert "1 of 2" in page.inner_text(".drawer-bar")
    page.keyboard.press("j")
    assert page.inner_text("#test-title") == "test_c"
    assert page.is_disabled("[aria-label='Next test']")


def test_no_failures_are_said_and_the_timeline_comes_first(open_page: Open) -> None:
    page = open_page(Run([Test(name="test_a")]))

    assert page.get_attribute("nav [aria-current]", "data-view") == "timeline"
    page.click("nav >> text=Failures")
    assert page.inner_text("main") == "Nothing failed."
    page.click("nav >> text=Flaky")
    assert page.inner_text("main") == "No test both failed and passed."
