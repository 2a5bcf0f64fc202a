"""The page by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .runs import shop

if TYPE_CHECKING:
    from .conftest import Open


def test_keys_lead_to_every_view(open_page: Open) -> None:
    page = open_page(shop(60))

    for number, view in enumerate(("failures", "timeline", "slowest", "time", "flaky", "tests")):
        page.keyboard.press(str(number + 1))
        assert page.get_attribute("nav [aria-current]", "data-view") == view


def test_tab_reaches_what_can_be_pressed_in_the_order_of_the_page(open_page: Open) -> None:
    page = open_page(shop(60), at="#failures")
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(
            page.evaluate(
                "document.activeElement.dataset.view || document.activeElement.id ||"
                " document.activeElement.tagName.toLowerCase()"
            )
        )
        # What has the focus can be seen to have it.
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"

    print(reached)
    views = ["failures", "timeline", "slowest", "time", "flaky", "tests"]
    start = reached.index("failures")
    assert reached[start : start + 7] == [*views, "filter"]
    assert "summary" in reached


def test_a_slash_filters_and_the_table_opens_a_test(open_page: Open) -> None:
    page = open_page(shop(300), at="#tests")
    page.keyboard.press("/")
    page.keyboard.type("result:failed")
    assert page.input_value("#filter") == "result:failed"

    page.focus("[role=grid]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    active = page.get_attribute("[role=grid]", "aria-activedescendant")
    assert active == "row-1"
    name = page.inner_text("#row-1 .name")
    page.keyboard.press("Enter")
    assert page.inner_text("#test-title") == name
    # The focus is in the dialog, and goes back where it was.
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "grid"


def test_the_help_says_the_keys_and_the_filters(open_page: Open) -> None:
    page = open_page(shop(60))
    page.keyboard.press("?")

    said = page.inner_text("dialog[open]")
    assert "tag:team=shop" in said
    assert "slow:>1s" in said
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_a_group_of_failures_opens_by_enter(open_page: Open) -> None:
    page = open_page(shop(1200), at="#failures")
    last = page.locator(".group").last
    last.locator("summary").focus()
    page.keyboard.press("Enter")

    last.locator(".failure[aria-busy=false]").wait_for()
