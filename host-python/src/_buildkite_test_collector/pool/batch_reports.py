"""The reports of batches, which the component makes from the journal, as it makes uploads.

It runs in this process, between two tests: the courier need not be there, and bktec waits. It has
no thread, no signal handler and no file, and keeps what it has read of the journal no longer than a
batch.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from ..component.component import Component, Run
from ..errors import ComponentError
from ..journal.reader import JournalReader
from ..journal.writer import Journal

#: A test that was asked for: its node id, and its file as bktec dispatched it.
Asked = tuple[str, str]


class BatchReports:
    """Follows the journal of this process's run."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._fresh: list[bytes] = []
        #: What could not be collected, by node id, as elements of a report.
        self._kept: dict[str, list[object]] = {}
        self._run: Run | None = None

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Load the component, and follow what is written within the block.

        Raises:
            ComponentError: it cannot be loaded.
        """
        self._run = self._from_the_start([])
        self._journal.follower = self._fresh.append
        try:
            yield
        finally:
            self._journal.follower = None

    def keep(self, asked: Asked) -> None:
        """Keep the results that a test has now, for each batch that asks for it."""
        self._kept[asked[0]] = json.loads(self._take([asked]))

    def report(self, asked: list[Asked]) -> str:
        """Return the results of tests that have ended since the last report, as a JSON array.

        Raises:
            ComponentError: the component cannot make it.
        """
        before = [each for id_, _ in asked for each in self._kept.get(id_, ())]
        report = self._take([each for each in asked if each[0] not in self._kept])
        if not before:
            return report
        return json.dumps([*before, *json.loads(report)])

    def _take(self, asked: list[Asked]) -> str:
        # What waits for a slow disk is written now.
        self._journal.append("")
        lines = b"".join(self._fresh).decode("utf-8", "replace")
        self._fresh.clear()
        try:
            run = self._run
            if run is not None:
                run.keep_batch(asked)
                run.feed_all(lines.splitlines(keepends=True))
                return run.take_batch()
        except ComponentError:
            # Another component may get further.
            self._run = None
        self._run = self._from_the_start(asked)
        return self._run.take_batch()

    def _from_the_start(self, asked: list[Asked]) -> Run:
        """Return a run in a new component that knows the journal from its first line on."""
        run = Component().run()
        run.keep_batch(asked)
        reader = JournalReader([str(path) for path in self._journal.files], self._journal.unwritten)
        try:
            for lines in reader.chunks():
                run.feed(lines)
        finally:
            reader.close()
        return run
