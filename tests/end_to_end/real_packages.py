"""Well-known packages: their tests, an environment to run them in, and pytest's own accounts."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from suites.sdist import Sdist, fetch

from .project import Finished, events
from .tools import uv

if TYPE_CHECKING:
    from .project import Project


@dataclass(frozen=True)
class Package(Sdist):
    """A package whose source distribution carries its tests."""

    #: What pytest is told: where the tests are, and how to run them.
    arguments: tuple[str, ...]
    #: How many processes run tests side by side.
    processes: int = 1
    #: A bug to put into the package, for its tests to find: a file, a text in it, and another.
    bug: tuple[str, str, str] | None = None


#: Each is the last version that supports Python 3.9, or an earlier one.
PACKAGES = (
    Package(
        name="pluggy",
        version="1.6.0",
        digest="7dcc130b76258d33b90f61b658791dede3486c3e6bfb003ee5c9bfb396dd22f3",
        arguments=("testing",),
    ),
    # Thousands of tests by parameters, without the 23,000 more that take a minute.
    Package(
        name="packaging",
        version="25.0",
        digest="d443872c98d677bf60f6a1f2f8c1cb748e8fe762d2bf9d3148b5599295b0fc4f",
        arguments=(
            "tests",
            "--ignore=tests/test_requirements.py",
            "--ignore=tests/test_version.py",
        ),
    ),
    # Classes, skips, expected failures, and properties by hypothesis, without those that take long.
    Package(
        name="attrs",
        version="25.3.0",
        digest="75d7cefc7fb576747b2c81b4442d4d4a1ce0900973527c011d1030fd3bf4af1b",
        arguments=(
            "tests",
            "--numprocesses=2",
            "--ignore=tests/test_3rd_party.py",
            "--ignore=tests/test_funcs.py",
            "--deselect=tests/test_make.py::TestMetadata",
        ),
        processes=2,
    ),
    # unittest, with 10,000 subtests (pytest 9 reports each), and failures. One test takes longer
    # than all others together.
    Package(
        name="more-itertools",
        version="10.8.0",
        digest="f638ddf8a1a0d134181275fb5d58b086ead7c6a72429ad725c67503f13ba30bd",
        arguments=("tests", "--deselect=tests/test_recipes.py::PrimeFunctionTests::test_primes"),
        bug=(
            "more_itertools/more.py",
            "return False\n            seenset_add(element)",
            "return True\n            seenset_add(element)",
        ),
    ),
)

#: What their tests need, and pip, which downloads source distributions as uv cannot.
REQUIREMENTS = (
    "cloudpickle==3.1.1",
    "hypothesis==6.141.1",
    "pip==25.3",
    "pretend==1.0.9",
    "pytest==8.4.2; python_version < '3.10'",
    "pytest==9.2.0; python_version >= '3.10'",
    "pytest-xdist==3.8.0",
)


def say(what: str) -> None:
    """Say what is done, for those who watch or who read of a failure."""
    print(what, flush=True)


class Bench:
    """The packages' sources, and an environment that has the packages and the plugin."""

    def __init__(self, path: Path) -> None:
        self.path = path
        programs = path / "venv" / ("Scripts" if (path / "venv" / "Scripts").exists() else "bin")
        self.python = str(programs / "python")

    @classmethod
    def make(cls, path: Path, python: str, wheel: str) -> Bench:
        """Make everything, with a Python and the plugin's wheel."""
        say(f"make an environment with {Path(wheel).name} and the packages")
        uv("venv", "--quiet", "--clear", "--python", python, str(path / "venv"))
        bench = cls(path)
        packages = [package.requirement for package in PACKAGES]
        # Compiled, because the runs themselves write no bytecode.
        install = ("pip", "install", "--quiet", "--compile-bytecode", "--python", bench.python)
        uv(*install, wheel, *REQUIREMENTS, *packages)

        say("download their source distributions")
        fetch(bench.python, PACKAGES, path)
        for package in PACKAGES:
            if package.bug is not None:
                bench._spoil(package, *package.bug)
        return bench

    def _spoil(self, package: Package, file: str, right: str, wrong: str) -> None:
        source = self.path / package.folder / file
        text = source.read_text("utf-8")
        assert text.count(right) == 1
        source.write_text(text.replace(right, wrong), "utf-8")

    def test(self, package: Package, project: Project, *arguments: str) -> Finished:
        """Run a package's tests in a project's environment, with further arguments of pytest."""
        written, journal = project.path / "results.json", project.path / "events.ndjson"
        command = [self.python, "-m", "pytest", *package.arguments, *arguments]
        say(f"$ python -m pytest {' '.join(command[3:])}".replace(str(project.path), "."))
        before = len(project.engine.executions)
        done = subprocess.run(
            command,
            cwd=self.path / package.folder,
            env=project.environ(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        say(done.stdout[-2000:] + done.stderr)
        return Finished(
            status=done.returncode,
            stdout=done.stdout,
            stderr=done.stderr,
            uploaded=project.engine.executions[before:],
            written=json.loads(written.read_text("utf-8")) if written.exists() else None,
            journal=events(journal),
        )


class Case(NamedTuple):
    """What JUnit says of one test."""

    result: str
    #: The durations of all its reports, rounded to milliseconds.
    seconds: float


#: A test as JUnit names it: class, name, file, and line counted from 0.
Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class JUnit:
    """What pytest's `--junitxml` says of a run; with `junit_family=xunit1`, for files and lines."""

    #: How long the whole run took.
    seconds: float
    tests: dict[Key, Case]

    @property
    def outcomes(self) -> dict[Key, str]:
        """How each test ended."""
        return {key: case.result for key, case in self.tests.items()}

    @classmethod
    def read(cls, path: Path) -> JUnit:
        """Read the file."""
        (suite,) = ET.parse(path).getroot()  # noqa: S314
        tests: dict[Key, Case] = {}
        for case in suite:
            said = case.attrib
            key = said["classname"], said["name"], said["file"], int(said["line"])
            test = Case(_result({child.tag for child in case}), float(said["time"]))
            # A test whose call and teardown fail has two: the first is never better.
            first = tests.get(key, test)
            seconds = test.seconds + (first.seconds if key in tests else 0)
            tests[key] = Case(first.result, seconds)
        return cls(float(suite.attrib["time"]), tests)


def _result(children: set[str]) -> str:
    if children & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in children else "passed"


def junit_key(scope: str, name: str, file: str, line: int) -> Key:
    """Return how JUnit names a test that we name so; our lines count from 1."""
    path, *classes = scope.split("::")
    module = path[: -len(".py")].replace("/", ".")
    return ".".join((module, *classes)), name, file, line - 1


def terminal_counts(stdout: str) -> Counter[str]:
    """Return what pytest counts in its last line: `3 passed, 1 xfailed, 2 warnings in 0.12s`."""
    last = stdout.splitlines()[-1].strip("= ")
    counts, found = re.subn(r" in [\d.]+s( \([\d:]+\))?$", "", last)
    assert found, f"pytest did not end with its counts but with: {last}"
    pairs = (part.split(" ", 1) for part in counts.split(", "))
    return Counter({kind.replace("errors", "error"): int(number) for number, kind in pairs})
