"""One test: its waterfall, the command to run it again, a link to its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .columns import Run, Test
from .runs import BUILD

if TYPE_CHECKING:
    from .conftest import Open

TEST = Test(
    "test_total[two words]",
    line=12,
    duration=1_000_000,
    setup=200_000,
    teardown=100_000,
    tags={"team": "shop"},
    worker="gw3",
    spans=[
        ("annotation", 250_000, 500_000, 0, {"content": "checkout"}),
        (
            "http",
            300_000,
            200_000,
            1,
            {"method": "POST", "url": "https://api.example/", "lib": "x"},
        ),
        ("sql", 310_000, 100_000, 1, {"query": "SELECT * FROM carts"}),
        ("sleep", -1, 10_000, 0, {}),
    ],
)


def test_phases_and_spans_are_a_waterfall_of_texts(open_page: Open) -> None:
    page = open_page(Run([TEST]), at="#tests?test=0")

    labels = page.locator(".waterfall .label").all_inner_texts()
    assert labels == [
        "setup",
        "call",
        "checkout",
        "POST https://api.example/",
        "SELECT * FROM carts",
        "sleep",
        "teardown",
    ]
    times = page.locator(".waterfall .time").all_inner_texts()
    assert times == ["200 ms", "700 ms", "500 ms", "200 ms", "100 ms", "10.0 ms", "100 ms"]
    indents = page.locator(".waterfall .label").evaluate_all(
        "labels => labels.map((label) => label.style.paddingInlineStart)"
    )
    assert indents == ["0px", "0px", "12px", "24px", "36px", "12px", "0px"]

    page.click("summary:has-text('POST')")
    fields = page.inner_text(".waterfall dl")
    assert "https://api.example/" in fields
    assert "300 ms" in fields
    # Texts are texts: they can be selected.
    selected = page.evaluate(
        """() => {
            getSelection().selectAllChildren(document.querySelector('.waterfall ol'));
            return getSelection().toString();
        }"""
    )
    assert "SELECT * FROM carts" in selected


def test_all_that_is_known_is_there(open_page: Open) -> None:
    page = open_page(Run([TEST], facts={"run_env": BUILD}), at="#tests?test=0")

    about = page.inner_text(".about")
    assert "gw3" in about
    assert "team=shop" in about
    link = page.locator(".about a")
    assert link.inner_text() == "tests/test_cart.py:12"
    commit = BUILD["commit_sha"]
    assert (
        link.get_attribute("href")
        == f"https://github.com/acme/shop/blob/{commit}/tests/test_cart.py#L12"
    )


@pytest.mark.parametrize(
    ("environment", "href"),
    [
        (
            {"url": "https://gitlab.example/a/b/shop/-/pipelines/3"},
            "https://gitlab.example/a/b/shop/-/blob/b9f0fb3/tests/test_cart.py#L12",
        ),
        (
            {"url": "https://bitbucket.org/acme/shop/pipelines/results/3"},
            "https://bitbucket.org/acme/shop/src/b9f0fb3/tests/test_cart.py#lines-12",
        ),
        # Who does not say where the repository is, and what is not https, is no link.
        ({"url": "https://buildkite.com/acme/shop/builds/3"}, None),
        ({"url": "http://github.com/acme/shop/actions/runs/3"}, None),
        ({"url": "javascript://github.com/acme/shop/actions/runs/3"}, None),
        ({"url": "https://github.com/acme/shop/actions/runs/3", "commit_sha": "main"}, None),
    ],
)
def test_a_line_is_linked_where_the_ci_says_the_repository(
    open_page: Open, environment: dict[str, str], href: str | None
) -> None:
    facts = {"run_env": {"commit_sha": "b9f0fb3", **environment}}
    page = open_page(Run([TEST], facts=facts), at="#tests?test=0")

    links = page.locator(".about a")
    found = links.first.get_attribute("href") if links.count() else None
    assert found == href


@pytest.mark.parametrize("file", ["tests/test_cart.py", "shop/tests/test_cart.py"])
def test_a_prefix_is_part_of_the_link_once(open_page: Open, file: str) -> None:
    facts = {"run_env": BUILD, "location_prefix": "shop/"}
    page = open_page(Run([Test("test_a", file=file)], facts=facts), at="#tests?test=0")

    href = page.locator(".about a").get_attribute("href") or ""
    assert href.endswith(f"/blob/{BUILD['commit_sha']}/shop/tests/test_cart.py#L1")


def test_the_command_runs_it_again_and_is_copied(open_page: Open) -> None:
    page = open_page(Run([TEST]), at="#tests?test=0")

    command = "pytest 'tests/test_cart.py::TestCart::test_total[two words]'"
    assert page.inner_text(".command code") == command
    page.click(".command button")
    page.wait_for_selector(".command button:not(:text-is('Copy'))")
    done = page.inner_text(".command button")
    # Where the browser does not let a file copy, the command is selected.
    if done == "Selected":
        assert page.evaluate("getSelection().toString()") == command
    else:
        assert done == "Copied"


def test_quotation_marks_are_the_shells(open_page: Open) -> None:
    page = open_page(Run([Test("test_it['; rm -rf /']", scope="a.py")]), at="#tests?test=0")

    said = """pytest 'a.py::test_it['"'"'; rm -rf /'"'"']'"""
    assert page.inner_text(".command code") == said


def test_a_test_of_another_runner_has_no_command(open_page: Open) -> None:
    page = open_page(Run([TEST], facts={"runner": {"name": "node:test"}}), at="#tests?test=0")

    assert page.locator(".command").count() == 0


def test_the_next_and_the_one_before_are_a_key_away(open_page: Open) -> None:
    tests = [Test(f"test_{n}", result="failed" if n % 2 else "passed") for n in range(6)]
    page = open_page(Run(tests), at="#tests?filter=result:failed&test=1")

    assert "1 of 3" in page.inner_text(".drawer-bar")
    page.keyboard.press("j")
    assert page.inner_text("#test-title") == "test_3"
    page.click("[aria-label='Next test']")
    assert page.inner_text("#test-title") == "test_5"
    assert page.is_disabled("[aria-label='Next test']")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "test=" not in url)


def test_a_test_that_is_not_there_opens_nothing(open_page: Open) -> None:
    page = open_page(Run([TEST]), at="#tests?test=7")

    assert page.locator("dialog[open]").count() == 0


def test_thousands_of_spans_are_cut_and_it_is_said(open_page: Open) -> None:
    spans = [("sql", n, 1, 0, {"query": f"SELECT {n}"}) for n in range(3_000)]
    page = open_page(Run([Test("test_a", duration=9_000, spans=spans)]), at="#tests?test=0")

    assert "2,850 further spans are not shown" in page.inner_text(".waterfall")
    assert page.evaluate("document.querySelectorAll('*').length") < 2_000
