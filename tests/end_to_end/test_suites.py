"""How two runs of a suite are compared: differences are found, and recorded calls counted."""

from __future__ import annotations

import textwrap

import pytest
from suites.account import Account

from .project import Project

pytest.importorskip("pytest_reportlog")

SUITE = """
    import time, warnings
    import pytest

    def test_one():
        warnings.warn("object at 0x7f00", UserWarning)
        time.sleep(0.001)
    @pytest.mark.xfail
    def test_two(): assert False
    def test_three(): pass
"""


def account(project: Project, suite: str, auto_spans: str = "off") -> Account:
    """Run a suite, and return what came of it."""
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": auto_spans,
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
    }
    log = project.path / "reports.jsonl"
    run = project.test(textwrap.dedent(suite), f"--report-log={log}")
    return Account.read(run.status, log, project.path / "events.ndjson")


def test_nothing_differs_but_what_is_recorded(project: Project) -> None:
    off = account(project, SUITE)
    on = account(project, SUITE.replace("0x7f00", "0x8a11"), "on")

    assert off.differences(on) == []
    assert (on.tests, on.calls_of("sleep"), off.calls) == (3, {"test_it.py": 1}, {})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("time.sleep(0.001)", "assert False", ["exited with 0, and then with 1", "test_one call"]),
        ("@pytest.mark.xfail", "@pytest.mark.skip", ["test_two setup passed", "test_two call"]),
        ("def test_three", "def three", ["test_three setup passed False, and then nothing"]),
        ("UserWarning", "FutureWarning", ["no longer: UserWarning", "only then: FutureWarning"]),
        ("    def test_one", "\n    def test_one", ["no longer: UserWarning", "only then: "]),
    ],
    ids=["outcome", "skip", "missing", "category", "line"],
)
def test_a_difference_is_found(project: Project, old: str, new: str, said: list[str]) -> None:
    differences = account(project, SUITE).differences(account(project, SUITE.replace(old, new)))

    for part in said:
        assert any(part in each for each in differences), (part, differences)
    assert len(differences) >= len(said)


def test_another_order_is_a_difference(project: Project) -> None:
    swapped = SUITE.replace("test_two", "test_x").replace("test_three", "test_two")
    swapped = swapped.replace("test_x", "test_three")

    assert account(project, SUITE).differences(account(project, swapped))


def test_what_is_unreliable_without_us_is_no_difference(project: Project) -> None:
    off, on = account(project, SUITE), account(project, SUITE.replace("time.sleep(", "int("))
    again = account(project, SUITE.replace("time.sleep(0.001)", "assert False"))

    unreliable = off.unlike(again)
    assert unreliable == {"test_it.py::test_one"}
    assert off.unlike(on) == set()
    assert any("test_one" in each for each in off.differences(again))
    assert not off.differences(again, unreliable)
