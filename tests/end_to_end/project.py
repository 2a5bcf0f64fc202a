"""A project of a test's own, and what running pytest in it gave."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from _buildkite_test_collector.component.component import Component

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stand_in import TestEngine

Result = dict[str, Any]

#: Plugins that change how tests run, by the names under which pytest loads them. A project has
#: those that its test asks for;
#: subtests, pytest's own or those of pytest-subtests, it always has.
COMPANIONS = (
    "anyio",
    "asyncio",
    "flaky",
    "json",
    "pook",
    "pytest-bdd",
    "pytest-retry",
    "pytest_forked",
    "randomly",
    "repeat",
    "requests_mock",
    "rerunfailures",
    "respx",
    "run-parallel",
    "time_machine",
    "timeout",
    "typeguard",
    "xdist",
    "xdist.looponfail",
)

#: What lines of ours on the terminal begin with.
OURS = re.compile(r"Buildkite Test Engine( \(debug\))?: ")

#: `buildkite-test-collector`, as arguments of this Python.
COMMAND = ("-m", "_buildkite_test_collector.cli")

#: The courier's program.
COURIER = "_buildkite_test_collector/courier/deliver_test_results.py"

#: Whether all runs are delivered by pytest itself, as they are where there can be no courier.
IS_IN_PROCESS = os.environ.get("BUILDKITE_TEST_COLLECTOR_COURIER") == "false"

#: For tests of what only the courier can do.
needs_courier = pytest.mark.skipif(IS_IN_PROCESS, reason="it takes the courier")

#: The suite's token, as the stand-in expects it.
TOKEN = "not-a-real-token"  # noqa: S105

#: A base of the API where nobody listens.
NOWHERE = "http://127.0.0.1:9/v1"


#: A test that passes, and one that says when it runs, and runs for long.
SLOW = """
    import pathlib, time

    def test_before(): pass
    def test_slow():
        pathlib.Path("is_slow").touch()
        time.sleep(60)
"""


class Report(NamedTuple):
    """What the journal holds of a report, or of those of a test that passed as a whole."""

    execution: int
    when: str
    outcome: str
    start: int
    end: int

    @classmethod
    def of(cls, event: dict[str, Any]) -> Report:
        """Return what an event with an outcome says; a whole test counts as its call."""
        end = event["end"] if event["event"] == "phase" else event["time"]
        when = event.get("when", "call")
        return cls(event["execution"], when, event["outcome"], event.get("start", end), end)


@dataclass(frozen=True)
class Finished:
    """What a run of pytest gave."""

    status: int
    stdout: str
    stderr: str
    #: What arrived at Test Engine, in order.
    uploaded: list[Result]
    #: What the `--json` file holds; none where there is no file.
    written: list[Result] | None
    #: The events of the run.
    journal: list[dict[str, Any]]

    @property
    def results(self) -> list[Result]:
        """The results, about which upload, file and replay agree, and pytest's terminal."""
        written = self.written or []
        # Uploads of a large run overtake each other.
        order = {result["id"]: place for place, result in enumerate(written)}
        uploaded = sorted(self.uploaded, key=lambda result: order.get(result["id"], -1))
        assert uploaded == written, self
        assert written == self.replay(), self
        assert self.told == self.recorded, self
        return written

    @property
    def told(self) -> Counter[str]:
        """What the terminal's last line counts, in the words of reports."""
        lines = [line for line in self.stdout.splitlines() if re.search(r" in \d+\.\d+s", line)]
        counted = re.findall(r"(\d+) ([a-z]+)", lines[-1] if lines else "")
        words = {"xfailed": "skipped", "xpassed": "passed", "error": "failed", "errors": "failed"}
        told: Counter[str] = Counter()
        for count, word in counted:
            if word not in ("deselected", "warning", "warnings", "subtests"):
                told[words.get(word, word)] += int(count)
        return told

    @property
    def reports(self) -> list[Report]:
        """What the journal holds of reports."""
        return [Report.of(event) for event in self.journal if "outcome" in event]

    @property
    def recorded(self) -> Counter[str]:
        """What the terminal should count by our events: pytest counts phases, not tests."""
        return Counter(
            report.outcome
            for report in self.reports
            if report.when in ("call", "crash") or report.outcome != "passed"
        )

    @property
    def outcomes(self) -> dict[str, str]:
        """Each test's result, by node id without the file's name."""
        return {_short(result): result["result"] for result in self.results}

    @property
    def counts(self) -> Counter[str]:
        """How many results there are of each kind."""
        return Counter(result["result"] for result in self.results)

    def one(self, name: str) -> Result:
        """Return the one result of the test of that name."""
        (found,) = (result for result in self.results if result["name"] == name)
        return found

    def replay(self) -> list[Result]:
        """Return the results that the run's events give, fed to the component once more."""
        run = component().run(uploads=False, results=True)
        events = [event for event in self.journal if event["event"] != "uploaded"]
        run.feed_all(json.dumps(event) + "\n" for event in events)
        assert not run.rejected
        run.finish()
        array = run.take_results(1_000_000)
        return json.loads(array) if array else []

    @property
    def said(self) -> list[str]:
        """The lines of ours on the terminal."""
        return ours(self.stdout)


