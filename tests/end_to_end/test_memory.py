"""What a run holds in memory, and what is left of it once it is over.

Python looks through all that is alive several times before it exits: what a plugin holds on to
costs a large run a second there.
"""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.journal.reader import JournalReader
from _buildkite_test_collector.journal.writer import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from .project import Project

#: Runs pytest, forgets the modules that it has imported, and says whether the run is still there.
PROGRAM = """
    import gc, sys, weakref
    import pytest

    sessions = []
    class Probe:
        def pytest_sessionstart(self, session):
            sessions.append(weakref.ref(session))

    status = pytest.main([*sys.argv[1:], "-p", "no:cacheprovider", "test_it.py"], plugins=[Probe()])
    imported = set(sys.modules) - {"__main__"}
    for name in imported:
        package = name.partition(".")[0].lstrip("_")
        if package in ("pytest", "pluggy", "buildkite_test_collector"):
            del sys.modules[name]
        elif type(getattr(sys.modules[name], "__loader__", None)).__module__.startswith("_pytest"):
            del sys.modules[name]
    del pytest, Probe
    gc.collect()
    (session,) = sessions
    print("status", int(status), "alive" if session() else "gone")
"""


@pytest.mark.parametrize("arguments", [[], ["--json=results.json"]])
def test_a_run_is_gone_when_it_is_over(project: Project, arguments: list[str]) -> None:
    project.write({"test_it.py": "def test_it(): pass\n", "program.py": PROGRAM})
    without = project.run("program.py", "-p", "no:buildkite-test-collector")
    if "status 0 gone" not in without.stdout:
        pytest.skip("this pytest holds on to a run by itself")
    done = project.run("program.py", *arguments)
    assert "status 0 gone" in done.stdout, done.stdout + done.stderr
    assert len(project.engine.executions) == 1


def test_reports_do_not_keep_their_evidence(project: Project) -> None:
    """The terminal keeps all reports to the end of the run."""
    project.write(
        {
            "conftest.py": """
                def pytest_terminal_summary(terminalreporter):
                    reports = [r for kept in terminalreporter.stats.values() for r in kept]
                    with_evidence = {r.nodeid for r in reports if hasattr(r, "_buildkite_evidence")}
                    print("kept", len(reports), sorted(with_evidence))
            """
        }
    )
    run = project.test("import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_it(n): 1")
    assert "kept 27 ['test_it.py::test_it[8]']" in run.stdout
    assert run.counts == {"passed": 9}


def test_what_the_disk_does_not_take_is_not_copied_with_each_event(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    # There is no such folder, and there cannot be.
    path = str(tmp_path / "file" / "events.ndjson")
    journal = Journal(path)
    lines = [f"{number:0100000}\n" for number in range(100)]
    for line in lines:
        journal.append(line)
    assert journal.error is not None
    tracemalloc.start()
    try:
        journal.append("one more\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
    events = "".join(lines) + "one more\n"
    reader = JournalReader([path], journal.unwritten)
    assert reader.size() == len(events)
    assert "".join(reader.chunks()) == events
