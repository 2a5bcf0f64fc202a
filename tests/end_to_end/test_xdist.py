"""pytest-xdist: workers on this machine and on others, whole and crashing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stand_in import TestEngine

    from .host import Host
    from .project import Finished, Project

SUITE = {
    "test_a.py": """
        import pytest

        @pytest.mark.execution_tag("team", "a")
        def test_tagged(spans):
            with spans.measure("sql", {"query": "SELECT 1"}):
                pass

        @pytest.mark.parametrize("n", range(10))
        def test_many(n):
            pass

        @pytest.fixture
        def broken():
            yield
            raise RuntimeError("teardown")

        def test_teardown(broken):
            pass
    """,
    "test_b.py": """
        import pytest

        @pytest.mark.xdist_group("one")
        class TestGroup:
            def test_fails(self):
                assert 1 == 2

            def test_skips(self):
                pytest.skip("why")
    """,
}

EXPECTED = {
    "test_tagged": "passed",
    **{f"test_many[{n}]": "passed" for n in range(10)},
    "test_teardown": "failed",
    "TestGroup::test_fails": "failed",
    "TestGroup::test_skips": "skipped",
}


def assert_whole(run: Finished, engine: TestEngine) -> None:
    """Assert that a run of the suite gave each result once, complete, as one run."""
    assert run.status == 1
    # Where tests are grouped, pytest-xdist itself appends the group to the name.
    outcomes = {name.replace("@one", ""): result for name, result in run.outcomes.items()}
    assert outcomes == EXPECTED
    assert len(run.results) == len(EXPECTED)
    assert len(engine.runs) == 1
    tagged = run.one("test_tagged")
    assert tagged["tags"] == {"team": "a"}
    assert [span["section"] for span in tagged["history"]["children"]] == ["sql"]
    assert tagged["location"] == "test_a.py:4"
    for result in run.results:
        assert 0 <= result["history"]["duration"] < 30
        assert result["history"]["start_at"] < 60


@pytest.mark.parametrize(
    "arguments",
    [
        ["-n", "0"],
        ["-n", "2"],
        ["-n", "2", "--dist", "loadfile"],
        ["-n", "2", "--dist", "loadscope"],
        ["-n", "2", "--dist", "loadgroup"],
        ["-n", "2", "--dist", "worksteal"],
        ["--dist", "load", "--tx", "2*popen"],
    ],
    ids=" ".join,
)
def test_every_way_to_distribute(
    project: Project, engine: TestEngine, arguments: list[str]
) -> None:
    """W17, W19, W26: workers had runs of their own, and results came twice or bare."""
    project.use("xdist")
    project.write(SUITE)
    run = project.pytest(*arguments)

    assert_whole(run, engine)


def test_each_worker_runs_all(project: Project, engine: TestEngine) -> None:
    project.use("xdist")
    project.write(SUITE)
    run = project.pytest("--dist", "each", "--tx", "2*popen")

    assert run.counts == {"passed": 22, "failed": 4, "skipped": 2}
    assert len(engine.runs) == 1
    assert len({result["id"] for result in run.results}) == 28


def test_workers_on_another_host(project: Project, engine: TestEngine, elsewhere: Host) -> None:
    """A suite that is spread over hosts is one run, and their clocks do not show."""
    project.use("xdist")
    project.write(SUITE)
    # Another host knows nothing of the suite's token.
    environ = {k: v for k, v in project.environ().items() if not k.startswith("BUILDKITE")}
    with elsewhere.serving(project.path, environ) as address:
        there = f"socket={address}//chdir={project.path}"
        run = project.pytest("--dist", "load", "--tx", there, "--tx", "popen", timeout=30)

    assert_whole(run, engine)


@pytest.mark.parametrize("how", ["os._exit(3)", "os.kill(os.getpid(), 9)", "ctypes.string_at(0)"])
def test_a_worker_that_crashes(project: Project, how: str) -> None:
    """W3: everything that the worker had run was lost."""
    project.use("xdist")
    run = project.test(
        f"""
        import ctypes, os, pytest

        @pytest.mark.parametrize("n", range(10))
        def test_before(n):
            pass

        @pytest.mark.execution_tag("team", "a")
        def test_crash():
            {how}

        @pytest.mark.parametrize("n", range(10))
        def test_after(n):
            pass
        """,
        *("-n", "2", "-p", "no:faulthandler"),
    )

    assert run.counts == {"passed": 20, "failed": 1}
    crashed = run.one("test_crash")
    assert "crashed" in crashed["failure_reason"]
    assert crashed["tags"] == {"team": "a"}


def test_collection_errors_come_once(project: Project) -> None:
    """W18: each worker used to upload its own."""
    project.use("xdist")
    project.write({"test_broken.py": "import does_not_exist\n", **SUITE})
    run = project.pytest("-n", "3")

    broken = [result for result in run.results if result["name"] == "test_broken.py"]
    assert [result["result"] for result in broken] == ["failed"]
    assert len(run.results) == len(EXPECTED) + 1


def test_fixtures_that_fail_late_in_a_worker(project: Project) -> None:
    project.use("xdist")
    run = project.test(
        """
        import pytest

        @pytest.fixture(scope="session")
        def session():
            yield
            raise RuntimeError("session")

        @pytest.mark.parametrize("n", range(6))
        def test_it(session, n):
            pass
        """,
        *("-n", "2"),
    )

    # The last test of each worker takes the fixture down.
    assert run.counts == {"passed": 4, "failed": 2}
    assert {r.get("failure_reason") for r in run.results} == {None, "RuntimeError: session"}
