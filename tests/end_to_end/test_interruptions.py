"""Runs that end early, and runs that select some tests."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project

TEN = """
    import pytest

    @pytest.mark.parametrize("n", range(10))
    def test_it(n):
        assert n != 4
"""


def test_the_first_failure_ends_the_run(project: Project) -> None:
    run = project.test(TEN, "-x")
    assert run.counts == {"passed": 4, "failed": 1}
    run = project.pytest("--lf")
    assert run.outcomes == {"test_it[4]": "failed"}
    run = project.pytest("--sw")
    assert run.counts == {"passed": 4, "failed": 1}
    run = project.pytest("--sw")
    assert run.outcomes == {"test_it[4]": "failed"}


def test_maxfail(project: Project) -> None:
    run = project.test(TEN.replace("n != 4", "n % 2"), "--maxfail=2")

    assert run.counts == {"passed": 1, "failed": 2}


def test_pytest_exit(project: Project) -> None:
    run = project.test("""
        import pytest

        def test_before(): pass
        def test_exits(): pytest.exit("enough", returncode=7)
        def test_after(): pass
    """)

    assert run.status == 7
    assert run.outcomes == {"test_before": "passed", "test_exits": "unknown"}
    assert run.one("test_exits")["failure_reason"] == "The run ended before this test did."


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_ctrl_c_in_a_test(project: Project, when: str) -> None:
    run = project.test(f"""
        import pytest

        @pytest.fixture
        def fixture():
            if {when!r} == "setup":
                raise KeyboardInterrupt
            yield
            if {when!r} == "teardown":
                raise KeyboardInterrupt

        def test_before():
            pass

        def test_interrupted(fixture):
            if {when!r} == "call":
                raise KeyboardInterrupt

        def test_after():
            pass
    """)

    assert run.status == 2
    expected = "passed" if when == "teardown" else "unknown"
    assert run.outcomes == {"test_before": "passed", "test_interrupted": expected}


def test_ctrl_c_in_collection(project: Project) -> None:
    run = project.test("raise KeyboardInterrupt")

    assert run.status == 2
    # pytest 7 counts it as an error of the file, later versions as nothing.
    assert run.counts in ({}, {"failed": 1})


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_real_signal(project: Project) -> None:
    assert project.interrupt(signal.SIGINT) == 2
    found = {result["name"]: result["result"] for result in project.engine.executions}
    assert found == {"test_before": "passed", "test_slow": "unknown"}


def test_tests_that_never_begin(project: Project) -> None:
    """Module-level skips and `importorskip` count for pytest, and so they do here."""
    project.write(
        {
            "test_skip.py": "import pytest\npytest.skip('why', allow_module_level=True)\n",
            "test_import.py": "import pytest\npytest.importorskip('does_not_exist')\n",
            "test_it.py": "def test_it(): pass\n",
        }
    )
    run = project.pytest()

    assert "1 passed, 2 skipped" in run.stdout
    assert run.counts == {"passed": 1, "skipped": 2}
    skipped = run.one("test_skip.py")
    assert (skipped["scope"], skipped["file_name"]) == ("", "test_skip.py")
    assert skipped["failure_reason"] == "Skipped: why"
    assert "tags" not in skipped


@pytest.mark.parametrize("scope", ["module", "session", "class"])
def test_wide_fixtures_that_fail_late(project: Project, scope: str) -> None:
    run = project.test(f"""
        import pytest

        @pytest.fixture(scope={scope!r})
        def wide():
            yield
            raise RuntimeError("late")

        class TestClass:
            def test_first(self, wide): pass
            def test_last(self, wide): pass
    """)

    assert run.outcomes == {"TestClass::test_first": "passed", "TestClass::test_last": "failed"}
    assert run.one("test_last")["failure_reason"] == "RuntimeError: late"


def test_the_root_is_elsewhere(project: Project) -> None:
    project.write({"deep/down/test_it.py": "def test_it(): pass\n", "deep/pytest.ini": "[pytest]"})
    run = project.pytest("--rootdir=.", "-c", "pytest.ini", "deep/down")
    assert run.one("test_it")["file_name"] == "deep/down/test_it.py"
    run = project.pytest("deep/down")
    result = run.one("test_it")
    assert (result["scope"], result["file_name"]) == ("down/test_it.py", "deep/down/test_it.py")


@pytest.mark.parametrize(
    "where", ["_finish_on_fast_path", "_finish", "flush", "_write_out", "_write"]
)
def test_an_interrupt_in_the_midst_of_recording(project: Project, where: str) -> None:
    """A signal comes in where a function is called, as when it is ours."""
    project.write(
        {
            "conftest.py": f"""
                import sys
                def interrupt(frame, event, arg):
                    called = frame.f_code.co_name if event == "call" else ""
                    if event == "c_return" and arg.__name__ == "write":
                        called = "_write"
                    if called == {where!r} and "_buildkite_test" in frame.f_code.co_filename:
                        sys.setprofile(None)
                        raise KeyboardInterrupt
                def pytest_runtest_logreport(report):
                    if report.when == "teardown" and report.nodeid.endswith("test_2"):
                        sys.setprofile(interrupt)
                """
        }
    )
    run = project.test("def test_1(): pass\ndef test_2(): pass\ndef test_3(): pass\n")
    assert run.status == 2
    assert [result["result"] for result in run.results] == ["passed", "passed"]


@pytest.mark.parametrize("where", ["finish", "now", "append"])
def test_an_interrupt_after_the_last_test(project: Project, where: str) -> None:
    """Whoever cannot wait for the delivery keeps the events."""
    project.write(
        {
            "conftest.py": f"""
                import sys
                def interrupt(frame, event, arg):
                    called = frame.f_code.co_name if event == "call" else ""
                    if called == {where!r} and "_buildkite_test" in frame.f_code.co_filename:
                        sys.setprofile(None)
                        raise KeyboardInterrupt
                def pytest_sessionfinish():
                    sys.setprofile(interrupt)
                """
        }
    )
    run = project.test("def test_1(): pass\ndef test_2(): pass\n", watched=False)
    assert run.status == 0
    (line,) = run.said
    assert "the delivery was interrupted" in line
    assert "to try again: buildkite-test-collector upload" in line
    # Pytest has ended, and the courier finishes what it was interrupted in; or else the command.
    project.wait_for_couriers()
    for kept in project.path.rglob("*.ndjson"):
        done = project.command("upload", str(kept))
        assert done.returncode == 0, done.stderr
    assert [result["result"] for result in project.engine.executions] == ["passed", "passed"]
