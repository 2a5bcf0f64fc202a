"""Runs of pytest that tests start: none of the outer suite's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project

#: A suite that runs pytest on a suite of its own, as the tests of every pytest plugin do.
OUTER = """
    import sys

    pytest_plugins = "pytester"

    INNER = "def test_inner(): assert False"

    def test_in_process(pytester):
        pytester.makepyfile(INNER)
        pytester.runpytest_inprocess({arguments}).assert_outcomes(failed=1)
        pytester.runpytest_inprocess().assert_outcomes(failed=1)

    def test_subprocess(pytester):
        pytester.makepyfile(INNER)
        pytester.runpytest_subprocess({arguments}).assert_outcomes(failed=1)

    def test_grandchild(pytester):
        pytester.makepyfile(INNER)
        script = pytester.makepyfile(script="import pytest; pytest.main({arguments_list})")
        pytester.run("sh", "-c", f"{{sys.executable}} {{script}}; true")
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["plain", "xdist"])
def test_inner_runs_stay_out(project: Project, workers: list[str]) -> None:
    """W28: the tests of tests used to end up in the suite."""
    project.use("xdist")
    source = OUTER.format(arguments="", arguments_list="[]")
    run = project.test(source, *workers)

    assert {result["name"] for result in run.results} == {
        "test_in_process",
        "test_subprocess",
        "test_grandchild",
    }
    assert run.counts == {"passed": 3}
    assert len(project.engine.runs) == 1


def test_unless_they_are_asked_for(project: Project) -> None:
    source = OUTER.format(arguments='"--buildkite-nested"', arguments_list="['--buildkite-nested']")
    run = project.test(source)

    names = [result["name"] for result in run.uploaded]
    # All but the second of the two in process, which did not ask.
    assert names.count("test_inner") == 3
    assert len(project.engine.runs) == 4


def test_a_file_that_is_asked_for_is_written(project: Project) -> None:
    run = project.test("""
        import json

        pytest_plugins = "pytester"

        def test_outer(pytester):
            pytester.makepyfile("def test_inner(): pass")
            pytester.runpytest_inprocess("--json=inner.json", "-p", "no:json")
            (inner,) = json.loads((pytester.path / "inner.json").read_text())
            assert inner["name"] == "test_inner"
    """)

    assert run.outcomes == {"test_outer": "passed"}


def test_a_run_in_a_test_of_a_suite_that_is_not_uploaded_is_a_run(project: Project) -> None:
    """The test that you read is such a one."""
    run = project.test("def test_it(): pass")
    assert run.outcomes == {"test_it": "passed"}
    project.environment["PYTEST_CURRENT_TEST"] = "test_outer.py::test_it (call)"
    run = project.test("def test_it(): pass")
    assert run.outcomes == {"test_it": "passed"}


def test_a_system_without_proc(project: Project) -> None:
    """On macOS only a run whose parent runs tests was known: `ps` says more."""
    no_proc = """
        import os

        _open = os.open

        def no_proc(path, *arguments, **options):
            if str(path).startswith("/proc/"):
                raise FileNotFoundError(path)
            return _open(path, *arguments, **options)

        os.open = no_proc
    """
    project.write({"no_proc.py": no_proc})
    project.environment = {"PYTHONPATH": str(project.path), "PYTEST_PLUGINS": "no_proc"}
    run = project.test(
        """
        import subprocess, sys

        def test_grandchild(tmp_path):
            (tmp_path / "test_inner.py").write_text("def test_inner(): pass")
            script = f"{sys.executable} -m pytest -p no_proc {tmp_path}; true"
            assert b"1 passed" in subprocess.check_output(["sh", "-c", script])
        """,
        "-p",
        "no_proc",
        # It would ask `/proc`, and not know this process by what `ps` says.
        "--buildkite-courier=false",
    )
    assert run.outcomes == {"test_grandchild": "passed"}
    assert [result["name"] for result in run.uploaded] == ["test_grandchild"]
