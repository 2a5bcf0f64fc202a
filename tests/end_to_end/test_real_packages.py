"""The tests of well-known packages: what we say of them is what pytest's own JUnit report says."""

from __future__ import annotations

import os
import statistics
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from .real_packages import PACKAGES, Bench, JUnit, Key, Package, junit_key, terminal_counts

if TYPE_CHECKING:
    from .project import Finished, Project, Report, Result


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The packages and their environment: made once, also where pytest-xdist runs the tests."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    path, made = shared / "real-packages", shared / "real-packages.made"
    with FileLock(shared / "real-packages.lock"):
        if not made.exists():
            path.mkdir(exist_ok=True)
            Bench.make(path, sys.executable, os.environ["BUILDKITE_TEST_COLLECTOR_WHEEL"])
            made.touch()
    return Bench(path)


@pytest.fixture
def clean(project: Project) -> Project:
    """A project whose environment is nobody's: the one of the packages holds no companions."""
    # Hypothesis then chooses the same examples in each run, and sets no deadline.
    project.environment = {"CI": "true", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    return project


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.requirement)
def test_our_account_is_that_of_junit(clean: Project, bench: Bench, package: Package) -> None:
    report = clean.path / "junit.xml"
    run = bench.test(
        package,
        clean,
        f"--junitxml={report}",
        "--override-ini=junit_family=xunit1",
        f"--json={clean.path / 'results.json'}",
        f"--buildkite-journal={clean.path / 'events.ndjson'}",
    )
    baseline = clean.path / "without.xml"
    without = bench.test(
        package,
        clean,
        "-p",
        "no:buildkite-test-collector",
        f"--junitxml={baseline}",
        "--override-ini=junit_family=xunit1",
    )

    assert run.status == without.status
    # A patch release of Python may fail a test of the package's own, with us and without.
    assert run.status in ({1} if package.bug else {0, 1})
    counted = terminal_counts(run.stdout)
    assert counted == terminal_counts(without.stdout)
    compare_reports(run, counted)

    results, junit = run.results, JUnit.read(report)
    assert junit.outcomes == JUnit.read(baseline).outcomes
    # A failure may be too long to be kept whole, which is said.
    assert run.said[0].startswith(f"Buildkite Test Engine: {len(results)} results uploaded to ")
    ours = {key_of(result): result for result in results}
    assert len(ours) == len(results)
    assert {key: result["result"] for key, result in ours.items()} == {
        key: test.result for key, test in junit.tests.items()
    }
    compare_durations(ours, junit, those_with_subtests(run), package.processes)
    compare_times(results, run)


def key_of(result: Result) -> Key:
    """Return how JUnit names the test of a result."""
    file, _, line = result["location"].rpartition(":")
    assert file == result["file_name"]
    return junit_key(result["scope"], result["name"], file, int(line))


def compare_reports(run: Finished, counted: Counter[str]) -> None:
    """Compare the reports in the journal with what pytest counts in its last line: reports, too."""
    calls = Counter(each.outcome for each in run.reports if each.when == "call")
    outcomes = Counter(each.outcome for each in run.reports)
    assert calls["passed"] == counted["passed"] + counted["xpassed"]
    assert outcomes["skipped"] == counted["skipped"] + counted["xfailed"]
    assert outcomes["failed"] == counted["failed"] + counted["error"]


def those_with_subtests(run: Finished) -> set[Key]:
    """Return the tests that the journal holds reports of subtests for."""
    numbers = {event["execution"] for event in run.journal if event.get("when") == "subtest"}
    return {
        junit_key(event["scope"], event["name"], event["file"], event["line"])
        for event in run.journal
        if event["event"] == "test-started" and event["execution"] in numbers
    }


def compare_durations(
    ours: dict[Key, Result], junit: JUnit, with_subtests: set[Key], processes: int
) -> None:
    """Compare durations with JUnit's, which are sums of setup, call and teardown.

    Ours go from a test's start to its end, so that what lies between the phases is in it.
    """
    seconds = {key: result["history"]["duration"] for key, result in ours.items()}
    # JUnit counts the time of subtests twice: by themselves, and in the call that they are in.
    excess = {key: seconds[key] - junit.tests[key].seconds for key in ours.keys() - with_subtests}
    assert {key: less for key, less in excess.items() if less < -0.001} == {}
    # Whatever else the machine is busy with, the tests of one process do not overlap, and what
    # delays some of them does not delay the most.
    assert sum(seconds.values()) <= junit.seconds * processes
    assert statistics.median(excess.values()) < 0.005


def compare_times(results: list[Result], run: Finished) -> None:
    """Compare the results' times with those of the phases, as the testing process saw them."""
    by_execution: dict[int, list[Report]] = {}
    for report in run.reports:
        by_execution.setdefault(report.execution, []).append(report)
    times = Counter(
        (microseconds(of[0].start), microseconds(of[-1].end)) for of in by_execution.values()
    )
    histories = [result["history"] for result in results]
    assert times == Counter(
        (round(history["start_at"] * 1e6), round(history["end_at"] * 1e6)) for history in histories
    )


def microseconds(nanoseconds: int) -> int:
    """Round as results do."""
    return (nanoseconds + 500) // 1_000
