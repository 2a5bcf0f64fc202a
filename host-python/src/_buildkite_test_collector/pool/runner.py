"""The pool runner: a plugin beside ours that owns the collection and the loop of a pytest run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from .. import plugin

# Loaded before any conftest, as what records is in every run.
from ..session import Session as Session
from ..terminal import NAME as OURS
from . import NAME
from .batches import Batches
from .host import Host
from .refusals import refused

#: The variable that holds the path of the host's socket.
SOCKET = "BUILDKITE_TEST_ENGINE_RUNNER_SOCKET"

#: The name of our plugin, as pytest knows it by its entry point.
COLLECTOR = "buildkite-test-collector"


class PoolRunner:
    """Runs batches until there are no more, in the hooks of one pytest."""

    #: Under this name pytest registers it.
    __name__ = plugin.POOL

    def __init__(self) -> None:
        #: Whether there was anything to run, or would have been.
        self.has_begun = False
        #: Whether the host has said that there is no more.
        self.is_done = False
        self._batches: Batches | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        """Refuse what a pool cannot be, before anything is begun."""
        if config.option.help or config.option.version:
            return None
        if not config.pluginmanager.hasplugin(COLLECTOR):
            print(  # noqa: T201
                f"[{NAME}] nothing is run: without the plugin {COLLECTOR} nobody reports to bktec",
                file=sys.stderr,
            )
            return int(pytest.ExitCode.NO_TESTS_COLLECTED)
        if options := refused(config):
            raise pytest.UsageError(
                f"{NAME} cannot run with {', '.join(options)}: "
                "bktec chooses the tests, and tries again those that fail"
            )
        if not os.environ.get(SOCKET):
            raise pytest.UsageError(f"{SOCKET} is not set: use bktec pool exec -- {NAME}")
        return None

    def pytest_collection(self) -> bool:
        """Collect what a batch names, and nothing at the start."""
        if self._batches is not None:
            self._batches.collection.collect_wanted()
        return True

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out of a folder what was collected before."""
        path = os.path.normpath(collection_path)
        is_known = self._batches is not None and self._batches.collection.is_known(path)
        return True if is_known else None

    # When our recorder has written it.
    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Something was collected, or could not be."""
        if self._batches is not None and not report.passed:
            self._batches.collection.failed(report)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all batches."""
        self.has_begun = True
        config = session.config
        terminal = config.pluginmanager.getplugin("terminalreporter")

        def say(line: str) -> None:
            text = "".join(
                each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line
            )
            if terminal is not None:
                terminal.ensure_newline()
                terminal.write_line(text)
            else:
                print(text, file=sys.stderr)  # noqa: T201

        run = plugin.session_of(config)
        if run is None or run.journal is None:
            say(f"[{NAME}] nothing is run: there would be no results")
            return True
        debug = None
        if run.is_debugged:
            debug = lambda line: say(f"{OURS} (debug): {line}")  # noqa: E731
        host = Host(os.environ[SOCKET], debug)
        self._batches = Batches(session, host, run.journal, say)
        self.is_done = self._batches.run()
        return True
