"""The pytest plugin: options, the marker, the fixture, and what is set up for a run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

# Clocks and the working directory are held from here on, before any conftest.
from .clock import Clock as Clock
from .settings import OFF, OUTPUTS, Settings, add_contested, add_settings

if TYPE_CHECKING:
    from .recording.evidence import Evidence
    from .session import Session
    from .spans.collector import SpanCollector
else:
    # Imported when it is needed alone.
    Evidence = Session = SpanCollector = Any

#: What the controller puts into the input of a worker whose evidence is wanted: whether the run is
#: uploaded.
WORKER_INPUT = "buildkite_test_collector"

#: The variable that marks the courier: what was started as such by mistake may run pytest.
GUARD = "BUILDKITE_TEST_COLLECTOR_IS_COURIER"

#: The name of the pool runner, whose runs are recorded whoever else wants to know of them.
POOL = "buildkite-test-collector-pool"

_evidence = pytest.StashKey["Evidence"]()
_lost = pytest.StashKey["list[tuple[str, str]]"]()
_session = pytest.StashKey["Session"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add everything that can be set."""
    add_settings(parser)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser
) -> Generator[None, object, None]:
    """Load what records before any conftest, and add the options that others may have after it."""
    with contextlib.suppress(Exception):
        settings = Settings.of_arguments(early_config)
        if GUARD not in os.environ and settings.is_active:
            # What they hold, a conftest can replace no more.
            from . import session as session

            if settings.has_outputs and settings.courier != "false":
                from .courier import launch as launch
    yield
    # Each plugin has added its own now.
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
        "execution_tag(key, value): tag the test's executions in Buildkite Test Engine; "
        "both are strings",
    )
    try:
        _configure(config)
    except Exception as error:
        from .recording.notice import Notice

        config.pluginmanager.register(Notice([f"nothing is recorded: {error!r}"]))


def _configure(config: pytest.Config) -> None:
    # What a run does not need is not imported: every start of pytest would pay for it.
    settings = Settings.of_config(config)
    if settings.tag_filters:
        from .recording.tag_filter import TagFilter

        config.pluginmanager.register(TagFilter(settings.tag_filters))
    if GUARD in os.environ:
        return
    if hasattr(config, "workerinput"):
        _configure_worker(config, settings)
        return
    if settings.is_active or config.pluginmanager.hasplugin(POOL):
        _configure_owner(config, settings)
    if not settings.is_active and settings.enabled and "CI" in os.environ:
        from .recording.notice import Notice, is_in_ci

        if is_in_ci():
            said = ["nothing is uploaded: BUILDKITE_ANALYTICS_TOKEN is not set"]
            config.pluginmanager.register(Notice([*said, *settings.complaints]))


def _configure_worker(config: pytest.Config, settings: Settings) -> None:
    """Set up a process that runs tests for another one."""
    wanted = config.workerinput.get(WORKER_INPUT)  # type: ignore[attr-defined]
    if wanted is None:
        return
    from .recording.evidence import WorkerEvidence
    from .surroundings import nesting

    if wanted:
        nesting.enter()
        config.add_cleanup(nesting.leave)
    _watch(config, WorkerEvidence(), settings)


def _configure_owner(config: pytest.Config, settings: Settings) -> None:
    """Set up the process that owns the run."""
    from .surroundings import nesting

    if not settings.nested and nesting.is_nested():
        settings = settings.of_nested_run()
    if not settings.is_active:
        if not config.pluginmanager.hasplugin(POOL):
            return
        settings = settings.but(**dict.fromkeys(OUTPUTS, ""))
    from .recording.evidence import Evidence
    from .session import Session

    nesting.enter()
    config.add_cleanup(nesting.leave)
    evidence = _watch(config, Evidence(), settings)
    config.stash[_session] = Session(config, settings, evidence)
    config.pluginmanager.register(config.stash[_session])


def session_of(config: pytest.Config) -> Session | None:
    """Return the run that this process owns, if it records one."""
    return config.stash.get(_session, None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist that its evidence is wanted."""
    if _session in node.config.stash:
        node.workerinput[WORKER_INPUT] = node.config.stash[_session].is_uploaded


def _spans(request: pytest.FixtureRequest) -> SpanCollector:
    """Record spans for the test that is running: `record`, `measure`, `current_test`."""
    from .recording.evidence import ThreadWatch
    from .spans.collector import SpanCollector

    evidence = request.config.stash.get(_evidence, None)
    if evidence is not None and evidence.automatic is None:
        # Not before: only spans ask which thread runs which test.
        request.config.pluginmanager.register(ThreadWatch(evidence))
    return SpanCollector(evidence)


# No decorator: beartype, which decorates whatever is defined here, would take the fixture away.
spans = pytest.fixture(scope="session", name="spans")(_spans)


def _watch(config: pytest.Config, evidence: Evidence, settings: Settings) -> Evidence:
    config.stash[_evidence] = evidence
    config.pluginmanager.register(evidence)
    if settings.auto_spans != OFF:
        from .spans.automatic.automatic_spans import watch
        from .spans.automatic.names import choose

        watch(config, evidence, choose(settings.auto_spans)[0], settings.trace_min_ms)
    return evidence
