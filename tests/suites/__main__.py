"""``python -m suites UV WHEEL FOLDER [NAME…]``: run the suites, and compare."""

from __future__ import annotations

import sys
from pathlib import Path

from . import page
from .account import Account
from .bench import Bench
from .table import SUITES, Suite

#: pytest's exit statuses for a run whose tests all passed, or some failed.
RAN = (0, 1)


def main(uv: str, wheel: str, folder: Path, names: list[str]) -> int:
    """Run suites by name, or all of them; 0 where nothing differs."""
    known = {suite.name: suite for suite in SUITES}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no suite is called {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    rows, is_right = {}, True
    for name in names or known:
        suite = known[name]
        bench = Bench(suite, folder / name)
        print(f"{name}: make an environment", flush=True)
        bench.make(uv, wheel)
        print(f"{name}: run the tests, auto_spans=off", flush=True)
        off = bench.run("off")
        print(f"{name}: run them with auto_spans={suite.auto_spans}", flush=True)
        on = bench.run(suite.auto_spans)
        print(f"{name}: run them with auto_spans=off once more", flush=True)
        again = bench.run("off")

        for test in off.failed:
            print(f"    fails also with off: {test}")
        unreliable = off.unlike(again)
        for test in sorted(unreliable):
            print(f"    goes otherwise with off, too: {test}")
        problems, differences = void(suite, off, on), off.differences(on, unreliable)
        for each in problems + differences:
            print(f"    {each}")
        recorded = ", ".join(_recorded(library, on) for library in suite.recorded)
        print(f"{name}: {on.tests} tests; recorded: {recorded}; the output is in {bench.path}")
        print(f"{name}: {len(differences)} differences", flush=True)
        is_right = is_right and not problems and not differences
        if not problems:
            rows[name] = page.row(suite, off, on, len(unreliable), len(differences))
            page.write(Path(__file__).with_name("RESULTS.md"), rows)
    return int(not is_right)


def void(suite: Suite, off: Account, on: Account) -> list[str]:
    """Return why a comparison would mean nothing, in sentences."""
    said = [f"no call of {name} was recorded" for name in suite.recorded if not on.calls_of(name)]
    for library in suite.recorded if suite.in_each_file else ():
        silent = sorted(set(suite.files) - set(on.calls_of(library)))
        said += [f"no call of {library} was recorded in {file}" for file in silent]
    if off.calls:
        said.append("calls were recorded with auto_spans=off")
    if off.status not in RAN:
        said.append(f"the suite does not run: pytest exited with {off.status}")
    return said


def _recorded(library: str, on: Account) -> str:
    calls = on.calls_of(library)
    return f"{calls.total():,} calls of {library} in {len(calls)} files"


if __name__ == "__main__":
    uv, wheel, folder, *names = sys.argv[1:]
    sys.exit(main(uv, wheel, Path(folder), names))
