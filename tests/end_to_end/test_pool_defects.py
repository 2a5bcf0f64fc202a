"""What the runner of 1.9.1 does wrong, each once (P1 to P12 of its defects)."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from stand_in import faults
from stand_in.pool import example, file

from .pool import hosted, run_pool, started
from .project import IS_IN_PROCESS, needs_courier

if TYPE_CHECKING:
    from .project import Project

PASSES = "def test_passes(): pass\n"


@pytest.mark.parametrize("is_in_ini", [False, True])
def test_warnings_that_are_errors(project: Project, is_in_ini: bool) -> None:
    info = "site/of_a_plugin-1.0.dist-info"
    # As pip leaves it: pytest looks there for what it is to rewrite.
    project.write(
        {
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: of-a-plugin\nVersion: 1.0\n",
            f"{info}/entry_points.txt": "[pytest11]\nof_a_plugin = of_a_plugin\n",
            f"{info}/RECORD": "buildkite_test_collector/__init__.py,,\nof_a_plugin.py,,\n",
            "site/of_a_plugin.py": "",
            "test_it.py": PASSES,
        }
    )
    project.environment["PYTHONPATH"] = str(project.path / "site")
    if is_in_ini:
        project.write({"pytest.ini": "[pytest]\nfilterwarnings = error\n"})
    run = run_pool(project, [[file("test_it.py")]], *([] if is_in_ini else ["-W", "error"]))

    assert run.status == 0, run.output
    assert run.report() == {"test_passes": "passed"}


def test_a_test_that_changes_directory(project: Project) -> None:
    project.write(
        {
            "test_a.py": "import os\ndef test_leaves(): os.chdir('/')\n",
            "test_d.py": PASSES,
            "sub/test_e.py": PASSES,
        }
    )
    run = run_pool(project, [[file("test_a.py")], [file("test_d.py")], [file("sub/test_e.py")]])

    assert run.status == 0, run.output
    assert run.report("b_2") == {"test_passes": "passed"}
    assert run.host.reports["b_3"][0]["file_name"] == "sub/test_e.py"
    assert set(run.host.verdicts.values()) == {"passed"}


def test_a_test_that_removes_its_directory(project: Project) -> None:
    project.write(
        {
            "test_a.py": """
            import os
            def test_leaves(tmp_path):
                (tmp_path / "x").mkdir()
                os.chdir(tmp_path / "x")
                os.rmdir(tmp_path / "x")
        """,
            "test_d.py": PASSES,
        }
    )
    run = run_pool(project, [[file("test_a.py")], [file("test_d.py")]])

    assert run.status == 0, run.output
    assert set(run.host.verdicts.values()) == {"passed"}


def test_a_session_fixture_that_fails_in_its_teardown(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
            import pytest
            @pytest.fixture(scope="session", autouse=True)
            def server():
                yield
                raise RuntimeError("it would not stop")
        """,
            "test_it.py": PASSES,
        }
    )
    run = run_pool(project, [[file("test_it.py")]])

    assert run.status == 0, run.output
    assert run.report() == {"test_passes": "passed"}
    assert "ERROR at teardown of test_passes" in run.output
    assert "INTERNALERROR" not in run.output
    first, last = project.engine.executions
    assert (first["result"], last["result"]) == ("passed", "failed")
    assert last["name"] == "test_passes"
    assert "it would not stop" in last["failure_reason"]
    assert last["history"]["duration"] < 5


@pytest.mark.parametrize("stop", ["pytest.exit('enough')", "request.session.shouldstop = 'enough'"])
def test_a_test_that_ends_the_session(project: Project, stop: str) -> None:
    project.write(
        {
            "test_it.py": f"import pytest\n{PASSES}def test_ends(request): {stop}\n",
            "test_other.py": PASSES,
        }
    )
    run = run_pool(project, [[file("test_it.py")], [file("test_other.py")]])

    assert run.status == 1, run.output
    assert "enough" in run.host.errors["b_1"]
    assert run.paths[-1] == "POST /v1/batches/b_1/results 200"
    assert "test_passes" in [each["name"] for each in project.engine.executions]
    assert "Traceback" not in run.output


