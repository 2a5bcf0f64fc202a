"""The pytest plugin: options, the marker, the fixture, and what is set up for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import nesting
from .evidence import MARKER, Evidence, WorkerEvidence
from .settings import Settings
from .tag_filter import TagFilter

if TYPE_CHECKING:
    from .session import Session
    from .spans import SpanCollector

#: What the controller puts into the input of a worker whose evidence is wanted: whether the run is
#: uploaded.
WORKER_INPUT = "buildkite_test_collector"

_evidence = pytest.StashKey[Evidence]()
_session: pytest.StashKey[Session] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("buildkite", "Buildkite Test Engine")
    group.addoption(
        "--json",
        dest="jsonpath",
        metavar="PATH",
        help="write the results to this file, as a JSON array",
    )
    group.addoption(
        "--merge-json",
        dest="mergejson",
        action="store_true",
        help="keep the results that the --json file has",
    )
    group.addoption(
        "--tag-filters",
        dest="tag_filters",
        metavar="KEY:VALUE",
        help="run only tests with this execution_tag, for example color:red",
    )
    group.addoption(
        "--buildkite-nested",
        dest="buildkite_nested",
        action="store_true",
        help="upload also when a test of another run that is uploaded has started this one",
    )
    group.addoption(
        "--buildkite-journal",
        dest="buildkite_journal",
        metavar="PATH",
        help="write the run's events to this file, and keep it",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set up what this run, or this worker of a run, needs."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(key, value): tag the test's executions in Buildkite Test Engine; "
        "both are strings",
    )
    if config.getoption("tag_filters"):
        config.pluginmanager.register(TagFilter(config.getoption("tag_filters")))
    if hasattr(config, "workerinput"):
        if WORKER_INPUT in config.workerinput:
            if config.workerinput[WORKER_INPUT]:
                nesting.enter()
                config.add_cleanup(nesting.leave)
            _watch(config, WorkerEvidence())
        return
    settings = Settings.of_config(config)
    if settings.token and not settings.is_nested_wanted and nesting.is_nested():
        settings = settings.without_upload()
    if settings.is_active:
        # What a run that sends nothing never needs is not imported.
        from . import session

        if settings.token:
            nesting.enter()
            config.add_cleanup(nesting.leave)
        evidence = _watch(config, Evidence())
        config.stash[_session] = session.Session(config, settings, evidence)
        config.pluginmanager.register(config.stash[_session])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist that its evidence is wanted."""
    if _session in node.config.stash:
        node.workerinput[WORKER_INPUT] = node.config.stash[_session].is_uploaded


@pytest.fixture(scope="session")
def spans(request: pytest.FixtureRequest) -> SpanCollector:
    """Record spans for the test that is running: `record`, `measure`, `current_test`."""
    from .spans import SpanCollector

    return SpanCollector(request.config.stash.get(_evidence, None))


def _watch(config: pytest.Config, evidence: Evidence) -> Evidence:
    config.stash[_evidence] = evidence
    config.pluginmanager.register(evidence)
    return evidence
