"""Pages of several jobs, and of a run that was killed: real ones, as the browser shows them."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.delivery.report_page import SHELL as PACKAGED
from end_to_end.project import TOKEN, Project, needs_courier
from stand_in import TestEngine

from .conftest import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(not PACKAGED.exists(), reason="`cargo xtask page` was not run")

LINUX = """
    import pytest
    @pytest.mark.parametrize("n", range(3))
    def test_passes(n): pass
    def test_fails(): assert "left" == "right"
"""

MACOS = """
    def test_passes(): pass
    def test_fails_elsewhere(): assert "up" == "down"
"""

DIES = """
    import os, pathlib, signal, time
    def test_before():
        while not list(pathlib.Path.home().rglob("courier.json")): time.sleep(0.02)
    def test_dies(): os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project without anything in it."""
    with TestEngine(TOKEN) as engine:
        yield Project(tmp_path, engine)


@contextmanager
def shown(browser: Browser, project: Project, view: str = "") -> Iterator[Page]:
    """Open the project's page at a view."""
    with watched(browser, project.path / "page.html", view, reduced_motion="reduce") as page:
        page.wait_for_selector("#page[data-ready]")
        yield page


def test_jobs_are_told_apart(browser: Browser, project: Project) -> None:
    """One is there by its events, the other by its results."""
    for folder in ("linux", "macos <b>"):
        (project.path / folder).mkdir()
    project.test(LINUX, "--buildkite-journal=linux/run", watched=False)
    project.test(MACOS, "--json=macos <b>/run", watched=False)
    done = project.command("report", "linux/run", "macos <b>/run", "--output", "page.html")
    assert done.returncode == 0, done.stderr

    with shown(browser, project) as page:
        assert "2 of 6 tests failed" in page.inner_text("header")
        assert "2 jobs" in page.inner_text(".masthead")
        page.click(".jobs summary")
        jobs = page.locator(".jobs li").all_inner_texts()
        assert [name in text for name, text in zip(("linux", "macos <b>"), jobs)] == [True, True]
        failures = page.inner_text("main")
        assert "test_fails" in failures
        assert "test_fails_elsewhere" in failures
    for job, tests in (("linux", 4), ("macos%20%3Cb%3E", 2)):
        with shown(browser, project, f"#tests?filter=job:%22{job}%22") as page:
            assert page.locator(".spacer .name").count() == tests


@needs_courier
def test_a_run_that_was_killed_says_so(browser: Browser, project: Project) -> None:
    run = project.test(DIES, "--buildkite-report=page.html", watched=False)
    project.wait_for_couriers()
    assert run.status == -signal.SIGKILL

    with shown(browser, project) as page:
        assert "1 of 2 tests failed" in page.inner_text("header")
        assert "SIGKILL" in page.inner_text("body")
        assert "test_dies" in page.inner_text("main")
        assert "test_before" not in page.inner_text("main")


def test_axe_finds_nothing_serious_in_a_real_run(browser: Browser, project: Project) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    project.test(LINUX, "--buildkite-report=page.html", watched=False)

    for view in ("failures", "timeline", "slowest", "time", "flaky", "tests"):
        with shown(browser, project, f"#{view}") as page:
            found = axe.Axe().run(page).response["violations"]
            assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
