"""The recipes of the page that are code, run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import wasmtime
from _buildkite_test_collector.component.code import PACKAGED
from stand_in import TestEngine
from stand_in.faults import Answer

from .test_cases import CASES, component

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = Path(__file__).with_name("README.md").read_text("utf-8")

#: wasmtime with its C API, as wasmtime-py carries it.
LIBRARIES = sorted(Path(wasmtime.__file__).parent.glob("*/_libwasmtime.so"))

#: Cases of one body, which a program makes of at most 500 results and a case of three.
ONE_BODY = [case for case in CASES if (case / "uploads.ndjson").read_bytes().count(b"\n") == 1]

#: The case that is posted.
EVERY_RESULT = CASES[0].parent / "every-result"

RUN_STARTED = (
    '{"event":"run-started","format":1,"id":"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b",'
    '"environment":{}}\n'
)


def block(language: str) -> str:
    """Return the page's one code block in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def compile_c(folder: Path) -> Path:
    """Compile the page's host in C, and return its program."""
    compiler = shutil.which("cc")
    if compiler is None or not LIBRARIES:
        pytest.skip("there is no C compiler, or no libwasmtime.so")
    (folder / "collect.c").write_text(block("c"), "utf-8")
    (folder / "libwasmtime.so").symlink_to(LIBRARIES[0])
    headers = f"-I{Path(__file__).with_name('c')}"
    warnings = ("-std=c11", "-Wall", "-Wextra", "-Werror")
    # The library has no name of its own, so that its path is what the program looks for.
    arguments = (headers, *warnings, "-o", "collect", "collect.c", str(folder / "libwasmtime.so"))
    subprocess.run([compiler, *arguments], cwd=folder, check=True)
    return folder / "collect"


def wasmtime_program() -> Path:
    """Return wasmtime's own program, where PyPI has one for this system."""
    found = importlib.util.find_spec("wasmtime_cli")
    if found is None or found.origin is None:
        pytest.skip("there is no program of wasmtime's here")
    program = Path(found.origin).with_name("wasmtime")
    program.chmod(0o755)
    return program


