"""Which code of the component runs, of which nobody sees a difference."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.component import code as module
from _buildkite_test_collector.component.code import (
    BYTECODE,
    COMPILED,
    DIGESTS,
    INTERPRETER,
    MACHINE_CODE,
    PACKAGED,
    PROCESSORS,
    file_name,
    precompile,
)
from _buildkite_test_collector.component.component import Component, Run
from _buildkite_test_collector.deadline import Deadline
from _buildkite_test_collector.delivery.delivery import Delivery
from _buildkite_test_collector.journal.reader import JournalReader
from _buildkite_test_collector.journal.receipts import Receipts
from _buildkite_test_collector.journal.writer import Journal
from _buildkite_test_collector.settings import Settings
from _buildkite_test_collector.surroundings.run_started import run_started

if TYPE_CHECKING:
    from stand_in import TestEngine

    from .project import Project

CASES = Path(__file__).parents[1] / "cases"

#: The wasmtime that the package has code for, as the workspace names it.
(WASMTIME,) = re.findall(
    r'^wasmtime = .*"=([0-9.]+)"',
    (Path(__file__).parents[2] / "Cargo.toml").read_text("utf-8"),
    re.MULTILINE,
)

#: Whether that is the one that is installed; its patches take each other's code.
FITS = version("wasmtime").split(".")[0] == WASMTIME.split(".")[0]

#: The target of this machine.
PROCESSOR = os.uname().machine if sys.platform == "linux" else ""
TARGET = f"{PROCESSOR}-unknown-linux-gnu"

needs_bytecode = pytest.mark.skipif(not FITS, reason="the code is for another wasmtime")
needs_machine_code = pytest.mark.skipif(
    not FITS or PROCESSOR not in PROCESSORS, reason="there is no machine code for this"
)

#: The kinds of code that there are here, as a small run prefers them.
KINDS = [
    *([MACHINE_CODE] if FITS and PROCESSOR in PROCESSORS else []),
    *([BYTECODE] if FITS else []),
    COMPILED,
]

SUITE = """
    import pytest
    @pytest.mark.parametrize("n", range({count}), ids=lambda n: f"{{n}}" + "x" * 600)
    def test_it(n): pass
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the component, with the code beside it."""
    folder = tmp_path / "package"
    shutil.copytree(PACKAGED.parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder / PACKAGED.name


def put(package: Path, target: str, code: bytes) -> None:
    """Put other code beside a component, as if it had been built that way."""
    (package.parent / file_name(target)).write_bytes(code)
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in package.parent.glob("*.cwasm")
    ]
    (package.parent / DIGESTS).write_text("".join(lines), "ascii")


def a_flipped_bit(code: bytes) -> bytes:
    """Return code of which wasmtime does not see that it is damaged."""
    middle = len(code) // 2
    return code[:middle] + bytes([code[middle] ^ 1]) + code[middle + 1 :]


@pytest.mark.skipif(version("wasmtime") != WASMTIME, reason="the code is of another wasmtime")
def test_the_code_is_that_of_the_component(tmp_path: Path) -> None:
    """Whoever has made it, wasmtime-py or the crate: both make the same."""
    precompile(PACKAGED, tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    targets = {INTERPRETER, *([TARGET] if PROCESSOR in PROCESSORS else [])}
    assert made.keys() == {file_name(target) for target in targets}
    assert made == {name: PACKAGED.with_name(name).read_bytes() for name in made}


def test_every_case_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    components = [Component(size=0)]
    monkeypatch.setattr(module, "PROCESSORS", ())
    components += [Component(size=0), Component()]
    assert {each.kind for each in components} == set(KINDS)
    for case in sorted(CASES.glob("*/events.ndjson")):
        events = case.read_text("utf-8")
        taken = []
        for each in components:
            run = each.run(uploads=True, results=True)
            run.feed(events)
            run.finish()
            taken.append((run.take_upload(500), run.take_results(500), run.summary()))
        assert taken[0] == taken[1] == taken[2], case


@needs_machine_code
@pytest.mark.parametrize("size", [0, sys.maxsize])
def test_machine_code_is_for_every_run(size: int) -> None:
    assert Component(size=size).kind == MACHINE_CODE


@needs_machine_code
def test_damaged_code_does_not_reach_wasmtime(package: Path) -> None:
    from wasmtime import Engine, component

    file = package.with_name(file_name(TARGET))
    damaged = a_flipped_bit(file.read_bytes())
    file.write_bytes(damaged)
    # It would be run.
    component.Component.deserialize(Engine(module._config()), damaged)

    assert Component(package, size=0).kind == BYTECODE
    package.with_name(file_name(INTERPRETER)).write_bytes(b"")
    damaged_twice = Component(package, size=0)
    assert damaged_twice.kind == COMPILED
    assert damaged_twice.variables()


@needs_bytecode
@pytest.mark.parametrize("digests", [None, b"", b"\xff\n", b"0  collector.pulley64.cwasm\n"])
def test_code_without_its_digest_is_damaged(package: Path, digests: bytes | None) -> None:
    if digests is None:
        package.with_name(DIGESTS).unlink()
    else:
        package.with_name(DIGESTS).write_bytes(digests)
    assert Component(package, size=0).kind == COMPILED


@needs_machine_code
def test_code_for_other_settings_is_done_without(package: Path) -> None:
    from wasmtime import Config, Engine, component

    config = Config()
    config.parallel_compilation = False
    code = component.Component(Engine(config), package.read_bytes()).serialize()
    put(package, TARGET, bytes(code))
    assert Component(package, size=0).kind == BYTECODE


@needs_bytecode
def test_code_for_another_wasmtime_is_done_without(package: Path) -> None:
    """Wasmtime begins the notes on its code with the number of its version."""
    for target in (INTERPRETER, TARGET):
        file = package.with_name(file_name(target))
        if file.exists():
            code, noted = file.read_bytes(), b"\x02" + WASMTIME.split(".")[0].encode()
            assert noted in code[:256]
            put(package, target, code.replace(noted, b"\x0299", 1))
    component = Component(package, size=0)
    assert component.kind == COMPILED
    assert component.variables()


@needs_machine_code
def test_code_for_another_processor_is_done_without(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wasmtime looks for itself on which processor it is, whatever the system says."""
    (other,) = set(PROCESSORS) - {PROCESSOR}
    file = package.with_name(file_name(f"{other}-unknown-linux-gnu"))
    if not file.exists():
        pytest.skip("only `cargo xtask dist` makes code for other processors")
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=other))
    assert Component(package, size=0).kind == BYTECODE


