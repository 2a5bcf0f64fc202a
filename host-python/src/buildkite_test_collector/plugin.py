"""The pytest plugin: options, the marker, the fixture, and what is set up for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from . import nesting
from .evidence import MARKER, Evidence, WorkerEvidence
from .notice import NoToken, is_in_ci
from .settings import Settings, add_contested, add_settings
from .tag_filter import TagFilter

if TYPE_CHECKING:
    from .session import Session
    from .spans import SpanCollector

#: What the controller puts into the input of a worker whose evidence is wanted: whether the run is
#: uploaded.
WORKER_INPUT = "buildkite_test_collector"

_evidence = pytest.StashKey[Evidence]()
_lost = pytest.StashKey[list[tuple[str, str]]]()
_session: pytest.StashKey[Session] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add everything that can be set."""
    add_settings(parser)


def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Add the options that another plugin may have, now that each has added its own."""
    early_config.stash[_lost] = add_contested(parser)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which option has another name here."""
    return [
        f"buildkite-test-collector: {option} is another plugin's, ours is {instead}"
        for option, instead in config.stash.get(_lost, [])
    ]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set up what this run, or this worker of a run, needs."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(key, value): tag the test's executions in Buildkite Test Engine; "
        "both are strings",
    )
    settings = Settings.of_config(config)
    if settings.tag_filters:
        config.pluginmanager.register(TagFilter(settings.tag_filters))
    if hasattr(config, "workerinput"):
        if WORKER_INPUT in config.workerinput:
            if config.workerinput[WORKER_INPUT]:
                nesting.enter()
                config.add_cleanup(nesting.leave)
            _watch(config, WorkerEvidence())
        return
    if settings.enabled and not settings.nested and nesting.is_nested():
        settings = settings.of_nested_run()
    if settings.is_active:
        # What a run that sends nothing never needs is not imported.
        from . import session

        nesting.enter()
        config.add_cleanup(nesting.leave)
        evidence = _watch(config, Evidence())
        config.stash[_session] = session.Session(config, settings, evidence)
        config.pluginmanager.register(config.stash[_session])
    elif settings.enabled and is_in_ci() and not nesting.is_in_a_test():
        config.pluginmanager.register(NoToken(settings))


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
