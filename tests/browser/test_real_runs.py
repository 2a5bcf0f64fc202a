"""Pages of real runs of pytest, written by the plugin."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.delivery.report_page import SHELL as PACKAGED
from end_to_end.project import TOKEN, Project
from stand_in import TestEngine

from .conftest import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(not PACKAGED.exists(), reason="`cargo xtask page` was not run")

TESTS = r"""
    import time, pytest

    NAMES = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "${x}",
             "\x1b[31mred", "\u202egnp", "x" * 5000]

    @pytest.fixture
    def slow():
        time.sleep(0.05)
    @pytest.mark.parametrize("name", NAMES, ids=NAMES)
    def test_hostile(name): assert not name and "</noscript>", "</noscript>"
    @pytest.mark.execution_tag("team", "shop")
    def test_slow(slow): time.sleep(0.05)
    def test_spans(spans):
        with spans.measure("http", {"method": "GET", "url": "https://shop.test/", "lib": "x"}):
            with spans.measure("sql", {"query": "SELECT 1"}):
                time.sleep(0.02)
    seen = []
    def test_flaky():
        seen.append(1)
        assert len(seen) > 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a page of its run, and a CI system that knows its repository."""
    with TestEngine(TOKEN) as engine:
        project = Project(tmp_path, engine)
        project.use("xdist", "rerunfailures")
        project.environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_RUN_ID": "1514",
            "GITHUB_RUN_NUMBER": "7",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_ACTION": "tests",
            "GITHUB_REF": "refs/heads/spin-faster",
            "GITHUB_SHA": "b9f0fb3fdbb94c9d24b2c75b49663122a529e123",
        }
        project.write({"test_it.py": TESTS})
        run = project.pytest(
            *("-n", "2", "--reruns=1", "--only-rerun=assert 1 > 1", "--buildkite-report=page.html"),
            watched=False,
        )
        assert run.status == 1, run.stdout
        yield project


@contextmanager
def shown(browser: Browser, project: Project, view: str = "") -> Iterator[Page]:
    with watched(browser, project.path / "page.html", view, reduced_motion="reduce") as page:
        page.wait_for_selector("#page[data-ready]")
        yield page


def test_a_run_is_shown(browser: Browser, project: Project) -> None:
    with shown(browser, project) as page:
        top = page.inner_text("header")
        assert "6 of 9 tests failed" in top
        assert "2 workers" in top
        assert "spin-faster" in top
        assert page.get_attribute("header a[href*='actions/runs']", "href") == (
            "https://github.com/acme/shop/actions/runs/1514"
        )
        assert "AssertionError: </noscript>\n6 failures" in page.inner_text("main")
        assert page.locator("#page img, #page script").count() == 0


def test_each_view_has_what_it_is_for(browser: Browser, project: Project) -> None:
    with shown(browser, project, "#timeline") as page:
        assert "Workers waited for" in page.inner_text(".waits")
    with shown(browser, project, "#slowest") as page:
        assert "test_slow" in page.inner_text("main")
    with shown(browser, project, "#time") as page:
        text = page.inner_text("main")
        assert "shop.test" in text
        assert "SELECT 1" in text
    with shown(browser, project, "#flaky") as page:
        assert "test_flaky" in page.inner_text("main")
        assert "test_slow" not in page.inner_text("main")
    with shown(browser, project, "#tests?filter=tag:team=shop") as page:
        assert page.locator(".spacer .name").all_inner_texts() == ["test_slow"]


def test_a_reader_without_scripts_has_the_counts_and_the_failures(
    browser: Browser, project: Project
) -> None:
    path = project.path / "page.html"
    with watched(browser, path, "", java_script_enabled=False) as page:
        text = page.inner_text("body")
    # Each attempt is a result.
    assert "10 results" in text
    assert "7 failed" in text
    assert "</script><script>alert(1)</script>" in text
    assert TOKEN not in path.read_text("utf-8")
