"""The core module in a browser: the package's own JavaScript makes the same bytes there."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .npm import CORE_MODULE, packed
from .test_cases import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator

#: An address that nobody has: all requests to it are answered from the tarball.
ORIGIN = "http://package.test"

#: Loads the package, and hands out what `outputs.js` makes of events.
SCRIPT = f"""
async () => {{
  const {{ load }} = await import("{ORIGIN}/dist/browser.js");
  const {{ outputs }} = await import("{ORIGIN}/outputs.js");
  const module = await WebAssembly.compileStreaming(fetch("{ORIGIN}/{CORE_MODULE}"));
  window.outputsOf = (events) => outputs(load(module), events);
}}
"""

TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """What a server of the package has."""
    with tarfile.open(packed()) as archive:
        members = {
            f"/{member.name.removeprefix('package/')}": archive.extractfile(member)
            for member in archive.getmembers()
            if member.isfile()
        }
        files = {name: file.read() for name, file in members.items() if file is not None}
    outputs = Path(__file__).with_name("javascript") / "test" / "outputs.js"
    return {**files, "/outputs.js": outputs.read_bytes(), "/": b"<!doctype html>"}


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> Iterator[Any]:
    """A page of Chromium's in which the package is loaded."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium")

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        route.fulfill(body=files[path], content_type=TYPES.get(Path(path).suffix, "text/html"))

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.route(f"{ORIGIN}/**", answer)
        page.goto(f"{ORIGIN}/")
        page.evaluate(SCRIPT)
        yield page
        browser.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(page: Any, case: Path) -> None:
    events = (case / "events.ndjson").read_bytes().decode()
    expected = {file.name: file.read_bytes().decode() for file in case.iterdir()}
    del expected["events.ndjson"]

    actual = page.evaluate("(events) => JSON.stringify(outputsOf(events))", events)

    assert json.loads(actual) == expected
