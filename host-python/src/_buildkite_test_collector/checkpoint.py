"""Checkpoints: uploads during a run, between two tests.

What is uploaded early is not lost with a machine that is taken away. No test and no timeout plugin
may notice, so that it is done before the next test's whole protocol, and takes about 1 % of the
run's time at most.
"""

from __future__ import annotations

from os import getpid
from typing import TYPE_CHECKING, Callable

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from .recorder import Recorder

#: How long one checkpoint may take, in seconds.
PATIENCE = 5.0

#: How much longer the run must have taken than all of its checkpoints.
RARITY = 100


class Checkpoints:
    """Makes a checkpoint when the last one is an interval old, and all of them took little."""

    def __init__(
        self,
        plugins: pytest.PytestPluginManager,
        recorder: Recorder,
        upload: Callable[[float], None],
        interval: float,
    ) -> None:
        """Call `upload` with the seconds that it may take, every `interval` seconds at most."""
        self._plugins = plugins
        self._recorder = recorder
        self._upload = upload
        self._interval = interval * 1e9
        self._owner = getpid()
        # Tests of pytest-xdist's run elsewhere: any moment is between two of them.
        self._is_remote = plugins.hasplugin("dsession")
        self._spent = 0

    def test_is_over(self) -> None:
        """A test is over, in this process or another, and a checkpoint may be due."""
        if self._recorder.now() < self._recorder.due or getpid() != self._owner:
            return
        if self._is_remote:
            self.make()
        elif not self._plugins.has_plugin(_BeforeNextTest.NAME):
            self._plugins.register(_BeforeNextTest(self), _BeforeNextTest.NAME)

    def make(self) -> None:
        """Upload what has finished."""
        began = self._recorder.now()
        try:
            self._upload(PATIENCE)
        finally:
            over = self._recorder.now()
            self._spent += over - began
            self._recorder.due = max(over + self._interval, RARITY * self._spent)


class _BeforeNextTest:
    """Makes one checkpoint, outside of everything that belongs to a test."""

    NAME = "buildkite-test-collector-checkpoint"

    def __init__(self, checkpoints: Checkpoints) -> None:
        self._checkpoints = checkpoints

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, None, None]:
        """A test is about to run."""
        self._checkpoints._plugins.unregister(self)
        self._checkpoints.make()
        yield
