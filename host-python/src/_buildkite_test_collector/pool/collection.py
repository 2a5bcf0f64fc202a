"""The tests of a pool: a file is collected when a batch first names it, and never again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest

from ..recording.identity import identity
from .batch_reports import Asked, BatchReports
from .refreshing import Refreshing
from .selectors import Selector, SelectorError, seen_from_start


class Collection:
    """All that was collected so far."""

    def __init__(self, session: pytest.Session, reports: BatchReports) -> None:
        self._session = session
        self._reports = reports
        #: Its tests, by file and by what their node ids have behind it: a file may have thousands,
        #: and a batch name one.
        self._items: dict[str, dict[str, list[pytest.Item]]] = {}
        #: The files and folders that were collected.
        self._collected: set[str] = set()
        #: The place of each test in all that was collected.
        self._places: dict[pytest.Item, int] = {}
        #: What could not be collected: what was asked for then, by node id.
        self._failed: dict[str, str] = {}
        #: What is being collected.
        self._wanted = ""
        #: Why the session itself could not collect it, as pytest says it.
        self._session_error = ""
        self._fresh: list[pytest.Item] = []
        self.refreshing = Refreshing()

    def select(self, selectors: Iterable[Selector]) -> tuple[list[pytest.Item], list[Asked]]:
        """Return the tests of a batch, in the order of their collection, and who asks for what.

        Raises:
            SelectorError: a part of a file is asked for, and there is none, or a conftest fails.
        """
        chosen: dict[pytest.Item, Asked] = {}
        failed: dict[str, Asked] = {}
        for selector in selectors:
            if selector.is_there:
                self._collect(selector.path)
            elif not (selector.is_example or selector.names):
                self._report_missing(selector)
            found = dict(self._matching(selector))
            errors = dict(self._failed_matching(selector))
            if selector.names and not (selector.is_example or found or errors):
                raise SelectorError(f"there is no test {selector.text}")
            chosen |= found
            failed |= errors
        items = sorted(chosen, key=self._places.__getitem__)
        return items, [*failed.values(), *(chosen[item] for item in items)]

    def collect_wanted(self) -> None:
        """Collect what is wanted now, in pytest's hook; at the start, nothing is."""
        if self._wanted:
            self._fresh = [*self._session.perform_collect([self._wanted])]

    def is_known(self, path: str) -> bool:
        """Return whether a file that lies in what is being collected was collected before."""
        return path in self._items and path != self._wanted

    def failed(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected: every batch that names it hears of it."""
        if self._wanted and report.failed and not report.nodeid:
            # Before pytest 8, a conftest that cannot be imported fails the session's collection.
            self._session_error = report.longreprtext
        if self._wanted and report.nodeid and report.nodeid not in self._failed:
            self._failed[report.nodeid] = self._wanted
            self._reports.keep(self._asked_failure(report.nodeid))

    def _collect(self, path: str) -> None:
        if path in self._collected or path in self._items:
            return
        self._wanted, self._fresh, self._session_error = path, [], ""
        try:
            # By the hook: what collects, warnings among it, is in the wrappers of others.
            self._session.config.hook.pytest_collection(session=self._session)
        except pytest.UsageError as error:
            # What the project has pytest ignore has no tests; what is not there is known before.
            if not str(error).strip():
                raise
        finally:
            self._wanted = ""
        if self._session_error:
            raise SelectorError(f"{path} cannot be collected: {self._session_error}")
        self._collected.add(path)
        for item in self._fresh:
            self._places[item] = len(self._places)
            file = _file_node_of(item)
            names = item.nodeid[len(file.nodeid) :]
            in_file = self._items.setdefault(os.path.normpath(file.path), {})
            in_file.setdefault(names, []).append(item)
            self.refreshing.remember(item)

    def _report_missing(self, selector: Selector) -> None:
        """Say of a file that is not there that it could not be collected.

        bktec takes a file without results for one that passed; an example without is an error to
        it, and needs none.
        """
        root = str(self._session.config.rootpath)
        nodeid = os.path.relpath(selector.path, root).replace(os.sep, "/")
        if nodeid in self._failed:
            return
        said = f"there is no file {selector.text}"
        report = pytest.CollectReport(nodeid, "failed", longrepr=said, result=[])
        self._wanted = selector.path
        try:
            self._session.config.hook.pytest_collectreport(report=report)
        finally:
            self._wanted = ""

    def _matching(self, selector: Selector) -> Iterator[tuple[pytest.Item, Asked]]:
        """Give the tests that are meant."""
        files = [selector.path]
        if os.path.isdir(selector.path):
            files = [each for each in self._items if _is_in(each, selector.path)]
        for file in files:
            in_file = self._items.get(file, {})
            exact = in_file.get(selector.names)
            found = (
                [exact] if exact else (in_file[each] for each in filter(selector.takes, in_file))
            )
            for item in chain.from_iterable(found):
                scope, name = identity(item.nodeid, item.location[0])
                yield item, (f"{scope}::{name}" if scope else name, seen_from_start(file))

    def _failed_matching(self, selector: Selector) -> Iterator[tuple[str, Asked]]:
        """Give what is meant and could not be collected."""
        for nodeid, wanted in self._failed.items():
            _, separator, names = nodeid.partition("::")
            is_here = wanted == selector.path or (
                _is_in(self._path_of(nodeid), selector.path)
                or self._path_of(nodeid) == selector.path
            )
            if is_here and selector.takes(separator + names):
                yield nodeid, self._asked_failure(nodeid)

    def _asked_failure(self, nodeid: str) -> Asked:
        wanted = self._failed[nodeid]
        file = self._path_of(nodeid) if os.path.isdir(wanted) else wanted
        return nodeid, seen_from_start(file)

    def _path_of(self, nodeid: str) -> str:
        root = str(self._session.config.rootpath)
        return os.path.normpath(os.path.join(root, nodeid.partition("::")[0]))


def _file_node_of(item: pytest.Item) -> pytest.Item | pytest.File:
    files = (node for node in item.listchain() if isinstance(node, pytest.File))
    # A package may be a file as well; the last one holds the test.
    *_, file = (item, *files)
    return file


def _is_in(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
