"""The component: feeding it, taking from it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import ComponentError, NoWasmtimeError
from ..imports import original_path_hooks
from .code import MEMORY_IS_SHORT, PACKAGED, load_code

INTERFACE = "buildkite:test-collector/collector@2.1.0"

#: How much memory a run may use in the component, in bytes. A result of 1 KB that waits to be
#: uploaded takes about as much, so this is room for hundreds of thousands of them.
MEMORY_LIMIT = 1 << 30

#: How much text goes into the component in one call, in bytes: a call cannot be interrupted, and
#: larger chunks are no cheaper.
CHUNK = 256 * 1024


class RejectedLine(NamedTuple):
    """A line that is no event."""

    #: Counted from 1 over the whole run.
    number: int
    reason: str


class Upload(NamedTuple):
    """One request to Test Engine."""

    #: The request's body: JSON.
    body: str
    #: The event to add to the journal once the body has been accepted, without a line break.
    receipt: str
    #: How many results the body holds.
    results: int


class Traces(NamedTuple):
    """One request to a receiver of OpenTelemetry's traces."""

    #: The request's body: JSON, or protobuf as Base64.
    body: str
    #: The event to add to the journal once the body has been accepted, without a line break.
    receipt: str
    #: How many executions the body holds, each a trace.
    executions: int


class Page(NamedTuple):
    """A run as data for a report page."""

    #: The run in columns: JSON.
    columns: str
    #: HTML for a reader without scripts, in which no text of a test is markup.
    without_script: str


class Summary(NamedTuple):
    """What happened in a run."""

    passed: int
    failed: int
    skipped: int
    unknown: int
    running: int
    rejected_lines: int
    not_understood: int
    problem_count: int
    #: The first problems, a sentence each.
    problems: list[str]

    @property
    def results(self) -> int:
        """How many results there are."""
        return self.passed + self.failed + self.skipped + self.unknown


class Component:
    """An instance of the component.

    Used by one thread at a time. After a trap every call raises `ComponentError`; a new instance
    is cheap, but knows nothing of the old one's runs.
    """

    def __init__(
        self, path: Path = PACKAGED, *, size: int = sys.maxsize, in_parallel: bool = False
    ) -> None:
        """Load a component, usually the one that the package carries.

        Args:
            path: The component; code of it may lie beside it.
            size: How much it is going to be fed at most, in bytes: `code` says what that is for.
            in_parallel: Whether all processors may compile it, should it have to be. It leaves
                threads behind: for processes alone that are ours, and never fork.

        Raises:
            ComponentError: wasmtime or the component cannot be loaded.
        """
        #: Which kind of code it runs.
        self.kind = ""
        try:
            self._load(path, size, in_parallel)
        except ComponentError:
            raise
        except MemoryError as error:
            raise ComponentError(MEMORY_IS_SHORT) from error
        except Exception as error:
            # What ctypes, the dynamic linker and wasmtime raise has no common class.
            raise ComponentError(f"the component cannot be loaded: {error}") from error

    def variables(self) -> list[str]:
        """Return the environment variables that the component wants to see."""
        names: list[str] = self._call("variables")
        return names

    def run_env(self, run_started: str) -> str:
        """Return the `run_env` of the run that this event starts, as JSON.

        Raises:
            ComponentError: the line is no `run-started` event, or the component has trapped.
        """
        answer = self._call("run-env", run_started)
        if isinstance(answer, str):
            return answer
        raise ComponentError(f"no run_env: {_reason(answer)}")

    def run(self, *, uploads: bool = False, results: bool = False) -> Run:
        """Begin a run of which uploads or results will be taken, or both, or neither."""
        outputs = {name for name, wanted in (("uploads", uploads), ("results", results)) if wanted}
        return Run(self, self._call("[constructor]run", outputs))

    def _load(self, path: Path, size: int, in_parallel: bool) -> None:
        try:
            with original_path_hooks():
                from wasmtime import Store, WasiConfig, component
        except (MemoryError, ComponentError):
            raise
        except Exception as error:
            # Its wheel for any machine is installed where it has no library for this one.
            raise NoWasmtimeError(f"wasmtime does not run on this machine: {error}") from error

        engine, code, self.kind = load_code(path, size, in_parallel=in_parallel)
        self._store = Store(engine)
        self._store.set_limits(memory_size=MEMORY_LIMIT)
        # Without anything inherited: no environment, no files, no network, no output.
        self._store.set_wasi(WasiConfig())
        linker = component.Linker(engine)
        linker.add_wasip2()
        self._instance = linker.instantiate(self._store, code)
        self._interface = self._instance.get_export_index(self._store, INTERFACE)
        self._functions: dict[str, Any] = {}

    def _call(self, name: str, *arguments: object) -> Any:
        try:
            function: Any = self._functions.get(name)
            if function is None:
                index = self._instance.get_export_index(self._store, name, self._interface)
                if index is None:
                    raise ComponentError(f"the component has no {name}")
                function = self._functions[name] = self._instance.get_func(self._store, index)
            return function(self._store, *arguments)
        except ComponentError:
            raise
        except Exception as error:
            # The last line is the reason, behind the addresses of all functions that were called.
            reason = str(error).strip().rpartition("\n")[2].strip()
            raise ComponentError(f"the component failed in {name}: {reason}") from error


