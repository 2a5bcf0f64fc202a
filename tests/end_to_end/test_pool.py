"""The pool runner `buildkite-pytest`: what it sends, what it runs, what lives how long."""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from _buildkite_test_collector.version import __version__
from stand_in.pool import example, file, selector
from stand_in.receiver import Receiver

from .pool import SCRIPT, SOCKET, hosted, run_pool, started
from .project import TOKEN, needs_courier
from .report_page import runs_of

if TYPE_CHECKING:
    from .project import Project

CART = """
    import pytest

    @pytest.mark.parametrize("n", ["one", "a::b"])
    def test_add(n): pass

    def test_fails(): assert False, "no"

    @pytest.mark.skip(reason="later")
    def test_skipped(): pass

    class TestCart:
        def test_total(self): pass
"""


def test_it_sends_what_1_9_1_sends(project: Project) -> None:
    project.write({"test_cart.py": CART})
    run = run_pool(project, [[file("test_cart.py")]], waits=1)

    assert run.status == 0, run.output
    assert run.paths == [
        "POST /v1/sessions 201",
        "POST /v1/batches 200",
        "POST /v1/batches 200",
        "POST /v1/batches/b_1/results 200",
        "POST /v1/batches 200",
    ]
    first, pull, _, result, _ = run.host.exchanges
    expected_runner = {
        "name": "buildkite-pytest",
        "version": __version__,
        "framework": "pytest",
        "framework_version": pytest.__version__,
        "language": "python",
        "language_version": ".".join(map(str, sys.version_info[:3])),
        "pid": first.body["runner"]["pid"],
    }
    assert first.body["runner"] == expected_runner
    assert [*first.body["runner"]] == [*expected_runner]
    assert [*first.body] == ["instance_id", "runner", "capabilities"]
    assert uuid.UUID(first.body["instance_id"]).version == 4
    assert first.body["capabilities"] == {"selector_formats": ["selector", "file", "example"]}
    assert first.headers == {
        "host": "localhost",
        "accept-encoding": "identity",
        "content-length": str(len(first.content)),
        "content-type": "application/json",
        "connection": "close",
    }
    assert pull.headers["x-bktec-session"] == "session-1"
    assert pull.content == b"{}"
    assert [*result.body] == ["status", "report_format", "report"]
    assert result.content.startswith(
        b'{"status": "completed", "report_format": "pytest-json", "report": ['
    )
    assert run.report() == {
        "test_add[one]": "passed",
        "b]": "passed",
        "test_fails": "failed",
        "test_skipped": "skipped",
        "test_total": "passed",
    }
    assert (
        "[buildkite-pytest] Running batch b_1:\n[buildkite-pytest]   test_cart.py\n" in run.output
    )


def test_the_report_is_what_is_uploaded(project: Project) -> None:
    project.write({"test_cart.py": CART})
    run = run_pool(project, [[file("test_cart.py")]])

    assert run.host.reports["b_1"] == project.engine.executions
    assert len(project.engine.executions) == 5
    assert len(project.engine.runs) == 1


def test_the_report_has_no_location_prefix_and_the_file_that_was_asked_for(
    project: Project,
) -> None:
    project.environment["BUILDKITE_ANALYTICS_LOCATION_PREFIX"] = "services/shop"
    project.write(
        {
            "tests/base.py": "class Base:\n    def test_inherited(self): pass\n",
            "tests/test_it.py": "from base import Base\nclass TestIt(Base): pass\n",
        }
    )
    run = run_pool(project, [[file("tests/test_it.py")]])

    (entry,) = run.host.reports["b_1"]
    assert entry["file_name"] == "tests/test_it.py"
    assert entry["location"] == "tests/base.py:2"
    (uploaded,) = project.engine.executions
    assert uploaded["file_name"] == "services/shop/tests/base.py"
    assert uploaded["id"] == entry["id"]
    assert run.host.verdicts == {"tests/test_it.py": "passed"}


def test_a_report_has_nothing_that_was_not_asked_for(project: Project) -> None:
    project.write(
        {
            "test_skipped.py": "import pytest\npytest.importorskip('nothing')\ndef test_a(): 1\n",
            "test_broken.py": "import nothing_there\n",
            "test_cart.py": CART,
        }
    )
    examples = ["test_skipped.py::test_a", "test_broken.py::test_b", "test_cart.py::test_add[one]"]
    run = run_pool(project, [[*map(example, examples)]])

    assert run.report() == {"test_add[one]": "passed"}
    assert [*run.host.verdicts.values()] == ["errored", "errored", "passed"]
    assert not run.host.errors


def test_without_a_token_it_reports_and_uploads_nothing(project: Project) -> None:
    project.token = None
    project.write({"test_cart.py": CART})
    run = run_pool(project, [[file("test_cart.py")]])

    assert run.status == 0, run.output
    assert len(run.report()) == 5
    assert not project.engine.requests


