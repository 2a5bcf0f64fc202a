"""No guests in the house while tests run: what a test sees of its process is as without us."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .project import Project

#: A test that writes down what it can see of its process.
LOOK_AROUND = """
    import atexit, faulthandler, gc, json, logging, os, pathlib, re, signal, sys, threading
    import warnings

    def test_before(): pass

    def test_looks_around(pytestconfig):
        seen = {
            "threads": threading.active_count(),
            "native threads": len(os.listdir("/proc/self/task")),
            "children": pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text(),
            "open files": sorted(
                re.sub(r"[0-9]+", "N", os.readlink(f"/proc/self/fd/{fd}"))
                for fd in os.listdir("/proc/self/fd")
                if os.path.exists(f"/proc/self/fd/{fd}")
            ),
            "handlers": {
                str(number): repr(signal.getsignal(number)).partition(" at 0x")[0]
                # That of SIGTERM is ours while tests run, so that the run can end in order.
                for number in sorted(signal.valid_signals() - {signal.SIGTERM})
            },
            "at exit": atexit._ncallbacks(),
            "environment": {
                name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"
            },
            "log handlers": [repr(logging.root.handlers), sorted(logging.root.manager.loggerDict)],
            "hooks": [
                repr(hook).partition(" at 0x")[0]
                for hook in (
                    sys.excepthook, sys.displayhook, sys.unraisablehook, sys.gettrace(),
                    sys.getprofile(), threading.excepthook, sys.breakpointhook, sys.meta_path,
                    sys.path_hooks, gc.callbacks, os.getcwd(), sys.getrecursionlimit(),
                    sys.getswitchinterval(), signal.getitimer(signal.ITIMER_REAL),
                )
            ],
            "warnings": [repr(entry) for entry in warnings.filters],
            "faulthandler": faulthandler.is_enabled(),
        }
        loaded = [name for name in ("wasmtime", "urllib3", "ssl") if name in sys.modules]
        path = pathlib.Path(pytestconfig.rootpath, os.environ["SEEN"])
        path.write_text(json.dumps({"seen": seen, "loaded": loaded}))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.mark.parametrize("workers", [[], ["-n", "1", "--testrunuid=x"]], ids=["plain", "xdist"])
def test_a_test_sees_nothing_of_us(project: Project, workers: list[str]) -> None:
    project.use("xdist")
    project.environment["SEEN"] = "seen.json"
    project.write({"test_it.py": LOOK_AROUND})

    def look(*arguments: str) -> dict[str, Any]:
        run = project.pytest(*workers, *arguments, watched=False)
        assert run.status == 0, run.stdout
        found: dict[str, Any] = json.loads((project.path / "seen.json").read_text())
        return found

    # Some versions of pytest leave a handler behind when they make their cache directory.
    look()
    with_us = look()
    without = look("-p", "no:buildkite-test-collector")
    for what, value in without["seen"].items():
        assert with_us["seen"][what] == value, what
    assert "wasmtime" not in with_us["loaded"]
    assert "urllib3" not in with_us["loaded"]
    assert len(project.engine.executions) == 4


@pytest.mark.skipif(sys.version_info < (3, 12), reason="earlier Pythons do not warn")
def test_a_fork_is_silent(project: Project) -> None:
    run = project.test(
        """
        import os

        def test_forks():
            child = os.fork()
            if child == 0:
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        """,
        *("-W", "error"),
    )

    assert run.outcomes == {"test_forks": "passed"}


def test_nothing_of_ours_on_stdout_where_tools_read_it(project: Project) -> None:
    """W20: bktec reads what `--collect-only -q` prints, and no upload must come of it."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    for arguments in (
        ["--collect-only", "-q"],
        ["--version"],
        ["--fixtures"],
        ["--fixtures-per-test"],
        ["--markers"],
        ["--setup-plan", "--collect-only"],
        ["-k", "nothing"],
    ):
        run = project.pytest(*arguments, watched=False)
        without = project.pytest("-p", "no:buildkite-test-collector", *arguments, watched=False)
        assert run.status == without.status
        if arguments[0] == "--collect-only":
            times = [text.rpartition(" in ")[0] for text in (run.stdout, without.stdout)]
            assert times[0] == times[1]
        assert run.said == []
    assert project.engine.requests == []


def test_reports_of_other_plugins_are_as_without_us(project: Project) -> None:
    """The order, the number and the outcome of every report are pytest's own."""
    project.write(
        {
            "conftest.py": """
                reports = []

                def pytest_runtest_logreport(report):
                    reports.append((report.nodeid, report.when, report.outcome, report.sections))

                def pytest_sessionfinish(session):
                    session.config.rootpath.joinpath("reports.txt").write_text(repr(reports))
            """,
            "test_it.py": "def test_it(): print('x')\ndef test_bad(): assert False\n",
        }
    )
    project.pytest(watched=False)
    with_us = (project.path / "reports.txt").read_text()
    project.pytest("-p", "no:buildkite-test-collector", watched=False)
    assert (project.path / "reports.txt").read_text() == with_us


@pytest.mark.parametrize("setup", ["", "gc.disable()"])
def test_garbage_is_searched_for_at_exit_as_before(project: Project, setup: str) -> None:
    """While the component is loaded it is not, which nobody but this process pays for."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    project.write(
        {
            "conftest.py": f"""
                import atexit, gc
                {setup}
                atexit.register(lambda: print("at exit:", gc.isenabled(), gc.get_freeze_count()))
            """
        }
    )
    run = project.test("def test_it(): pass")
    assert f"at exit: {not setup} 0" in run.stdout
