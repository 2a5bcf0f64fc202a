"""The viewer: the page onto which files are dropped, folded by the component's own code."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.component.component import Component

from .conftest import SHELL, watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

VIEWER = SHELL.with_name("viewer.html")
CASES = Path(__file__).parents[1] / "cases"

#: Runs that have begun: of others nothing is shown.
STARTED = sorted(
    path.parent
    for path in CASES.glob("*/results.ndjson")
    if path.read_text(encoding="utf-8").strip()
)


@contextmanager
def viewer(browser: Browser) -> Iterator[Page]:
    if not VIEWER.exists():
        pytest.skip(f"{VIEWER} is not there; `cargo xtask page` builds it")
    with watched(browser, VIEWER, "", reduced_motion="reduce") as page:
        page.wait_for_selector("#page[data-ready]")
        yield page


def opened(page: Page, *files: Path) -> None:
    """Open files, and wait until they are read."""
    before = int(page.get_attribute("#page", "data-opened") or "0")
    page.set_input_files("#files", list(files))
    page.wait_for_selector(f"#page[data-opened='{before + 1}']")


def counts(page: Page) -> dict[str, int]:
    """Return how many results there are of each kind."""
    found = {}
    for result in ("passed", "failed", "skipped", "unknown"):
        chip = page.locator(f".chip.{result} strong")
        found[result] = int(chip.inner_text().replace(",", "")) if chip.count() else 0
    return found


def test_a_journal_has_the_numbers_that_the_component_says(browser: Browser) -> None:
    with viewer(browser) as page:
        for case in STARTED:
            summary = json.loads((case / "summary.json").read_text(encoding="utf-8"))
            opened(page, case / "events.ndjson")
            assert counts(page) == {result: summary[result] for result in counts(page)}, case


#: Keeps what the worker answers, as the page gets it.
OVERHEAR = """() => {
    const add = Worker.prototype.addEventListener;
    Worker.prototype.addEventListener = function (kind, listener) {
        add.call(this, kind, (event) => {
            if (kind === "message") window.answer = event.data;
            listener(event);
        });
    };
}"""


def page_of(events: str) -> tuple[str, list[str]]:
    """Return the columns and the details that the component makes of events."""
    run = Component().run()
    run.keep_page()
    run.feed(events)
    run.finish()
    details = list(iter(run.take_page_details, None))
    page = run.take_page()
    assert page is not None
    return page.columns, details


def test_the_same_events_give_the_same_columns_as_the_component(browser: Browser) -> None:
    with viewer(browser) as page:
        page.evaluate(OVERHEAR)
        for case in STARTED:
            opened(page, case / "events.ndjson")
            (answer,) = page.evaluate("window.answer")
            columns, details = page_of((case / "events.ndjson").read_text(encoding="utf-8"))
            assert answer["columns"] == columns, case
            assert answer["details"] == details, case


def test_results_that_json_wrote_are_shown(browser: Browser, tmp_path: Path) -> None:
    lines = (CASES / "every-result/results.ndjson").read_text(encoding="utf-8").splitlines()
    results = [result for line in lines for result in json.loads(line)]
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results), encoding="utf-8")
    with viewer(browser) as page:
        opened(page, file)

        assert sum(counts(page).values()) == len(results)
        page.click("nav >> text=All tests")
        assert page.get_attribute("[role=grid]", "aria-rowcount") == str(len(results) + 1)


def test_files_of_several_jobs_are_one_page(browser: Browser, tmp_path: Path) -> None:
    for job in ("linux", "macos"):
        events = (CASES / "every-result/events.ndjson").read_bytes()
        (tmp_path / f"{job}.ndjson").write_bytes(events)
    with viewer(browser) as page:
        opened(page, tmp_path / "linux.ndjson", tmp_path / "macos.ndjson")

        assert "2 jobs" in page.inner_text(".masthead")
        page.fill("#filter", "job:macos")
        shown, whole = page.inner_text("#filter-says").split(" of ")
        assert int(shown) * 2 == int(whole)


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "picture.json").write_bytes(b"\x89PNG")
    (tmp_path / "broken.json").write_text("[{]", encoding="utf-8")
    with viewer(browser) as page:
        malformed = CASES / "malformed-lines/events.ndjson"
        opened(page, tmp_path / "picture.json", tmp_path / "broken.json", malformed)

        notices = page.inner_text(".notices")
        assert "picture.json cannot be read: it is neither a journal" in notices
        assert "broken.json cannot be read" in notices
        assert "events.ndjson, line " in notices
        assert sum(counts(page).values()) > 0


def test_files_are_dropped(browser: Browser) -> None:
    text = (CASES / "every-result/events.ndjson").read_text(encoding="utf-8")
    with viewer(browser) as page:
        transfer = page.evaluate_handle(
            """(text) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([text], "events.ndjson"));
                return transfer;
            }""",
            text,
        )
        page.dispatch_event("body", "drop", {"dataTransfer": transfer})
        page.wait_for_selector("#page[data-opened='1']")

        assert sum(counts(page).values()) > 0


def test_a_second_run_takes_the_place_of_the_first(browser: Browser) -> None:
    with viewer(browser) as page:
        opened(page, CASES / "every-result/events.ndjson")
        first = page.inner_text("h1:visible")
        opened(page, CASES / "every-field/events.ndjson")

        assert page.locator(".masthead").count() == 1
        assert page.inner_text("h1:visible") != first
        # The keys are those of the page that is shown, once.
        page.keyboard.press("?")
        assert page.locator("dialog[open]").count() == 1


def test_axe_finds_nothing_serious(browser: Browser) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with viewer(browser) as page:
        for _ in range(2):
            found = axe.Axe().run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
            opened(page, CASES / "every-result/events.ndjson")
