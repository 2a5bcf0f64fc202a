"""Plugins that run a test again: each attempt is an execution of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Finished, Project

#: Fails twice, then passes; and its neighbours.
FLAKY = """
    import time, pytest

    attempts = []

    def test_stable():
        pass

    {mark}
    def test_flaky(spans):
        with spans.measure("annotation", {{"content": str(len(attempts))}}):
            time.sleep(0.01)
        attempts.append(1)
        assert len(attempts) == 3, f"attempt {{len(attempts)}}"

    def test_last():
        pass
"""


def attempts(run: Finished) -> list[tuple[str, str | None]]:
    """Return the result and the reason of each attempt at the flaky test."""
    return [
        (result["result"], (result.get("failure_reason") or "").partition("\n")[0] or None)
        for result in run.results
        if result["name"].startswith("test_flaky")
    ]


THREE = [
    ("failed", "AssertionError: attempt 1"),
    ("failed", "AssertionError: attempt 2"),
    ("passed", None),
]


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["plain", "xdist"])
@pytest.mark.parametrize(
    ("mark", "arguments"),
    [("", ["--reruns", "3"]), ("@pytest.mark.flaky(reruns=3)", [])],
    ids=["option", "marker"],
)
def test_rerunfailures(
    project: Project, mark: str, arguments: list[str], workers: list[str]
) -> None:
    """W2: every test of such a run, flaky or not, lost its result."""
    project.use("rerunfailures", "xdist")
    run = project.test(FLAKY.format(mark=mark), *arguments, *workers)

    assert run.status == 0
    assert attempts(run) == THREE
    assert run.counts == {"passed": 3, "failed": 2}
    flaky = [result for result in run.results if result["name"] == "test_flaky"]
    assert len({result["id"] for result in flaky}) == 3
    for number, result in enumerate(flaky):
        (span,) = result["history"]["children"]
        assert span["detail"]["content"] == str(number)
        assert result["history"]["duration"] >= 0.01
    starts = [result["history"]["start_at"] for result in flaky]
    ends = [result["history"]["end_at"] for result in flaky]
    assert starts == sorted(starts)
    assert all(end <= start for end, start in zip(ends, starts[1:]))
    assert "2 rerun" in run.stdout


def test_rerunfailures_of_setup_and_teardown(project: Project) -> None:
    project.use("rerunfailures")
    run = project.test(
        """
        import pytest

        seen = []

        @pytest.fixture
        def setup():
            seen.append("setup")
            assert len(seen) > 1, "setup"

        @pytest.fixture
        def teardown():
            yield
            seen.append("teardown")
            assert seen.count("teardown") > 1, "teardown"

        def test_setup(setup): pass
        def test_teardown(teardown): pass
        def test_never(): assert False
        """,
        *("--reruns", "1"),
    )

    found = [(result["name"], result["result"]) for result in run.results]
    assert found[:2] == [("test_setup", "failed"), ("test_setup", "passed")]
    assert found[-2:] == [("test_never", "failed"), ("test_never", "failed")]
    # How a teardown that fails is run again differs between versions of the plugin.
    teardown = [result for name, result in found if name == "test_teardown"]
    assert teardown[0] == "failed"


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["plain", "xdist"])
def test_retry(project: Project, workers: list[str]) -> None:
    project.use("pytest-retry", "xdist")
    run = project.test(FLAKY.format(mark="@pytest.mark.flaky(retries=3)"), *workers)

    assert run.status == 0
    # pytest-retry reports its first attempt and its last.
    assert attempts(run) == [THREE[0], THREE[2]]
    assert run.counts == {"passed": 3, "failed": 1}
    spans = [
        span["detail"]["content"]
        for result in run.results
        for span in result["history"]["children"]
    ]
    assert sorted(spans) == ["0", "1", "2"]


def test_flaky(project: Project) -> None:
    project.use("flaky")
    mark = "@pytest.mark.flaky(max_runs=3)"
    run = project.test(FLAKY.format(mark=mark))

    assert run.status == 0
    # flaky reports the last attempt only.
    assert attempts(run)[-1] == ("passed", None)
    assert run.one("test_stable")["result"] == run.one("test_last")["result"] == "passed"


def test_repeat(project: Project) -> None:
    project.use("repeat")
    run = project.test("def test_it(): pass", "--count", "3")

    names = {result["name"] for result in run.results}
    assert names == {f"test_it[{n}-3]" for n in (1, 2, 3)}
    assert run.counts == {"passed": 3}


def test_randomly(project: Project) -> None:
    project.use("randomly")
    source = "import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_it(n): pass\n"
    run = project.test(source, "-p", "randomly", "-p", "no:cacheprovider")

    assert run.counts == {"passed": 20}
    assert len({result["name"] for result in run.results}) == 20
