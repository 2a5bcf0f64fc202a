"""A page of some runs, in a real browser."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Protocol

import pytest

from .columns import Run, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser, ConsoleMessage, Page

#: What `cargo xtask page` builds.
SHELL = Path(__file__).parents[2] / "target/page/page.html"

#: By which names systems know the browser.
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Open(Protocol):
    """Opens the page of some runs; what it must not do fails the test at its end."""

    def __call__(self, *runs: Run, at: str = "", **options: Any) -> Page:
        """Return the page, ready, at a hash of its address."""
        ...


@pytest.fixture(scope="session")
def shell() -> str:
    """The page without a run."""
    path = Path(os.environ.get("BUILDKITE_TEST_COLLECTOR_PAGE") or SHELL)
    if not path.exists():
        pytest.skip(f"{path} is not there; `cargo xtask page` builds it")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    # Not on the oldest Python that we test.
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium: none of {', '.join(CHROMIUM)} is on PATH")
    # The sandbox does not work for root, as whom containers run.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = ["--no-sandbox"] if is_root else []
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


@contextmanager
def watched(
    browser: Browser,
    path: Path,
    address: str,
    expected: str = "",
    before: str = "",
    **options: Any,
) -> Iterator[Page]:
    """Open a file, offline; fail at the end if it asked for anything or said the unexpected.

    `before` is a script that comes before the page's.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    context.set_offline(True)
    context.add_init_script(before)
    shown = context.new_page()
    shown.set_default_timeout(5_000)
    said: list[str] = []
    requested: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not expected or expected not in message.text:
            said.append(message.text)

    shown.on("console", hear)
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: requested.append(request.url))
    shown.goto(path.as_uri() + address)
    yield shown
    requests = {
        url.partition("#")[0] for url in requested if not url.startswith(("data:", "blob:"))
    }
    context.close()
    assert said == []
    assert requests == {path.as_uri()}


@pytest.fixture
def open_page(browser: Browser, shell: str, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open pages."""
    opened: list[AbstractContextManager[Page]] = []

    def open_page(*runs: Run, at: str = "", **options: Any) -> Page:
        path = tmp_path / f"page-{len(opened)}.html"
        path.write_text(page(shell, list(runs)), encoding="utf-8", errors="surrogatepass")
        manager = watched(browser, path, at, **options)
        shown = manager.__enter__()
        opened.append(manager)
        if options.get("java_script_enabled", True):
            shown.wait_for_selector("#page[data-ready]")
        return shown

    yield open_page
    for manager in opened:
        manager.__exit__(None, None, None)
