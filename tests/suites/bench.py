"""Runs a suite: an environment of its own, with the library, its tests and the plugin."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .account import Account
from .sdist import fetch
from .table import RUNNER, Suite

#: How long a run may take, in seconds.
TIMEOUT = 3_600


class Bench:
    """A suite, and where it is run."""

    def __init__(self, suite: Suite, path: Path) -> None:
        self.suite = suite
        self.path = path
        self._venv = path / "venv"
        self._programs = self._venv / ("Scripts" if os.name == "nt" else "bin")

    def make(self, uv: str, wheel: str) -> None:
        """Make everything anew, with this Python and the plugin's wheel."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, self._venv], check=True)
        install: list[str | Path] = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
        install += ["--python", self._venv]
        library = self.suite.sdist
        packages = [wheel, library.requirement, *RUNNER, *self.suite.requirements]
        subprocess.run([*install, *packages], check=True)
        fetch(sys.executable, [library], self.path)

    def run(self, auto_spans: str) -> Account:
        """Run the tests, and return what came of it; what pytest printed is beside it in a file."""
        folder = self.path / f"run-{len(list(self.path.glob('run-*')))}-{auto_spans}"
        folder.mkdir()
        log, journal = folder / "reports.jsonl", folder / "events.ndjson"
        # The program, since `python -m pytest` would import the library from the folder.
        command = [str(self._programs / "pytest"), "-p", "no:cacheprovider"]
        command += [f"--report-log={log}", f"--buildkite-journal={journal}"]
        # An error would fail the test in which the garbage collector happens to run.
        command += ["-W", "default::pytest.PytestUnraisableExceptionWarning"]
        command += self.suite.deselecting
        with (folder / "output.txt").open("w", encoding="utf-8") as output:
            status = subprocess.run(
                [*command, *self.suite.arguments],
                cwd=self.path / self.suite.sdist.folder,
                env=self._environment(auto_spans),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT,
                check=False,
            ).returncode
        return Account.read(status, log, journal)

    def _environment(self, auto_spans: str) -> dict[str, str]:
        kept = ("HOME", "SYSTEMROOT", "TEMP", "TMPDIR")
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PATH": os.pathsep.join((str(self._programs), os.environ["PATH"])),
            "LANG": "C.UTF-8",
            # Sets are then in the same order each time.
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            # The installed library is tested; SQLAlchemy's suite asks this, too.
            "PYTHONNOUSERSITE": "1",
            "BUILDKITE_ANALYTICS_AUTO_SPANS": auto_spans,
            # Each call takes all of our code, however short it is.
            "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
        }
