"""The reporters for Vitest and Jest, each on a small project."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from stand_in import TestEngine
from stand_in.faults import Answer

from .npm import NAME, node, packed

if TYPE_CHECKING:
    from pathlib import Path

TESTS = {
    "cart.test.js": """
        describe("cart", () => {
          describe("total", () => {
            test("is a sum", () => { expect(1 + 1).toBe(2); });
            test("is wrong", () => { expect(1 + 1).toBe(3); });
          });
          test.skip("is skipped", () => {});
          test.todo("is to do");
        });
    """,
    "broken.test.js": """
        throw new TypeError("no such thing");
    """,
    "hook.test.js": """
        describe("with a database", () => {
          beforeAll(() => { throw new Error("no database"); });
          test("is not reached", () => {});
        });
    """,
}


class Runner(NamedTuple):
    """A test runner."""

    name: str
    program: str
    arguments: tuple[str, ...]
    files: dict[str, str]
    #: What its tests begin with.
    header: str
    #: What becomes of a test whose suite's hook fails.
    not_reached: str


VITEST = Runner(
    "vitest",
    "node_modules/vitest/vitest.mjs",
    ("run",),
    {
        "vitest.config.mjs": f"""
            export default {{ test: {{
                reporters: ["default", "{NAME}/vitest"], includeTaskLocation: true,
            }} }};
        """
    },
    'import { beforeAll, describe, expect, test } from "vitest";',
    "skipped",
)

JEST = Runner(
    "jest",
    "node_modules/jest/bin/jest.js",
    ("--testLocationInResults",),
    {"jest.config.json": f'{{"reporters": ["default", "{NAME}/jest"], "transform": {{}}}}'},
    "",
    "failed",
)


@pytest.fixture(params=[VITEST, JEST], ids=lambda runner: runner.name)
def runner(request: pytest.FixtureRequest) -> Runner:
    """Each runner."""
    found: Runner = request.param
    return found


@pytest.fixture
def project(tmp_path: Path, runner: Runner) -> Path:
    """A project with tests, the package, and above it the runner, as the package's build has it."""
    (tmp_path / "node_modules").symlink_to(packed().parent / "node_modules")
    project = tmp_path / "project"
    modules = project / "node_modules"
    modules.mkdir(parents=True)
    # Not every patch release of Python 3.9 to 3.11 has filters.
    options: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(packed()) as archive:
        archive.extractall(modules, **options)  # noqa: S202 - it is our own
    shutil.move(modules / "package", modules / NAME)
    for name, text in {**TESTS, **runner.files}.items():
        header = f"{runner.header}\n" if name.endswith(".test.js") else ""
        (project / name).write_text(header + textwrap.dedent(text), "utf-8")
    kind = "module" if runner is VITEST else "commonjs"
    (project / "package.json").write_text(json.dumps({"type": kind}), "utf-8")
    return project


def run(runner: Runner, project: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the tests of a project."""
    program = packed().parent / runner.program
    environ = {**environ, "CI": "", "NO_COLOR": "1", "NODE_NO_WARNINGS": "1"}
    return node(project, environ, str(program), *runner.arguments)


def test_every_outcome(
    runner: Runner, project: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    done = run(runner, project, environ)

    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert [problem for request in engine.requests for problem in request.problems] == []
    results: dict[str, Any] = {result["name"]: result for result in engine.executions}
    told = {name: result["result"] for name, result in results.items()}
    hook = {"with a database": "failed"} if runner is VITEST else {}
    assert told == {
        "is a sum": "passed",
        "is wrong": "failed",
        "is skipped": "skipped",
        "is to do": "skipped",
        "broken.test.js": "failed",
        "is not reached": runner.not_reached,
        **hook,
    }, said
    assert results["is a sum"]["scope"] == "cart.test.js > cart > total"
    assert results["is wrong"]["location"] == "cart.test.js:6"
    assert "expected" in results["is wrong"]["failure_reason"].lower()
    assert results["broken.test.js"]["failure_reason"] == "no such thing"
    assert results["is skipped"]["failure_reason"]
    failed_by_hook = "with a database" if runner is VITEST else "is not reached"
    assert results[failed_by_hook]["failure_reason"] == "no database"
    assert engine.requests[0].body["run_env"]["test_runner"] == runner.name


def test_a_server_that_is_down_changes_nothing(
    runner: Runner, project: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    for name in ("broken", "hook"):
        (project / f"{name}.test.js").unlink()
    test = project / "cart.test.js"
    test.write_text(test.read_text("utf-8").replace("toBe(3)", "toBe(2)"), "utf-8")
    journals = tmp_path / "journals"
    journals.mkdir()
    environ |= {"BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "0.2", "TMPDIR": str(journals)}
    with TestEngine(token=environ["BUILDKITE_ANALYTICS_TOKEN"], script=[Answer(503)] * 9) as engine:
        done = run(runner, project, environ | {"BUILDKITE_ANALYTICS_API_URL": engine.url})

    assert done.returncode == 0, done.stdout + done.stderr
    (journal,) = journals.glob("buildkite-test-collector-*/events-*.ndjson")
    assert f"npx {NAME} upload {journal}" in done.stderr