def test_switched_off_it_reports_and_uploads_nothing(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_ENABLED"] = "false"
    project.write({"test_cart.py": CART})
    run = run_pool(project, [[file("test_cart.py")]])

    assert len(run.report()) == 5
    assert not project.engine.requests


def test_all_batches_are_one_run_for_every_output(project: Project) -> None:
    """A page and a receiver of traces have what is uploaded, whatever batch it came in."""
    project.write({"test_cart.py": CART, "test_more.py": "def test_more(): pass\n"})
    with Receiver() as receiver:
        project.environment["BUILDKITE_ANALYTICS_OTLP"] = receiver.url
        project.environment["BUILDKITE_ANALYTICS_REPORT"] = "report.html"
        run = run_pool(project, [[file("test_cart.py")], [file("test_more.py")]])
        assert run.status == 0, run.output
        traced = {span.name for span in receiver.roots}

    (shown,) = runs_of(project.path / "report.html")
    # The page has the first letters alone.
    uploaded = {result["name"]: result["result"][0] for result in project.engine.executions}
    assert shown.outcomes == uploaded
    assert len(traced) == len(uploaded) == 6


@pytest.mark.parametrize(
    ("tests", "names"),
    [
        ([example("test_cart.py::test_add[a::b]")], ["b]"]),
        ([selector("test_cart.py::test_add")], ["b]", "test_add[one]"]),
        ([selector("test_cart.py::TestCart")], ["test_total"]),
        ([file("sub")], ["test_here", "test_there"]),
        ([example("test_cart.py::TestCart::test_total")] * 2, ["test_total"]),
        ([example("test_cart.py::test_ad")], []),
    ],
)
def test_selectors(project: Project, tests: list[Any], names: list[str]) -> None:
    project.write(
        {
            "test_cart.py": CART,
            "sub/test_x.py": "def test_here(): pass\n",
            "sub/deep/test_y.py": "def test_there(): pass\n",
        }
    )
    run = run_pool(project, [tests])

    assert sorted(run.report()) == names, run.output


FIXTURES = """
    import pytest

    @pytest.fixture(scope="session", autouse=True)
    def for_all():
        print("\\nsession begins")
        yield
        print("\\nsession ends")

    @pytest.fixture(scope="module", autouse=True)
    def for_module():
        print("\\nmodule begins")
        yield
        print("\\nmodule ends")
"""


def test_session_fixtures_live_through_all_batches_and_others_do_not(project: Project) -> None:
    project.write(
        {
            "conftest.py": FIXTURES,
            "test_a.py": """
                print("collected")
                def test_1(): print("one")
                def test_2(): print("two")
            """,
        }
    )
    run = run_pool(
        project, [[file("test_a.py")], [example("test_a.py::test_2")], [file("test_a.py")]], "-s"
    )

    words = ["session begins", "session ends", "module begins", "module ends", "one", "two"]
    lines = [line.strip(".") for line in run.output.splitlines()]
    seen = [line for line in lines if line in words]
    both = ["module begins", "one", "two", "module ends"]
    second = ["module begins", "two", "module ends"]
    assert seen == ["session begins", *both, *second, *both, "session ends"]
    assert run.output.count("collected\n") == 1


def test_a_test_runs_again_as_if_for_the_first_time(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
            import pytest
            runs = []

            class TestIt:
                def test_it(self, request, record_property):
                    assert not hasattr(self, "touched")
                    self.touched = True
                    runs.append(1)
                    print(f"run {len(runs)}")
                    record_property("run", len(runs))
                    assert len(request.node.user_properties) == 1
                    assert not request.node.get_closest_marker("slow")
                    request.node.add_marker(pytest.mark.xfail if len(runs) > 9 else "slow")
                    assert len(runs) > 2
        """,
            "pytest.ini": "[pytest]\nmarkers = slow\n",
        }
    )
    run = run_pool(project, [[file("test_it.py")]], retries=3)

    results = [entry for report in run.host.reports.values() for entry in report]
    assert [each["result"] for each in results] == ["failed", "failed", "passed"], run.output
    assert len({each["id"] for each in results}) == 3
    assert run.host.verdicts["test_it.py::TestIt::test_it"] == "passed"
    captured = str(results[1]["failure_expanded"])
    assert "run 2" in captured
    assert "run 1" not in captured
    assert project.engine.executions == results


def test_what_was_collected_of_a_folder_is_not_collected_again(project: Project) -> None:
    project.write(
        {
            "sub/test_a.py": "print('collected')\ndef test_1(): pass\n",
            "sub/test_b.py": "def test_2(): pass\n",
        }
    )
    run = run_pool(project, [[file("sub/test_a.py")], [file("sub")], [file("sub/test_b.py")]], "-s")

    assert run.output.count("collected\n") == 1
    assert [sorted(run.report(f"b_{n}")) for n in (1, 2, 3)] == [
        ["test_1"],
        ["test_1", "test_2"],
        ["test_2"],
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["test_it.py"],
        ["test_it.py::test_it"],
        ["-k", "it"],
        ["-m", "slow"],
        ["--deselect", "test_it.py"],
        ["-x"],
        ["--maxfail=2"],
        ["--lf"],
        ["--sw"],
        ["--collect-only"],
        ["--json=results.json"],
        ["--tag-filters", "color:red"],
        ["-n", "2"],
        ["--tx", "popen"],
        ["--reruns", "2"],
    ],
)
@pytest.mark.parametrize("is_in_ini", [False, True])
def test_what_a_pool_cannot_have_is_refused(
    project: Project, arguments: list[str], is_in_ini: bool
) -> None:
    project.use("xdist", "rerunfailures")
    project.write({"test_it.py": "def test_it(): pass\n"})
    if is_in_ini:
        project.write({"pytest.ini": f"[pytest]\naddopts = {' '.join(arguments)}\n"})
        arguments = []
    run = run_pool(project, [[file("test_it.py")]], *arguments)

    assert run.status == 4, run.output
    assert "ERROR: buildkite-pytest cannot run with" in run.output
    assert not run.host.exchanges
    assert not project.engine.requests


@pytest.mark.parametrize("option", ["--ff", "--nf", "--ignore=other", "--merge-json", "-q", "-v"])
def test_what_a_pool_can_have(project: Project, option: str) -> None:
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = run_pool(project, [[file("test_it.py")]], option)

    assert run.status == 0, run.output
    assert run.report() == {"test_it": "passed"}


def test_without_a_socket_it_says_how_it_is_used(project: Project) -> None:
    done = project.run("-c", SCRIPT)

    assert done.returncode == 4
    assert f"{SOCKET} is not set: use bktec pool exec" in done.stderr


def test_without_the_collector_nothing_is_run(project: Project) -> None:
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = run_pool(project, [[file("test_it.py")]], "-p", "no:buildkite-test-collector")

    assert run.status == 5
    assert "[buildkite-pytest] nothing is run" in run.output
    assert not run.host.exchanges


def test_where_there_are_no_unix_sockets_it_says_so(project: Project) -> None:
    done = project.run("-c", f"import socket; del socket.AF_UNIX; {SCRIPT}")

    assert done.returncode == 4
    assert "bktec's pools are for Linux and macOS" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_it_says_what_pytest_says_of_itself(project: Project, option: str) -> None:
    done = project.run("-c", SCRIPT, option)

    assert done.returncode == 0, done.stderr
    assert "pytest" in done.stdout


def test_debug_enabled_says_what_was_exchanged(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "true"
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = run_pool(project, [[file("test_it.py")]])

    told = [line for line in run.output.splitlines() if " (debug): POST /v1/" in line]
    assert len(told) == 4
    assert '"type": "batch"' in told[1]
    assert '"plan_completed"' in told[3]
    assert TOKEN not in run.output


@needs_courier
def test_results_are_posted_before_and_without_an_upload(project: Project) -> None:
    project.write(
        {
            "test_a.py": "def test_a(): pass\n",
            # It ends when the results of the first batch have arrived, while this one runs.
            "test_b.py": """
            import pathlib, time
            def test_b():
                while not pathlib.Path("arrived").exists():
                    time.sleep(0.01)
        """,
        }
    )
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.1"
    batches = [[file("test_a.py")], [file("test_b.py")]]
    with hosted(batches) as host, started(project, host) as runner:
        host.wait_for(lambda host: "b_1" in host.reports)
        project.engine.wait_for(1, 30)
        assert "b_2" not in host.reports
        (project.path / "arrived").touch()
        assert runner.wait(60) == 0

    assert [each["name"] for each in project.engine.executions] == ["test_a", "test_b"]


def test_memory_does_not_grow_with_batches(project: Project) -> None:
    tests = "".join(f"def test_{n}(): pass\n" for n in range(3000))
    project.write(
        {
            "test_many.py": tests,
            "conftest.py": """
            import pathlib, pytest
            def rss(): return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4
            sizes = []
            def pytest_runtest_logfinish(): sizes.append(rss())
            def pytest_unconfigure():
                pathlib.Path("sizes").write_text(f"{sizes[20]} {sizes[-1]}")
        """,
        }
    )
    run = run_pool(project, [[example(f"test_many.py::test_{n}")] for n in range(400)], "-q")

    assert len(run.host.reports) == 400
    early, late = map(int, (project.path / "sizes").read_text().split())
    # pytest itself keeps each report, about 5 KB a test.
    assert late - early < 6_000, (early, late)


def test_a_library_call_takes_arguments_and_returns_the_status(project: Project) -> None:
    project.write({"test_it.py": "def test_it(): assert 0\n"})
    script = "from buildkite_test_collector.pytest_runner import main; print('got', main(['-q']))"
    with hosted([[file("test_it.py")]]) as host, started(project, host, script=script) as runner:
        assert runner.wait(60) == 0

    assert "got 0" in project.output.read_text()