class Filter(NamedTuple):
    """A program that makes uploads of events."""

    command: Sequence[str]
    folder: Path

    def of(self, events: bytes) -> subprocess.CompletedProcess[bytes]:
        """Run it."""
        return subprocess.run(
            self.command,
            cwd=self.folder,
            input=events,
            capture_output=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module", params=["C", "wasmtime run"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filter:
    """The page's host in C, and the page's command, each with the component beside it."""
    folder = tmp_path_factory.mktemp("filter")
    shutil.copy(PACKAGED, folder / "collector.wasm")
    if request.param == "C":
        return Filter([str(compile_c(folder))], folder)
    return Filter([str(wasmtime_program()), "run", "collector.wasm"], folder)


@pytest.mark.parametrize("case", ONE_BODY[::8], ids=lambda case: case.name)
def test_a_filter_makes_the_uploads_of_a_case(program: Filter, case: Path) -> None:
    done = program.of((case / "events.ndjson").read_bytes())

    assert done.stdout == (case / "uploads.ndjson").read_bytes(), done.stderr
    is_whole = '"rejected-lines": 0,' in (case / "summary.json").read_text("utf-8")
    assert done.returncode == (0 if is_whole else 1), done.stderr


def test_a_filter_says_what_is_no_event(program: Filter) -> None:
    done = program.of(f"{RUN_STARTED}nonsense\n".encode())

    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.startswith(b"line 2: not an event: ")


def test_a_shell_makes_traces(tmp_path: Path) -> None:
    shutil.copy(PACKAGED, tmp_path / "collector.wasm")
    option = "--env COLLECTOR_OUTPUT=traces"
    assert option in PAGE
    command = [str(wasmtime_program()), "run", *option.split(), "collector.wasm"]
    done = Filter(command, tmp_path).of((EVERY_RESULT / "events.ndjson").read_bytes())

    # The case has them in requests of another size.
    assert spans(done.stdout) == spans((EVERY_RESULT / "traces.ndjson").read_bytes())
    assert spans(done.stdout)


def spans(requests: bytes) -> list[object]:
    """Return the spans of requests, a line each."""
    return [
        span
        for request in requests.splitlines()
        for of_resource in json.loads(request)["resourceSpans"]
        for of_scope in of_resource["scopeSpans"]
        for span in of_scope["spans"]
    ]


def posted(
    tmp_path: Path, environ: Mapping[str, str], engine: TestEngine
) -> subprocess.CompletedProcess[str]:
    """Run the page's shell recipe on a case."""
    shell = shutil.which("bash")
    if shell is None or shutil.which("curl") is None:
        pytest.skip("there is no bash, or no curl")
    path = os.pathsep.join((str(wasmtime_program().parent), environ["PATH"]))
    shutil.copy(PACKAGED, tmp_path / "collector.wasm")
    shutil.copy(EVERY_RESULT / "events.ndjson", tmp_path)
    recipe = block("sh")
    assert "https://analytics-api.buildkite.com/v1" in recipe
    return subprocess.run(
        [shell, "-c", recipe.replace("https://analytics-api.buildkite.com/v1", engine.url)],
        cwd=tmp_path,
        env={**environ, "PATH": path, "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_shell_posts(tmp_path: Path, engine: TestEngine, environ: dict[str, str]) -> None:
    done = posted(tmp_path, environ, engine)

    assert done.returncode == 0, done.stderr
    (request,) = engine.requests
    assert (request.status, request.problems) == (202, ())
    run = component().run(uploads=True, results=False)
    run.feed((EVERY_RESULT / "events.ndjson").read_text("utf-8"))
    run.finish()
    upload = run.take_upload(500)
    assert upload is not None
    assert len(engine.executions) == upload.results > 0


def test_a_shell_tries_again(tmp_path: Path, environ: dict[str, str]) -> None:
    token = environ["BUILDKITE_ANALYTICS_TOKEN"]
    with TestEngine(token=token, script=[Answer(503, {"Retry-After": "1"})]) as engine:
        done = posted(tmp_path, environ, engine)

    assert done.returncode == 0, done.stderr
    assert [request.status for request in engine.requests] == [503, 202]


def test_a_shell_says_what_was_not_accepted(
    tmp_path: Path, engine: TestEngine, environ: dict[str, str]
) -> None:
    done = posted(tmp_path, {**environ, "BUILDKITE_ANALYTICS_TOKEN": "wrong"}, engine)

    assert done.returncode != 0
    assert "401" in done.stderr


def started(number: int) -> str:
    """Return the start of a test."""
    return (
        f'{{"event":"test-started","execution":{number},"scope":"s","name":"{number}","time":0}}\n'
    )


def finished(number: int) -> str:
    """Return the end of a test that passed."""
    return f'{{"event":"test-finished","execution":{number},"time":1000000,"outcome":"passed"}}\n'


def test_uploadable_counts_as_the_page_says() -> None:
    run = component().run(uploads=True, results=False)

    def uploadable(events: str) -> int:
        return int(run._call("feed", events).uploadable)

    assert uploadable(started(1) + finished(1) + started(2)) == 1
    assert run.take_upload(500) is None
    assert uploadable('{"event":"uploaded","executions":[[1,1],[3,3]]}\n') == 0
    assert uploadable(RUN_STARTED + started(3) + finished(3)) == 0
    assert uploadable(started(4) + finished(4)) == 1
    run.finish()
    assert uploadable("") == 2
    assert run.take_upload(500) is not None
    assert uploadable("") == 0
    other = component().run(uploads=False, results=True)
    assert other._call("feed", RUN_STARTED + started(1) + finished(1)).uploadable == 0


def test_a_run_is_fed_after_its_end_as_the_page_says() -> None:
    run = component().run(uploads=True, results=False)
    run.feed(RUN_STARTED + started(1))
    run.finish()
    # The first stays as it was settled, the second is a result at once, the third waits.
    progress = run._call("feed", finished(1) + started(2) + finished(2) + started(3))
    assert progress.uploadable == 2
    assert (run.summary().failed, run.summary().passed) == (1, 1)
    run.finish()
    run.finish()
    assert run._call("feed", "").uploadable == 3
    assert (run.summary().failed, run.summary().passed) == (2, 1)
