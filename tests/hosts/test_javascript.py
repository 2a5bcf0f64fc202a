"""The npm package: installed from its tarball into an empty folder, and run on tests of its own."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import tarfile
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _buildkite_test_collector.component.code import PACKAGED
from stand_in import TestEngine
from stand_in.faults import Answer, Reset, Step

from .npm import COMPONENT, CORE_MODULE, NAME, install, node, packed

if TYPE_CHECKING:
    from collections.abc import Callable

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
    return packed()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing but the package is installed."""
    folder = tmp_path_factory.mktemp("javascript")
    install(folder)
    return folder


def report(folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with the reporter."""
    return node(folder, environ, "--test", f"--test-reporter={NAME}/reporter", "it.test.mjs")


def test_the_tarball_carries_the_component(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
        files = [archive.extractfile(f"package/{name}") for name in (COMPONENT, CORE_MODULE)]
        component, core = [file.read() for file in files if file is not None]

    digest = hashlib.sha256(component).hexdigest()
    assert digest == hashlib.sha256(PACKAGED.read_bytes()).hexdigest()
    assert component.count(core) == 1
    assert {"LICENSE", "README.md", "collector.cdx.json", "package.json"} <= names
    assert {name.split("/")[0] for name in names} == {
        "LICENSE",
        "README.md",
        "collector.cdx.json",
        "collector.core.wasm",
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


def of_name(engine: TestEngine) -> dict[str, Any]:
    """Return the results that were uploaded, by name."""
    assert [problem for request in engine.requests for problem in request.problems] == []
    return {result["name"]: result for result in engine.executions}


def test_what_is_to_be_done_is_skipped(
    folder: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    tests = """
        import { test } from "node:test";
        test("plain", { todo: true }, () => { throw new Error("not yet"); });
        test("why", { todo: "next week" }, () => { throw new Error("not yet"); });
    """
    (folder / "it.test.mjs").write_text(textwrap.dedent(tests), "utf-8")
    done = report(folder, environ)

    assert done.returncode == 0
    results = of_name(engine)
    told = {name: (each["result"], each["failure_reason"]) for name, each in results.items()}
    assert told == {"plain": ("skipped", "todo: not yet"), "why": ("skipped", "next week")}


def test_a_file_that_throws_says_what(
    folder: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    (folder / "it.test.mjs").write_text("throw new TypeError('no such thing');\n", "utf-8")
    done = report(folder, environ)

    assert done.returncode == 1
    (result,) = of_name(engine).values()
    assert result["name"] == "it.test.mjs"
    assert result["failure_reason"] == "no such thing"


@pytest.mark.parametrize("token", ["not-a-real-token\n", " not-a-real-token"])
def test_blanks_around_the_token_are_not_meant(
    folder: Path, engine: TestEngine, environ: dict[str, str], token: str
) -> None:
    write_one(folder)
    done = report(folder, environ | {"BUILDKITE_ANALYTICS_TOKEN": token})

    assert "1 results uploaded" in done.stdout
    assert len(engine.executions) == 1


def test_a_token_that_is_none_is_not_quoted(folder: Path, environ: dict[str, str]) -> None:
    write_one(folder)
    done = report(folder, environ | {"BUILDKITE_ANALYTICS_TOKEN": "sec\nret"})

    assert done.returncode == 0
    assert "the token has a character that no token has" in done.stdout
    assert "sec\nret" not in done.stdout + done.stderr


def test_a_file_that_cannot_be_written_is_said(
    folder: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    write_one(folder)
    done = report(folder, environ | {"BUILDKITE_ANALYTICS_JOURNAL": str(folder / "no" / "such")})

    assert "the events cannot be written: ENOENT" in done.stdout
    assert len(engine.executions) == 1


def test_what_passes_is_tried_again(folder: Path, environ: dict[str, str]) -> None:
    write_one(folder)
    script: list[Step] = [Answer(503), Answer(429, {"Retry-After": "1"}), Reset(), None]
    with TestEngine(token=environ["BUILDKITE_ANALYTICS_TOKEN"], script=script) as engine:
        done = report(folder, environ | {"BUILDKITE_ANALYTICS_API_URL": f"{engine.url}/"})
        assert "1 results uploaded" in done.stdout, done.stdout
        assert len(engine.executions) == 1
        paths = {request.path for request in engine.requests}
    assert {path.count("//") for path in paths} == {0}


def test_what_is_not_sent_is_kept_and_sent_later(
    folder: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    write_one(folder)
    environ |= {"BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "0.2", "TMPDIR": str(tmp_path)}
    token = environ["BUILDKITE_ANALYTICS_TOKEN"]
    with TestEngine(token=token, script=[Answer(503)] * 9) as engine:
        done = report(folder, environ | {"BUILDKITE_ANALYTICS_API_URL": engine.url})
        assert done.returncode == 0
        assert "503" in done.stdout
        found = re.search(r"send it by: npx (\S+) upload (\S+)", done.stdout)
        assert found is not None, done.stdout
        assert engine.executions == []
    command = folder / "node_modules" / ".bin" / found[1]
    with TestEngine(token=token) as engine:
        environ |= {"BUILDKITE_ANALYTICS_API_URL": engine.url}
        done = node(folder, environ, str(command), "upload", found[2])
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(engine.executions) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_its_events(
    folder: Path, tmp_path: Path, engine: TestEngine, environ: dict[str, str], how: signal.Signals
) -> None:
    tests = """
        import { test } from "node:test";
        test("passes", () => {});
        test("hangs", async () => { await new Promise((r) => setTimeout(r, 60_000)); });
    """
    (folder / "it.test.mjs").write_text(textwrap.dedent(tests), "utf-8")
    environ |= {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        ["node", "--test", f"--test-reporter={NAME}/reporter", "it.test.mjs"],
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
    ) as process:
        wait_until(lambda: any("passes" in file.read_text() for file in tmp_path.glob("*/*")))
        process.send_signal(how)

    command = folder / "node_modules" / ".bin" / NAME
    done = node(folder, environ, str(command), "upload")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [result["name"] for result in engine.executions] == ["passes"]


def test_settings(folder: Path, engine: TestEngine, environ: dict[str, str]) -> None:
    write_one(folder)
    environ |= {
        "BUILDKITE_ANALYTICS_KEY": "the key",
        "BUILDKITE_ANALYTICS_BRANCH": "the branch",
        "BUILDKITE_ANALYTICS_SHA": "the commit",
        "BUILDKITE_ANALYTICS_TAGS": "team=carts",
        "BUILDKITE_ANALYTICS_JSON": "results.json",
    }
    report(folder, environ)

    (request,) = engine.requests
    run_env = request.body["run_env"]
    assert run_env["key"] == "the key"
    assert run_env["branch"] == "the branch"
    assert run_env["commit_sha"] == "the commit"
    assert request.body["tags"] == {"team": "carts"}
    written = json.loads((folder / "results.json").read_text("utf-8"))
    assert [result["name"] for result in written] == ["passes"]


def test_tests_began_when_they_ran(
    folder: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    # The second file waits for the first: Node reports its test, of the same time, after that.
    for name, milliseconds in (("first", 2_000), ("second", 1)):
        (folder / f"{name}.test.mjs").write_text(
            f"import {{ test }} from 'node:test';"
            f"const wait = new Promise((resolve) => setTimeout(resolve, {milliseconds}));"
            f"test('{name}', () => wait);",
            "utf-8",
        )
    arguments = ["--test", "--test-concurrency=2", f"--test-reporter={NAME}/reporter"]
    node(folder, environ, *arguments, "first.test.mjs", "second.test.mjs")

    results = of_name(engine)
    starts = {name: result["history"]["start_at"] for name, result in results.items()}
    ends = {name: result["history"]["end_at"] for name, result in results.items()}
    assert starts["second"] < ends["second"] < ends["first"]


def write_one(folder: Path) -> None:
    """Write the smallest test."""
    (folder / "it.test.mjs").write_text(
        "import { test } from 'node:test'; test('passes', () => {});\n", "utf-8"
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what must come."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def test_it_has_types(folder: Path) -> None:
    package = folder / "node_modules" / NAME
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    entries = set(re.findall(r'"(\./dist/[^"]+\.js)"', json.dumps(manifest["exports"])))
    assert len(entries) == 6
    for entry in entries:
        assert (package / entry).with_suffix(".d.ts").is_file()