@pytest.mark.parametrize("content", [b"", b"\x7fELF of another wasmtime", None])
def test_what_is_no_code_is_done_without(package: Path, content: bytes | None) -> None:
    for file in package.parent.glob("*.cwasm"):
        file.unlink()
        if content is not None:
            put(package, file.name.split(".")[1], content)
    component = Component(package, size=0)
    assert component.kind == COMPILED
    assert component.variables()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are not shown here")
@pytest.mark.parametrize("in_parallel", [False, True])
def test_threads_compile_where_they_may(package: Path, in_parallel: bool) -> None:
    """What they leave behind is in no process that runs tests."""
    for file in package.parent.glob("*.cwasm"):
        file.unlink()
    program = f"""
        import os, pathlib, sys
        from _buildkite_test_collector.component.component import Component
        component = Component(pathlib.Path(sys.argv[1]), in_parallel={in_parallel})
        assert component.kind == "compiled"
        print(len(os.listdir("/proc/self/task")))
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(package)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (int(done.stdout) > 1) is in_parallel


@pytest.mark.parametrize("count", [1, 3000])
def test_a_run_says_which_code_it_has(project: Project, count: int) -> None:
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "1"
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    run = project.test(SUITE.format(count=count), watched=False)
    assert run.status == 0
    assert len(project.engine.executions) == count
    loaded = [line for line in run.said if "the component was loaded" in line]
    kinds = [kind for kind in KINDS if kind != BYTECODE or count == 1]
    assert [line.rpartition(": ")[2] for line in loaded] == kinds[:1]


@needs_bytecode
def test_a_file_of_a_run_that_has_grown_is_not_written_by_the_interpreter(
    monkeypatch: pytest.MonkeyPatch, engine: TestEngine, tmp_path: Path
) -> None:
    used: list[str] = []
    take_results = Run.take_results

    def noted(run: Run, count: int) -> str | None:
        used.append(run._component.kind)
        return take_results(run, count)

    monkeypatch.setattr(module, "PROCESSORS", ())
    monkeypatch.setattr(Run, "take_results", noted)
    settings = Settings(
        {"token": engine.token, "api_url": engine.url, "json": str(tmp_path / "results.json")}
    )
    journal = Journal(str(tmp_path / "events.ndjson"))
    journal.append(run_started("mine", "1.0", settings) + "\n")
    deadline = Deadline(None)
    receipts = Receipts(str(tmp_path / "receipts.ndjson"))
    reader = JournalReader([journal.path])
    delivery = Delivery(reader, settings, receipts, deadline, is_following=True)
    # Each look finds little; all of them together are much.
    for first in range(1, 18001, 4500):
        journal.append(
            "".join(
                f'{{"event":"test-started","execution":{number},"name":"it","time":0}}\n'
                f'{{"event":"test-finished","execution":{number},"time":9}}\n'
                for number in range(first, first + 4500)
            )
        )
        delivery.advance()
    deadline.start(60)
    assert delivery.finish().errors == []
    reader.close()
    loaded = [line for line in delivery.report.debug if "the component was loaded" in line]
    assert [line.rpartition(": ")[2] for line in loaded] == [BYTECODE, COMPILED]
    assert used[-1] == COMPILED
    assert len(engine.executions) == len(json.loads((tmp_path / "results.json").read_text()))