def test_keyboard_interrupt_in_a_test(project: Project) -> None:
    project.write(
        {"test_it.py": "def test_passes(): pass\ndef test_stops(): raise KeyboardInterrupt\n"}
    )
    run = run_pool(project, [[file("test_it.py")]])

    assert run.status == 1, run.output
    assert run.host.ended == "signal_int"
    assert not run.host.reports
    assert not run.host.errors
    assert {"test_passes", "test_stops"} == {each["name"] for each in project.engine.executions}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_a_test_runs(project: Project, name: str) -> None:
    project.write(
        {
            "test_it.py": """
            import pathlib, time
            def test_finishes():
                pathlib.Path("runs").touch()
                while not pathlib.Path("go_on").exists():
                    time.sleep(0.01)
            def test_never_begins(): pass
        """,
        }
    )
    with hosted([[file("test_it.py")]]) as host, started(project, host) as runner:
        while not (project.path / "runs").exists():
            assert runner.poll() is None, project.output.read_text()
        os.killpg(runner.pid, getattr(signal, name))
        (project.path / "go_on").touch()
        assert runner.wait(60) == 1

    assert host.ended == {"SIGTERM": "signal_term", "SIGINT": "signal_int"}[name]
    assert not host.reports
    assert [(each["name"], each["result"]) for each in project.engine.executions] == [
        ("test_finishes", "passed")
    ]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_the_host_has_nothing(project: Project, name: str) -> None:
    with hosted([], waits=10**9) as host, started(project, host) as runner:
        host.wait_for(lambda host: len(host.exchanges) > 3)
        os.killpg(runner.pid, getattr(signal, name))
        assert runner.wait(60) == 1

    assert host.ended == {"SIGTERM": "signal_term", "SIGINT": "signal_int"}[name]
    assert "Traceback" not in project.output.read_text()


def test_children_of_tests_heed_signals(project: Project) -> None:
    """They had our handlers, and `terminate` did nothing."""
    project.write(
        {
            "test_it.py": """
            import os, signal, time
            import pytest

            @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
            def test_it(number):
                ready, told = os.pipe()
                child = os.fork()
                if not child:
                    try:
                        os.write(told, b"!")
                        time.sleep(60)
                    finally:
                        os._exit(7)
                os.read(ready, 1)
                os.kill(child, number)
                status = os.waitpid(child, 0)[1]
                killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM
                assert killed if number == signal.SIGTERM else os.WEXITSTATUS(status) == 7
        """
        }
    )
    run = run_pool(project, [[file("test_it.py")]])

    assert run.host.verdicts == {"test_it.py": "passed"}, run.output
    assert run.status == 0