class Project:
    """A folder in which pytest can be run as a user would, with a clean environment."""

    def __init__(self, path: Path, engine: TestEngine) -> None:
        self.path = path
        self.engine = engine
        self.token: str | None = TOKEN
        self.environment: dict[str, str] = {}
        self._companions: set[str] = set()
        self.write({"pytest.ini": "[pytest]\n"})

    def use(self, *companions: str) -> None:
        """Have plugins loaded, of those that change how tests run."""
        assert set(companions) <= set(COMPANIONS)
        self._companions |= set(companions)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, by path from the project's folder."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content), encoding="utf-8")

    def break_wasmtime(self, source: str) -> None:
        """Have a module of this source in wasmtime's place, for pytest and for the courier."""
        self.write({"broken/wasmtime/__init__.py": source})
        # The courier looks where the plugin lies, before it looks elsewhere.
        package = Path(inspect.getfile(Component)).parents[1]
        (self.path / "broken" / package.name).symlink_to(package)
        self.environment["PYTHONPATH"] = str(self.path / "broken")

    def test(self, source: str, *arguments: str, watched: bool = True) -> Finished:
        """Write one test file and run pytest."""
        self.write({"test_it.py": source})
        return self.pytest(*arguments, watched=watched)

    def pytest(
        self, *arguments: str, cwd: str = ".", watched: bool = True, timeout: float = 120
    ) -> Finished:
        """Run pytest; with `watched`, keeping the results and the events as files, too."""
        written, journal = self.path / "results.json", self.path / "events.ndjson"
        written.unlink(missing_ok=True)
        before = len(self.engine.executions)
        extra = [f"--json={written}", f"--buildkite-journal={journal}"] if watched else []
        done = self.run("-m", "pytest", *extra, *arguments, cwd=cwd, timeout=timeout)
        return Finished(
            status=done.returncode,
            stdout=done.stdout,
            stderr=done.stderr,
            uploaded=self.engine.executions[before:],
            written=json.loads(written.read_text("utf-8")) if written.exists() else None,
            journal=events(journal),
        )

    def interrupt(self, number: signal.Signals, *arguments: str, times: int = 1) -> int:
        """Run pytest on a test that passes and one that is slow, and send a signal in the latter.

        Returns pytest's exit status.
        """
        with self.slow(*arguments) as process:
            for _ in range(times):
                process.send_signal(number)
                time.sleep(0.05)
            return process.wait(60)

    @contextlib.contextmanager
    def slow(
        self, *arguments: str, prefix: Sequence[str] = ()
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run pytest on a test that passes and one that is slow, and wait for the latter.

        It runs, and the journal knows of both: under pytest-xdist a worker is ahead of it.
        """
        self.write({"test_it.py": SLOW})
        with self.started(*arguments, prefix=prefix) as process:
            until = time.monotonic() + 10
            while not ((self.path / "is_slow").exists() and self._has_finished_one_of_two()) or (
                # Where there is a courier, it is there in time; some tests have none.
                time.monotonic() < until
                and not list(self.path.rglob("courier.json"))
                and self.environment.get("BUILDKITE_ANALYTICS_COURIER") != "false"
                and not IS_IN_PROCESS
            ):
                assert process.poll() is None
                time.sleep(0.05)
            yield process

    @contextlib.contextmanager
    def started(
        self, *arguments: str, prefix: Sequence[str] = ()
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run pytest, or a program that runs it, and kill it at the end; what it prints is kept."""
        with self.output.open("w") as output:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "pytest", *arguments],
                cwd=self.path,
                env=self.environ(),
                stdout=output,
                stderr=subprocess.STDOUT,
                # A signal to its group is none to ours.
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _has_finished_one_of_two(self) -> bool:
        text = "".join(path.read_text("utf-8") for path in self.path.rglob("*.ndjson"))
        return text.count('"test-started"') == 2 and '"test-finished"' in text

    @property
    def output(self) -> Path:
        """The file that holds what the run printed that was started last."""
        return self.path / "output.txt"

    def couriers(self) -> list[int]:
        """Return the processes that deliver runs of this project."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if f"HOME={self.path}".encode() not in (folder / "environ").read_bytes().split(
                    b"\0"
                ):
                    continue
                is_courier = COURIER in (folder / "cmdline").read_text()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                if is_courier and state not in "ZX":
                    found.append(int(folder.name))
        return found

    def wait_for_couriers(self, seconds: float = 70) -> None:
        """Wait until every run of this project is delivered, as far as that can be."""
        until = time.monotonic() + seconds
        while self.couriers():
            assert time.monotonic() < until, "a courier outlives its run"
            time.sleep(0.02)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `buildkite-test-collector` with arguments."""
        return self.run(*COMMAND, *arguments)

    def run(
        self, *arguments: str, cwd: str = ".", timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python with arguments."""
        return self.execute([sys.executable, *arguments], cwd=cwd, timeout=timeout)

    def execute(
        self,
        command: Sequence[str],
        *,
        cwd: str = ".",
        timeout: float = 120,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run any command, and keep what it prints."""
        return subprocess.run(
            command,
            cwd=self.path / cwd,
            env=self.environ(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            pass_fds=pass_fds,
            check=False,
        )

    def environ(self) -> dict[str, str]:
        """Return the environment of a run: nothing but what is needed, and what the test set."""
        kept = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        environ |= {
            "HOME": str(self.path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "BUILDKITE_ANALYTICS_API_URL": self.engine.url,
            "PYTEST_ADDOPTS": " ".join(
                f"-p no:{name}" for name in COMPANIONS if name not in self._companions
            ),
        }
        if IS_IN_PROCESS:
            environ["BUILDKITE_ANALYTICS_COURIER"] = "false"
        if self.token is not None:
            environ["BUILDKITE_ANALYTICS_TOKEN"] = self.token
        return environ | self.environment


@functools.cache
def component() -> Component:
    """Return the one component of this process: compiling it takes half a second."""
    return Component()


def ours(output: str) -> list[str]:
    """Return the lines of ours in what a run printed."""
    return [line for line in output.splitlines() if OURS.match(line)]


def names(written: str | bytes) -> list[str]:
    """Return the names of the tests in what `--json` has written."""
    return [result["name"] for result in json.loads(written)]


def events(journal: Path) -> list[dict[str, Any]]:
    """Return the events of a journal; none where there is no file."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text("utf-8").splitlines()]


def _short(result: Result) -> str:
    scope = result["scope"].partition("::")[2]
    return f"{scope}::{result['name']}" if scope else str(result["name"])
