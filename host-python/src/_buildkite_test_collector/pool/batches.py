"""Batches one after the other: pulled, run by pytest's protocol, and answered for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ..errors import ComponentError
from ..journal.writer import Journal
from . import NAME
from .batch_reports import BatchReports
from .collection import Collection
from .host import Batch, Done, Host, HostError, Wait
from .selectors import SelectorError, selector_of
from .signals import Stopped, StopSignals

# Held from the moment of loading: tests replace clocks.
_sleep = time.sleep


class Batches:
    """All batches of a session."""

    def __init__(
        self,
        session: pytest.Session,
        host: Host,
        journal: Journal,
        say: Callable[[str], None],
    ) -> None:
        """Prepare to run batches.

        Args:
            session: What runs them.
            host: Who hands them out.
            journal: What came of them.
            say: Shows a line.
        """
        self._session = session
        self._host = host
        self._reports = BatchReports(journal)
        self._say = say
        self._signals = StopSignals()
        self.collection = Collection(session, self._reports)
        self._dispatched: set[str] = set()
        self._last: pytest.Item | None = None

    def run(self) -> bool:
        """Run them; return whether the host has said that there is no more."""
        with self._signals.listening():
            try:
                with self._signals.interruptible():
                    self._host.begin()
                with self._reports.following():
                    return self._run_all()
            except Stopped:
                self._stop()
            except (HostError, ComponentError) as error:
                self._say(f"[{NAME}] {error}")
            finally:
                self._end_session_fixtures()
        return False

    def _run_all(self) -> bool:
        while True:
            with self._signals.interruptible():
                answer = self._host.pull()
                if isinstance(answer, Wait):
                    _sleep(answer.seconds)
            if isinstance(answer, Done):
                return True
            if isinstance(answer, Batch) and not self._answer_for(answer):
                return False

    def _answer_for(self, batch: Batch) -> bool:
        """Run a batch and post what came of it; return whether another one may follow."""
        try:
            report = self._run(batch)
        except SelectorError as error:
            self._say(f"[{NAME}] {error}")
            self._host.error(batch, str(error))
        except (pytest.exit.Exception, self._session.Interrupted, self._session.Failed) as error:
            # A test wants no other one to run.
            self._say(f"[{NAME}] {error}")
            self._host.error(batch, f"the session was ended: {error}")
            return False
        except KeyboardInterrupt:
            self._signals.reason = self._signals.reason or "signal_int"
            raise Stopped from None
        except Stopped:
            # The batch stays with the host, for another runner.
            raise
        except BaseException as error:
            # pytest sees to it; the host learns that nothing comes of this batch.
            self._host.error(batch, f"{type(error).__name__}: {error}")
            raise
        else:
            self._host.complete(batch, report)
        return True

    def _run(self, batch: Batch) -> str:
        """Run the tests of a batch, and return the report."""
        session = self._session
        root = str(session.config.rootpath)
        selectors = [selector_of(test, root) for test in batch.tests]
        for line in (f"Running batch {batch.id}:", *(f"  {each.text}" for each in selectors)):
            self._say(f"[{NAME}] {line}")
        items, asked = self.collection.select(selectors)
        session.items = items
        self._dispatched.update(item.nodeid for item in items)
        session.testscollected = len(self._dispatched)
        # As the session comes next, nothing but its own fixtures lives on.
        nodes: list[pytest.Item | pytest.Session] = [*items[1:], session]
        for item, following in zip(items, nodes):
            self._run_test(item, following)
        if self._signals.reason:
            raise Stopped
        return self._reports.report(asked)

    def _run_test(self, item: pytest.Item, following: pytest.Item | pytest.Session) -> None:
        session = self._session
        if self._signals.reason:
            raise Stopped
        self._last = item
        self.collection.refreshing.prepare(item)
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _stop(self) -> None:
        """Tell the host that a signal has ended this runner; what ran is uploaded."""
        self._say(f"[{NAME}] stopped by {self._signals.reason}")
        try:
            self._host.end(self._signals.reason)
        except HostError as error:
            self._say(f"[{NAME}] {error}")

    def _end_session_fixtures(self) -> None:
        """End the fixtures that have lived through all batches.

        Should one fail, so has the last test, as in every run of pytest.
        """
        session, item = self._session, self._last
        if item is None:
            return
        call = pytest.CallInfo.from_call(
            lambda: session._setupstate.teardown_exact(None), when="teardown"
        )
        if call.excinfo is None:
            return
        hook = session.config.hook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        report = hook.pytest_runtest_makereport(item=item, call=call)
        hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
