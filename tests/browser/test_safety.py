"""Texts that are hostile, and what the page may do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from .columns import Run, Test
from .runs import HOSTILE, hostile, shop

if TYPE_CHECKING:
    from .conftest import Open

VIEWS = ("failures", "timeline", "slowest", "time", "flaky", "tests")


@pytest.mark.parametrize("view", VIEWS)
def test_every_text_is_a_text(open_page: Open, view: str) -> None:
    page = open_page(hostile(), at=f"#{view}")
    before = page.title()

    for number in range(len(HOSTILE)):
        page.evaluate(f"location.hash = '#{view}?test={number}'")
        page.wait_for_selector(f"dialog[open][data-test='{number}'] .failure[aria-busy=false]")
        title = page.inner_text("#test-title")
        letters = re.sub(r"[^\w<>$]", "", HOSTILE[number].encode("utf-8", "replace").decode())
        assert letters[:40].replace("?", "") in re.sub(r"[^\w<>$]", "", title)
    page.keyboard.press("Escape")
    page.fill("#filter", HOSTILE[1])

    assert page.title() == before
    assert page.locator("#page img, #page script, #page iframe").count() == 0
    for href in page.locator("a[href]").evaluate_all("links => links.map((link) => link.href)"):
        assert href.startswith(("https:", "file:"))


def test_control_characters_can_be_seen(open_page: Open) -> None:
    page = open_page(Run([Test("test\x1b[31m\x07")]), at="#tests?test=0")

    assert page.inner_text("#test-title") == "test␛[31m␇"


def test_a_text_keeps_its_direction_to_itself(open_page: Open) -> None:
    page = open_page(Run([Test("test_\u202egnp", duration=2_000)]), at="#tests")

    isolated = "getComputedStyle(document.querySelector('.spacer .name')).unicodeBidi"
    assert page.evaluate(isolated) == "isolate"


def test_the_policy_lets_nothing_else_run_or_load(open_page: Open) -> None:
    page = open_page(shop(60), expected="TrustedHTML")

    policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]+'", rules["script-src"])
    assert re.fullmatch(r"'sha256-[\w+/=]+'", rules["style-src"])
    assert "unsafe" not in policy
    # It is in force: what a text would become is refused by the browser.
    refused = page.evaluate(
        """() => {
            try { document.body.innerHTML = '<b>'; } catch (error) { return error.name; }
            return 'done';
        }"""
    )
    assert refused == "TypeError"


def test_a_browser_without_the_newest_functions_shows_the_same(open_page: Open) -> None:
    before = "delete Uint8Array.fromBase64; delete window.trustedTypes; delete window.localStorage"
    page = open_page(shop(60), before=before)

    assert page.inner_text("h1") == open_page(shop(60)).inner_text("h1")


def test_without_scripts_there_are_the_counts(open_page: Open) -> None:
    page = open_page(shop(60), java_script_enabled=False)

    assert page.locator("noscript").count() == 1
    assert re.search(r"\b6\d tests", page.inner_text("body"))


def test_a_page_without_a_run_says_so(open_page: Open) -> None:
    page = open_page()

    assert page.inner_text("h1") == "No test was run"
    for view in VIEWS:
        page.evaluate(f"location.hash = '#{view}'")
        assert page.inner_text("main") != ""
