"""What a run of a suite gave, by pytest's own account, and how two of them differ."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

#: How many differences of a kind are told.
SHOWN = 20

#: What differs from run to run in a warning's text: addresses, ports, numbers of files and tasks.
VARIABLE = re.compile(r"0x[0-9a-f]+|\d+")


class Phase(NamedTuple):
    """A report of a test, without its times."""

    test: str
    when: str
    outcome: str
    #: Whether it was expected to fail.
    is_xfail: bool


class Warned(NamedTuple):
    """A warning, and the line that it names."""

    category: str
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Account:
    """What a run gave."""

    #: pytest's exit status.
    status: int
    #: The reports, in order.
    phases: tuple[Phase, ...]
    #: How often each warning came. When it comes may be the garbage collector's choice.
    warnings: Counter[Warned]
    #: How many calls were recorded, by library and by the file of the test.
    calls: Counter[tuple[str, str]]

    @classmethod
    def read(cls, status: int, log: Path, journal: Path) -> Account:
        """Read the files of pytest-reportlog and of the plugin."""
        lines = list(_lines(log))
        calls: Counter[tuple[str, str]] = Counter()
        files: dict[int, str] = {}
        for event in _lines(journal):
            if event["event"] == "test-started":
                files[event["execution"]] = event["file"]
            elif event["event"] == "auto-span":
                library = event.get("detail", {}).get("lib", event["section"])
                calls[library, files[event["execution"]]] += event.get("count", 1)
        return cls(
            status,
            tuple(_phase(line) for line in lines if line["$report_type"] == "TestReport"),
            Counter(_warned(line) for line in lines if line["$report_type"] == "WarningMessage"),
            calls,
        )

    @property
    def tests(self) -> int:
        """How many tests there were."""
        return len({phase.test for phase in self.phases})

    @property
    def failed(self) -> list[str]:
        """Which tests failed."""
        return list(dict.fromkeys(p.test for p in self.phases if p.outcome == "failed"))

    def calls_of(self, library: str) -> Counter[str]:
        """Return how many calls of a library were recorded, by the file of the test."""
        found = {file: count for (name, file), count in self.calls.items() if name == library}
        return Counter(found)

    def unlike(self, other: Account) -> set[str]:
        """Return the tests that went otherwise in another run."""
        mine, theirs = self._by_test(), other._by_test()
        return {test for test in mine.keys() | theirs.keys() if mine.get(test) != theirs.get(test)}

    def differences(self, other: Account, unreliable: Collection[str] = ()) -> list[str]:
        """Return how another account differs, in sentences; none where both say the same.

        Args:
            other: What came of the same suite.
            unreliable: Tests that differ without a cause, and are passed over.
        """
        said = []
        if self.status != other.status and not unreliable:
            said.append(f"pytest exited with {self.status}, and then with {other.status}")
        mine = [phase for phase in self.phases if phase.test not in unreliable]
        theirs = [phase for phase in other.phases if phase.test not in unreliable]
        # What is behind a test that is missing differs, too.
        pairs = zip_longest(mine, theirs)
        different = (f"{_shown(a)}, and then {_shown(b)}" for a, b in pairs if a != b)
        said += islice(different, SHOWN)
        said += [f"no longer: {_shown(w)}" for w in islice(self.warnings - other.warnings, SHOWN)]
        said += [f"only then: {_shown(w)}" for w in islice(other.warnings - self.warnings, SHOWN)]
        return said

    def _by_test(self) -> dict[str, list[Phase]]:
        tests: dict[str, list[Phase]] = {}
        for phase in self.phases:
            tests.setdefault(phase.test, []).append(phase)
        return tests


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _phase(report: dict[str, Any]) -> Phase:
    return Phase(report["nodeid"], report["when"], report["outcome"], "wasxfail" in report)


def _warned(warning: dict[str, Any]) -> Warned:
    # Behind the first line may be where the garbage collector happened to run.
    message = VARIABLE.sub("#", str(warning["message"]).partition("\n")[0])
    if message.endswith("was never awaited"):
        # Told where the collector runs, which is any line.
        return Warned(str(warning["category"]), "", 0, message)
    return Warned(str(warning["category"]), warning["filename"], warning["lineno"], message)


def _shown(what: Phase | Warned | None) -> str:
    return "nothing" if what is None else " ".join(map(str, what))
