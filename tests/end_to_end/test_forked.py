"""pytest-forked: a child of its own for each test, also one that dies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork"),
    pytest.mark.skipif(
        pytest.version_tuple >= (9,), reason="pytest-forked 1.7.5 cannot run a test in pytest 9"
    ),
]

SOURCE = """
    import os, pytest

    @pytest.mark.execution_tag("team", "a")
    def test_passes(spans, request):
        request.node.add_marker(pytest.mark.execution_tag("dynamic", "yes"))
        with spans.measure("sql", {"query": "SELECT 1"}):
            pass

    def test_fails():
        assert False, "why"

    @pytest.fixture
    def broken():
        yield
        raise RuntimeError("teardown")

    def test_teardown(broken):
        pass

    @pytest.mark.execution_tag("team", "b")
    def test_exits():
        os._exit(3)

    def test_killed():
        os.kill(os.getpid(), 9)

    def test_after():
        pass
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["plain", "xdist"])
def test_every_child_is_heard_of(project: Project, workers: list[str]) -> None:
    """W33: a child that crashed had no result, and no child had its spans and dynamic tags."""
    project.use("pytest_forked", "xdist")
    run = project.test(SOURCE, "--forked", *workers)

    assert run.outcomes == {
        "test_passes": "passed",
        "test_fails": "failed",
        "test_teardown": "failed",
        "test_exits": "failed",
        "test_killed": "failed",
        "test_after": "passed",
    }
    passes = run.one("test_passes")
    assert passes["tags"] == {"team": "a", "dynamic": "yes"}
    assert [span["section"] for span in passes["history"]["children"]] == ["sql"]
    exits = run.one("test_exits")
    assert "EXITED with status 3" in str(exits) or "CRASHED" in str(exits)
    assert exits["tags"] == {"team": "b"}
    killed = run.one("test_killed")
    assert "signal 9" in killed["failure_reason"]