class Run:
    """One run in the component, from its first event to its last upload."""

    def __init__(self, component: Component, handle: object) -> None:
        self._component = component
        self._handle = handle
        self._rejected: list[RejectedLine] = []
        #: How many results wait to be uploaded.
        self.uploadable = 0

    def keep_page(self) -> None:
        """Keep what a page needs, from the first event on."""
        self._call("keep-page")

    def keep_traces(self, encoding: str, service: str) -> None:
        """Keep traces, from the first event on.

        Args:
            encoding: `protobuf` or `json`.
            service: The service's name where no variable says it.
        """
        self._call("keep-traces", encoding, service)

    def feed(self, events: str) -> None:
        """Fold whole lines of events into the run."""
        progress = self._call("feed", events)
        self._rejected += [
            RejectedLine(line.line, _reason(line.error)) for line in progress.rejected
        ]
        self.uploadable = progress.uploadable

    def feed_all(self, lines: Iterable[str]) -> None:
        """Fold lines into the run, in chunks of a size that suits the component."""
        chunk: list[str] = []
        size = 0
        for line in lines:
            chunk.append(line)
            size += len(line)
            if size >= CHUNK:
                self.feed("".join(chunk))
                chunk.clear()
                size = 0
        if chunk:
            self.feed("".join(chunk))

    @property
    def rejected(self) -> list[RejectedLine]:
        """The lines that were no events; at most the first 20 of each chunk."""
        return self._rejected

    def finish(self) -> None:
        """End the run: tests that have not finished become results."""
        self._call("finish")

    def take_upload(self, max_results: int) -> Upload | None:
        """Return the next request, or `None` when no result waits."""
        upload = self._call("take-upload", max_results)
        if upload is None:
            self.uploadable = 0
            return None
        self.uploadable -= upload.results
        return Upload(upload.body, upload.receipt, upload.results)

    def take_results(self, max_results: int) -> str | None:
        """Return the next results as a JSON array that is not empty, or `None`."""
        results: str | None = self._call("take-results", max_results)
        return results

    def take_traces(self, max_executions: int) -> Traces | None:
        """Return the next request with traces, or `None` when none waits."""
        traces = self._call("take-traces", max_executions)
        return None if traces is None else Traces(traces.body, traces.receipt, traces.executions)

    def take_page_details(self) -> str | None:
        """Return the next block of a page's failure texts, or `None` when no whole one waits."""
        block: str | None = self._call("take-page-details")
        return block

    def take_page(self) -> Page | None:
        """Return the page of a run that has ended, once, after all its details."""
        page = self._call("take-page")
        return None if page is None else Page(page.columns, getattr(page, "without-script"))

    def keep_batch(self, tests: Iterable[tuple[str, str]]) -> None:
        """Keep the results of tests from now on, each by its node id and its file."""
        self._call("keep-batch", list(tests))

    def take_batch(self) -> str:
        """Return the last results of those tests as a JSON array, and keep no more."""
        report: str = self._call("take-batch")
        return report

    def summary(self) -> Summary:
        """Say what happened so far."""
        summary = vars(self._call("summary"))
        return Summary(**{name.replace("-", "_"): value for name, value in summary.items()})

    def _call(self, method: str, *arguments: object) -> Any:
        return self._component._call(f"[method]run.{method}", self._handle, *arguments)


def _reason(error: Any) -> str:
    """Return an `event-error` as words."""
    if error.tag == "unsupported-format":
        return f"its format is {error.payload}, which this version does not read"
    if error.tag == "unexpected-event":
        return f"the event {error.payload} is out of place"
    return str(error.payload)
