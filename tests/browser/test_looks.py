"""Light and dark, on a phone, on paper, without motion, and for assistive technology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .runs import jobs, shop

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Open

VIEWS = ("failures", "timeline", "slowest", "time", "flaky", "tests")
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}


def ground(page: Page) -> str:
    return page.evaluate(  # type: ignore[no-any-return]
        "getComputedStyle(document.documentElement).backgroundColor"
    )


LIGHT, DARK = "rgb(251, 250, 247)", "rgb(22, 23, 26)"


def test_it_is_as_light_or_dark_as_the_system(open_page: Open) -> None:
    run = shop(60)

    assert ground(open_page(run, color_scheme="light")) == LIGHT
    page = open_page(run, color_scheme="dark")
    assert ground(page) == DARK
    page.emulate_media(color_scheme="light")
    assert ground(page) == LIGHT


def test_a_switch_chooses_and_it_is_kept(open_page: Open) -> None:
    page = open_page(shop(60), color_scheme="dark")

    page.keyboard.press("t")
    assert ground(page) == LIGHT
    page.click("[aria-label='Colours: light']")
    assert ground(page) == DARK
    page.emulate_media(color_scheme="light")
    assert ground(page) == DARK
    page.reload()
    page.wait_for_selector("#page[data-ready]")
    assert ground(page) == DARK


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_sticks_out_on_a_phone(open_page: Open, view: str) -> None:
    page = open_page(shop(300), at=f"#{view}", **PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate(f"location.hash = '#{view}?test=3'")
    page.wait_for_selector("dialog[open] .waterfall")
    assert page.evaluate("document.querySelector('dialog').scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(open_page: Open, view: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = open_page(*jobs(2), at=f"#{view}", color_scheme=scheme, reduced_motion="reduce")

    def serious() -> list[str]:
        found = axe.Axe().run(page).response["violations"]
        return [
            f"{one['id']}: {node['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    assert serious() == []
    page.evaluate(f"location.hash = '#{view}?test=3'")
    page.wait_for_selector("dialog[open] .waterfall")
    assert serious() == []


def test_nothing_moves_where_no_motion_is_wanted(open_page: Open) -> None:
    moves = "getComputedStyle(document.querySelector('dialog')).animationName"
    run = shop(60)

    page = open_page(run, at="#tests?test=0", reduced_motion="no-preference")
    assert page.evaluate(moves) != "none"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == "none"


def test_paper_has_what_is_looked_at_and_nothing_to_press(open_page: Open) -> None:
    page = open_page(shop(300), at="#failures", color_scheme="dark")
    page.emulate_media(media="print")

    assert page.is_visible("h1")
    assert page.is_visible(".group")
    assert page.is_hidden(".controls")
    # Ink is for letters.
    assert ground(page) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.documentElement).color") == "rgb(31, 29, 26)"


def test_paper_has_the_first_rows_of_the_table(open_page: Open) -> None:
    page = open_page(shop(300), at="#tests")
    page.evaluate("document.querySelector('.virtual').scrollTop = 4_000")
    page.emulate_media(media="print")

    page.wait_for_selector("#row-99")
    assert page.is_visible("#row-0")
    assert page.locator(".spacer .grid-row:not([hidden])").count() == 100
    assert page.is_visible("text=On paper are the first 100.")
    page.emulate_media(media="screen")
    page.wait_for_selector("#row-0", state="hidden")


def test_paper_has_the_test_that_is_open(open_page: Open) -> None:
    page = open_page(shop(60), at="#failures?test=2")
    page.emulate_media(media="print")

    assert page.is_visible(".waterfall")
    assert page.is_hidden("h1")


def test_the_marks_tell_results_without_their_colours(open_page: Open) -> None:
    page = open_page(shop(300), at="#tests?sort=result")

    marks = set(page.locator(".cell.result bdi").all_inner_texts())
    assert {"✕", "?"} <= marks
    labels = page.locator(".spacer .cell.result").evaluate_all(
        "cells => cells.map((cell) => cell.getAttribute('aria-label'))"
    )
    assert {"failed", "unknown"} <= set(labels)
