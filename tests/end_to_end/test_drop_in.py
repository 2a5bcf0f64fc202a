"""The same project under the pure-Python plugin 1.9.1 and under ours, side by side."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project

#: What both must agree about, and where a difference is meant, which.
SOURCE = """
    import unittest
    import pytest
    from datetime import timedelta
    from buildkite_test_collector.collector.instant import Instant
    from buildkite_test_collector.collector.payload import TestSpan

    @pytest.mark.execution_tag("team", "shop")
    def test_passed(): pass
    def test_failed(): assert [1] == [2], "why"
    def test_error():
        {}["key"]
    @pytest.mark.skip(reason="not today")
    def test_skipped(): pass
    @pytest.mark.xfail
    def test_xfail(): assert False
    @pytest.mark.xfail
    def test_xpass(): pass
    @pytest.mark.xfail(strict=True, reason="strict")
    def test_strict(): pass
    @pytest.fixture
    def broken(): raise RuntimeError("setup")
    def test_setup(broken): pass
    @pytest.mark.parametrize("n", [1, "two"])
    def test_parameter(n): pass
    class TestClass:
        def test_method(self): pass
    class TestUnit(unittest.TestCase):
        def test_unit(self): self.assertEqual(1, 2)
    def test_spans(spans):
        with spans.measure("sql", {"query": "SELECT 1"}): pass
        start = Instant.now()
        spans.record(TestSpan(section="http", start_at=start, end_at=start + timedelta(seconds=1),
                              duration=timedelta(seconds=1),
                              detail={"method": "GET", "url": "http://x", "lib": "y"}))
"""


def test_what_is_kept_is_the_same(project: Project, pure_python: str) -> None:
    project.write({"test_it.py": SOURCE, "test_broken.py": "import does_not_exist\n"})
    flags = ["--continue-on-collection-errors"]
    ours = project.pytest(*flags)
    theirs = pure_results(project, pure_python, *flags)

    assert [kept(result) for result in ours.results] == [kept(result) for result in theirs]


@pytest.mark.parametrize(
    "name", ["buildkite-test-collector", "buildkite_test_collector.pytest_plugin"]
)
def test_it_is_loaded_by_name(project: Project, name: str) -> None:
    """Where pytest is told to load no plugin by itself."""
    project.environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = project.test("def test_it(spans): assert spans.current_test()\n", "-p", name)

    assert run.outcomes == {"test_it": "passed"}


def pure_results(project: Project, python: str, *arguments: str) -> list[dict[str, Any]]:
    """Return the results that the pure-Python plugin writes."""
    path: Path = project.path / "pure.json"
    subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider", f"--json={path}", *arguments],
        cwd=project.path,
        env={k: v for k, v in project.environ().items() if not k.startswith("BUILDKITE")},
        capture_output=True,
        check=False,
    )
    results: list[dict[str, Any]] = json.loads(path.read_text())
    return results


def kept(result: dict[str, Any]) -> dict[str, Any]:
    """Return what of a result must be the same, with what we do better left out."""
    same = {key: value for key, value in result.items() if key not in ("id", "location")}
    history = same.pop("history")
    spans = [(span["section"], span.get("detail")) for span in history["children"]]
    same["spans"] = spans, sorted(history), [sorted(span) for span in history["children"]]
    if result["result"] == "skipped":
        # W34: ours says why.
        same.pop("failure_reason", None)
    for entry in same.get("failure_expanded", []):
        # The documentation asks for both; theirs leaves out what is empty.
        entry.setdefault("backtrace", [])
        entry.setdefault("expanded", [])
    return same