def test_a_file_that_is_not_there_has_failed_and_costs_no_other_one(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    run = run_pool(project, [[file("sub/gone.py"), file("test_it.py")], [file("sub/gone.py")]])

    assert run.status == 0, run.output
    assert run.report() == {"sub/gone.py": "failed", "test_passes": "passed"}
    entry = run.host.reports["b_1"][0]
    assert entry["file_name"] == "sub/gone.py"
    assert entry["failure_reason"] == "there is no file sub/gone.py"
    assert run.host.reports["b_2"] == [entry]
    names = [each["name"] for each in project.engine.executions]
    assert sorted(names) == ["sub/gone.py", "test_passes"]


def test_a_test_of_a_file_that_is_not_there_has_no_result(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    gone = example("gone.py::test_it")
    run = run_pool(project, [[gone, example("test_it.py::test_passes")], [gone]])

    assert run.status == 0, run.output
    assert run.report() == {"test_passes": "passed"}
    assert run.host.reports["b_2"] == []
    # It has no entry: bktec makes an error of it, and of nothing else.
    assert run.host.verdicts["gone.py::test_it"] == "errored"
    assert run.host.verdicts["test_it.py::test_passes"] == "passed"
    assert not run.host.errors


def test_a_part_of_a_file_that_is_not_there(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    gone = {"format": "selector", "value": "test_it.py::TestGone"}
    run = run_pool(project, [[gone]])

    assert run.host.errors["b_1"] == "there is no test test_it.py::TestGone"


def test_a_file_that_cannot_be_imported(project: Project) -> None:
    project.write({"test_broken.py": "import nothing_there\n", "test_it.py": PASSES})
    batches = [[file("test_broken.py"), file("test_it.py")], [file("test_it.py")]]
    run = run_pool(project, batches, retries=1)

    assert run.status == 0, run.output
    assert run.report() == {"test_broken.py": "failed", "test_passes": "passed"}
    assert run.host.verdicts == {
        "test_broken.py": "failed",
        "test_it.py": "passed",
    }
    first = run.host.reports["b_1"][0]
    assert first["tags"] == {"test.pytest_collection_error": "true"}
    # The file was tried once: every batch that names it hears of that.
    assert run.host.reports["b_3"] == [first]
    names = [each["name"] for each in project.engine.executions]
    assert sorted(names) == ["test_broken.py", "test_passes", "test_passes"]


def test_a_conftest_that_cannot_be_imported(project: Project) -> None:
    project.write(
        {
            "sub/conftest.py": "import nothing_there\n",
            "sub/test_it.py": PASSES,
            "test_other.py": PASSES,
        }
    )
    run = run_pool(project, [[file("sub/test_it.py")], [file("test_other.py")]])

    assert run.host.verdicts == {
        "sub/test_it.py": run.host.verdicts["sub/test_it.py"],
        "test_other.py": "passed",
    }
    assert run.host.verdicts["sub/test_it.py"] in ("failed", "errored")
    assert run.status == 0, run.output


def test_a_teardown_that_fails(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
            import pytest
            @pytest.fixture
            def breaks():
                yield
                assert 0
            def test_it(breaks): pass
        """,
        }
    )
    run = run_pool(project, [[file("test_it.py")]])

    assert run.report() == {"test_it": "failed"}
    assert [each["result"] for each in project.engine.executions] == ["failed"]


def test_reruns_are_one_entry_and_every_attempt_is_uploaded(project: Project) -> None:
    project.use("rerunfailures")
    project.write(
        {
            "test_it.py": """
            import pytest
            runs = []
            @pytest.mark.flaky(reruns=2)
            def test_it():
                runs.append(1)
                assert len(runs) == 3
            def test_other(): pass
        """,
        }
    )
    run = run_pool(project, [[file("test_it.py")]])

    assert run.report() == {"test_it": "passed", "test_other": "passed"}
    assert len(run.host.reports["b_1"]) == 2
    attempts = [each["result"] for each in project.engine.executions if each["name"] == "test_it"]
    assert len(attempts) == 3
    assert attempts[-1] == "passed"


@pytest.mark.parametrize("status", [503, 401])
def test_test_engine_that_takes_nothing(project: Project, status: int) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "3"
    project.write({"test_it.py": PASSES})
    project.engine._script = iter(lambda: faults.Answer(status), None)
    run = run_pool(project, [[file("test_it.py")]])

    assert run.status == 0, run.output
    assert run.report() == {"test_passes": "passed"}
    assert "1 result not uploaded" in run.output
    project.engine._script = iter([])
    assert project.command("upload").returncode == 0
    assert [each["name"] for each in project.engine.executions] == ["test_passes"]


def test_test_engine_that_is_slow_costs_a_batch_nothing(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.05"
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "2"
    project.write(
        {
            "test_it.py": PASSES,
            # It ends when the results of the first batch are on their way.
            "test_waits.py": """
            import pathlib, time
            def test_waits():
                while not pathlib.Path("hangs").exists(): time.sleep(0.01)
        """,
        }
    )
    project.engine._script = iter(lambda: faults.Hang(60), None)
    batches = [[file("test_it.py")], [file("test_waits.py")]]
    with hosted(batches) as host, started(project, host) as runner:
        host.wait_for(lambda host: "b_1" in host.reports)
        if not IS_IN_PROCESS:
            project.engine.wait_for(1, 30)
        (project.path / "hangs").touch()
        assert runner.wait(60) == 0, project.output.read_text()
    assert set(host.verdicts.values()) == {"passed"}


@needs_courier
def test_a_process_that_dies_in_a_batch(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
            import os, pathlib
            def test_passes(): pass
            def test_dies():
                if not pathlib.Path("died").exists():
                    pathlib.Path("died").touch()
                    os._exit(3)
        """,
        }
    )
    with hosted([[file("test_it.py")]]) as host:
        with started(project, host) as runner:
            assert runner.wait(60) == 3
        project.wait_for_couriers()
        assert not host.reports
        seen = [(each["name"], each["result"]) for each in project.engine.executions]
        assert seen == [("test_passes", "passed"), ("test_dies", "failed")]
        with started(project, host) as runner:
            assert runner.wait(60) == 0

    assert host.verdicts == {"test_it.py": "passed"}
    again = [each["name"] for each in project.engine.executions[2:]]
    assert again == ["test_passes", "test_dies"]
    ids = [each["id"] for each in project.engine.executions]
    assert len(set(ids)) == 4
    sessions = [each for each in host.exchanges if each.path == "/v1/sessions"]
    assert len({each.body["instance_id"] for each in sessions}) == 2


def test_a_node_id_with_colons_in_a_parameter(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
            import pytest
            @pytest.mark.parametrize("p", ["a::b", "c"])
            def test_p(p): assert p == "c"
        """,
        }
    )
    run = run_pool(project, [[file("test_it.py")]], retries=1)

    assert run.host.verdicts["test_it.py::test_p[a::b]"] == "failed"
    (entry,) = run.host.reports["b_2"]
    assert (entry["scope"], entry["name"]) == ("test_it.py::test_p[a", "b]")


@pytest.mark.parametrize(
    "identifier", ["8f6f2a5e-1f0e-4c41-8b5e-2c6a4ef3bb0c", "test it / passes", "a\0b", "", "::"]
)
def test_an_identifier_that_is_no_node_id(project: Project, identifier: str) -> None:
    project.write({"test_it.py": PASSES})
    run = run_pool(project, [[example("test_it.py::test_passes", identifier)]])

    assert run.status == 0, run.output
    assert run.report() == {"test_passes": "passed"}
