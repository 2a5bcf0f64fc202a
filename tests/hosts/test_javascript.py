"""The npm package: installed from its tarball into an empty folder, and run on tests of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.component.code import PACKAGED

if TYPE_CHECKING:
    from stand_in import TestEngine

NAME = "buildkite-test-collector-component"

TESTS = """
    import assert from "node:assert/strict";
    import { after, describe, it, test } from "node:test";

    test("passes", () => {});

    test("fails", () => assert.equal(100 - 20, 81, "the sum"));

    test("is skipped", { skip: "later" }, () => {});

    test("half a pair", () => { throw new Error("it ends in \\ud800"); });

    describe("cart", () => {
      describe("total", () => {
        it("is a sum", () => {});
      });
      it("is empty", async (t) => { await t.test("at first", () => {}); });
    });

    describe("broken", () => {
      after(() => { throw new Error("no database"); });
      it("was well", () => {});
    });
"""


@pytest.fixture(scope="module")
def tarball() -> Path:
    """The package, as `npm pack` makes it."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_NPM")
    assert path, "the npm package is needed: run the tests by `cargo xtask test`"
    return Path(path)


@pytest.fixture(scope="module")
def folder(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing but the package is installed. It needs no other, and no network."""
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    npm = shutil.which("npm")
    assert npm
    subprocess.run(
        [npm, "install", "--offline", "--no-audit", "--no-fund", str(tarball)],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def node(
    folder: Path, environ: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run Node."""
    return subprocess.run(
        ["node", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def report(folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with the reporter."""
    return node(folder, environ, "--test", f"--test-reporter={NAME}/reporter", "it.test.mjs")


def test_the_tarball_carries_the_component(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
        file = archive.extractfile("package/collector.wasm")
        assert file is not None
        digest = hashlib.sha256(file.read()).hexdigest()

    assert digest == hashlib.sha256(PACKAGED.read_bytes()).hexdigest()
    assert {"LICENSE", "README.md", "collector.cdx.json", "package.json"} <= names
    assert {name.split("/")[0] for name in names} == {
        "LICENSE",
        "README.md",
        "collector.cdx.json",
        "collector.wasm",
        "dist",
        "package.json",
        "wit",
    }


def test_it_has_no_dependencies(folder: Path) -> None:
    installed = sorted(path.name for path in (folder / "node_modules").iterdir())
    assert [name for name in installed if not name.startswith(".")] == [NAME]


def test_reporter(folder: Path, engine: TestEngine, environ: dict[str, str]) -> None:
    (folder / "it.test.mjs").write_text(textwrap.dedent(TESTS), "utf-8")
    done = report(folder, environ)

    assert done.returncode == 1
    assert "Buildkite Test Engine: 9 results uploaded" in done.stdout, done.stdout + done.stderr
    assert [problem for request in engine.requests for problem in request.problems] == []
    results = {result["name"]: result for result in engine.executions}
    assert {name: result["result"] for name, result in results.items()} == {
        "passes": "passed",
        "fails": "failed",
        "is skipped": "skipped",
        "half a pair": "failed",
        "is a sum": "passed",
        "at first": "passed",
        "is empty": "passed",
        "was well": "passed",
        "broken": "failed",
    }
    assert results["is a sum"]["scope"] == "it.test.mjs > cart > total"
    assert results["at first"]["scope"] == "it.test.mjs > cart > is empty"
    assert results["fails"]["failure_reason"] == "the sum"
    assert results["fails"]["location"] == "it.test.mjs:7"
    assert results["is skipped"]["failure_reason"] == "later"
    assert results["half a pair"]["failure_reason"] == "it ends in \ufffd"
    assert results["broken"]["failure_reason"] == "no database"


def test_what_is_not_accepted_changes_nothing(
    folder: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    (folder / "it.test.mjs").write_text("import 'node:test';\n", "utf-8")
    events = folder / "events.ndjson"
    environ |= {
        "BUILDKITE_ANALYTICS_TOKEN": "wrong",
        "BUILDKITE_TEST_COLLECTOR_EVENTS": str(events),
    }
    (folder / "it.test.mjs").write_text(
        "import { test } from 'node:test'; test('passes', () => {});\n", "utf-8"
    )
    done = report(folder, environ)

    assert done.returncode == 0
    assert f"{engine.url}/uploads: 401" in done.stdout
    lines = events.read_text("utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        "run-started",
        "test-started",
        "phase",
        "test-finished",
        "run-finished",
    ]


def test_it_has_types(folder: Path) -> None:
    package = folder / "node_modules" / NAME
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    entries = [path for path in manifest["exports"].values() if path.endswith(".js")]
    assert entries
    for entry in entries:
        assert (package / entry).with_suffix(".d.ts").is_file()
