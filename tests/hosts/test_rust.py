"""The host in Rust: on this workspace's own tests, and on some that fail."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from pathlib import Path

import pytest
from _buildkite_test_collector.component.code import PACKAGED
from stand_in import TestEngine
from stand_in.faults import Answer, Step

CHECKOUT = Path(__file__).parents[2]

CRATE = """
    [package]
    name = "shop"
    edition = "2024"

    [workspace]
"""

TESTS = """
    #[test]
    fn passes() {}

    #[test]
    fn fails() {
        assert_eq!(81, 100 - 20, "the sum");
    }

    #[test]
    #[ignore = "later"]
    fn is_ignored() {}
"""

#: After the others: libtest runs in the order of names.
ABORT = """
    #[test]
    fn z_aborts() {
        std::process::abort();
    }
"""


@pytest.fixture(scope="module")
def host() -> Path:
    """The host's program."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_RUST_HOST")
    assert path, "the Rust host is needed: run the tests by `cargo xtask test`"
    return Path(path)


def run(host: Path, cwd: Path, environ: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run the host on tests; return its exit status, and what it said."""
    done = subprocess.run(
        [str(host), str(PACKAGED), *arguments],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stderr


def test_the_workspaces_own_tests(host: Path, engine: TestEngine, environ: dict[str, str]) -> None:
    # By `--workspace` nothing is built that `cargo test` has not built before.
    status, said = run(host, CHECKOUT, environ, "--workspace", "--test", "filter")

    assert status == 0, said
    assert [problem for request in engine.requests for problem in request.problems] == []
    results = engine.executions
    assert {result["result"] for result in results} == {"passed"}
    assert {result["scope"] for result in results} == {"guest::filter"}
    assert {result["file_name"] for result in results} == {
        os.path.join("guest", "tests", "filter.rs")
    }
    assert f"{len(results)} results uploaded" in said


def test_every_outcome(
    host: Path, engine: TestEngine, environ: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, {"Cargo.toml": CRATE, "src/lib.rs": TESTS, "tests/abort.rs": ABORT})
    own = {"CARGO_TARGET_DIR": str(tmp_path / "target"), "RUST_TEST_THREADS": "1"}
    status, said = run(host, tmp_path, {**environ, **own})

    assert status == 1, said
    results = {result["name"]: result for result in engine.executions}
    assert {name: result["result"] for name, result in results.items()} == {
        "passes": "passed",
        "fails": "failed",
        "is_ignored": "skipped",
        "z_aborts": "failed",
    }
    reason = results["fails"]["failure_reason"]
    assert reason == "assertion `left == right` failed: the sum"
    assert "src/lib.rs:7:5" in str(results["fails"]["failure_expanded"])
    assert results["is_ignored"]["failure_reason"] == "later"
    assert "the test's process ended" in results["z_aborts"]["failure_reason"]


def test_what_is_not_accepted_changes_nothing(
    host: Path, engine: TestEngine, environ: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, {"Cargo.toml": CRATE, "src/lib.rs": "#[test] fn passes() {}"})
    events = tmp_path / "events.ndjson"
    traces = tmp_path / "traces.ndjson"
    environ |= {
        "CARGO_TARGET_DIR": str(tmp_path / "target"),
        "RUST_HOST_EVENTS": str(events),
        "RUST_HOST_TRACES": str(traces),
    }
    status, said = run(host, tmp_path, {**environ, "BUILDKITE_ANALYTICS_TOKEN": "wrong"})

    assert status == 0
    assert f"{engine.url}/uploads: http status: 401" in said
    assert len(events.read_text("utf-8").splitlines()) == 5
    (request,) = traces.read_text("utf-8").splitlines()
    (scope,) = json.loads(request)["resourceSpans"][0]["scopeSpans"]
    assert "passes" in scope["spans"][0]["name"]


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files, by path."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), "utf-8")


def test_what_passes_is_tried_again(host: Path, environ: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, {"Cargo.toml": CRATE, "src/lib.rs": "#[test] fn passes() {}"})
    own = {"CARGO_TARGET_DIR": str(tmp_path / "target")}
    script: list[Step] = [Answer(503), Answer(429, {"Retry-After": "1"}), None]
    with TestEngine(token=environ["BUILDKITE_ANALYTICS_TOKEN"], script=script) as engine:
        environ = {**environ, **own, "BUILDKITE_ANALYTICS_API_URL": engine.url}
        _, said = run(host, tmp_path, environ)
        assert "results uploaded" in said
        assert [request.status for request in engine.requests] == [503, 429, 202]


def test_what_is_not_sent_is_kept(host: Path, environ: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, {"Cargo.toml": CRATE, "src/lib.rs": "#[test] fn passes() {}"})
    own = {"CARGO_TARGET_DIR": str(tmp_path / "target")}
    kept = tmp_path / "kept"
    kept.mkdir()
    with TestEngine(token=environ["BUILDKITE_ANALYTICS_TOKEN"], script=[Answer(503)] * 9) as engine:
        own |= {"BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "0.2", "TMPDIR": str(kept)}
        environ = {**environ, **own, "BUILDKITE_ANALYTICS_API_URL": engine.url}
        _, said = run(host, tmp_path, environ)

    (events,) = kept.iterdir()
    assert f"buildkite-test-collector upload {events}" in said
