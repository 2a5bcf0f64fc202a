"""The report page: the setting that has it written, and the command that makes one of many runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import uuid
from pathlib import Path

import pytest
from _buildkite_test_collector.component.component import Component
from _buildkite_test_collector.delivery.report_page import SHELL

from .project import TOKEN, Project, needs_courier
from .report_page import runs_of

pytestmark = pytest.mark.skipif(not SHELL.exists(), reason="`cargo xtask page` was not run")

CASES = Path(__file__).parents[1] / "cases"

TESTS = """
    import time, pytest

    @pytest.fixture
    def slow():
        time.sleep(0.02)
        yield
        time.sleep(0.01)
    def test_passes(slow): pass
    def test_fails(): assert "left" == "right"
    @pytest.mark.skip(reason="not today")
    def test_skipped(): pass
    @pytest.mark.execution_tag("team", "shop")
    def test_has_a_span(spans):
        with spans.measure("sql", {"query": "SELECT 1"}): pass
"""

OUTCOMES = {
    "test_passes": "p",
    "test_fails": "f",
    "test_skipped": "s",
    "test_has_a_span": "p",
}


@pytest.mark.parametrize("courier", ["auto", "false"])
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_run_is_on_its_page(project: Project, token: str, courier: str) -> None:
    project.environment = {
        "BUILDKITE_ANALYTICS_TOKEN": token,
        "BUILDKITE_ANALYTICS_COURIER": courier,
        "BUILDKITE_ANALYTICS_REPORT": "out/page.html",
    }
    project.write({"test_it.py": TESTS})
    run = project.pytest(watched=False)

    assert run.status == 1
    assert bool(project.engine.executions) == bool(token)
    page = project.path / "out/page.html"
    (shown,) = runs_of(page)
    assert shown.outcomes == OUTCOMES
    assert shown.columns["counts"] == {"passed": 2, "failed": 1, "skipped": 1, "unknown": 0}
    assert shown.columns["status"] == 1
    assert "left" in json.dumps(shown.failures["test_fails"])
    tests = dict(zip(shown.column("name"), range(4)))
    setup, teardown = (
        shown.columns["tests"][name][tests["test_passes"]] for name in ("setup", "teardown")
    )
    assert setup >= 20_000
    assert teardown >= 10_000
    assert shown.columns["spans"]["section"] == "q"
    assert set(shown.column("worker")) == {""}
    assert TOKEN.encode() not in page.read_bytes()


def test_without_the_setting_there_is_none(project: Project) -> None:
    project.write({"test_it.py": TESTS})
    project.pytest(watched=False)

    assert not list(project.path.rglob("*.html"))


def test_workers_are_told_apart(project: Project) -> None:
    project.write(
        {
            "test_it.py": "import pytest\n@pytest.mark.parametrize('n', range(20))\n"
            "def test_it(n): assert n != 7\n"
        }
    )
    project.use("xdist")
    project.pytest("-n", "2", "--buildkite-report=page.html", watched=False)

    (shown,) = runs_of(project.path / "page.html")
    assert shown.columns["counts"]["failed"] == 1
    assert set(shown.column("worker")) == {"gw0", "gw1"}


def test_attempts_are_tests_of_their_own(project: Project) -> None:
    project.use("rerunfailures")
    project.write(
        {"test_it.py": "seen = []\ndef test_it():\n    seen.append(1)\n    assert len(seen) > 1\n"}
    )
    project.pytest("--reruns=1", "--buildkite-report=page.html", watched=False)

    (shown,) = runs_of(project.path / "page.html")
    assert shown.column("name") == ["test_it", "test_it"]
    assert shown.columns["tests"]["result"] == "fp"


@needs_courier
def test_a_run_that_is_killed_is_on_its_page(project: Project) -> None:
    """The courier writes it, with the test that ran."""
    project.environment["BUILDKITE_ANALYTICS_TOKEN"] = ""
    project.write(
        {
            "test_it.py": """
        import os, pathlib, signal, time
        def test_before():
            while not list(pathlib.Path.home().rglob("courier.json")): time.sleep(0.02)
        def test_dies(): os.kill(os.getpid(), signal.SIGKILL)
    """
        }
    )
    run = project.pytest("--buildkite-report=page.html", watched=False)
    project.wait_for_couriers()

    assert run.status == -signal.SIGKILL
    (shown,) = runs_of(project.path / "page.html")
    assert shown.outcomes == {"test_before": "p", "test_dies": "f"}
    assert "SIGKILL" in shown.columns["aborted"]


@pytest.mark.parametrize("place", ["file/page.html", "folder", "/dev/stdout"])
def test_a_place_that_cannot_be_written(project: Project, place: str) -> None:
    """It costs a line, and no exit status."""
    project.environment["BUILDKITE_ANALYTICS_TOKEN"] = ""
    project.write({"test_it.py": "def test_it(): pass\n", "file": ""})
    (project.path / "folder").mkdir()
    run = project.pytest(f"--buildkite-report={place}", watched=False)

    assert run.status == 0
    (line,) = run.said
    assert line.startswith("Buildkite Test Engine: the report page ")
    assert "cannot be written: " in line
    if place == "/dev/stdout":
        return
    journal = line.split("to try again: buildkite-test-collector report ")[1].split(" --output")[0]
    done = project.command("report", journal, "--output", "page.html")
    assert done.returncode == 0, done.stderr
    (shown,) = runs_of(project.path / "page.html")
    assert shown.outcomes == {"test_it": "p"}


def test_an_installation_without_a_page_says_how_to_get_one(project: Project) -> None:
    """As one from a checkout is, where nobody has built the page."""
    package = SHELL.parents[1]
    leave_out = shutil.ignore_patterns("page.html", "__pycache__")
    shutil.copytree(package, project.path / "lib" / package.name, ignore=leave_out)
    project.environment["PYTHONPATH"] = str(project.path / "lib")
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = project.pytest("--buildkite-report=page.html", "test_it.py", watched=False)

    assert run.status == 0
    assert "1 result uploaded to" in run.said[0]
    assert "made from a checkout, without `cargo xtask page`" in run.said[1]
    assert len(run.said) == 2
    assert not (project.path / "page.html").exists()


@pytest.mark.parametrize("other", ["--json", "--buildkite-journal"])
def test_it_takes_the_place_of_no_other_file_of_the_run(project: Project, other: str) -> None:
    project.write({"test_it.py": "def test_it(): pass\n"})
    run = project.pytest(f"{other}=out", "--buildkite-report=./out", watched=False)

    assert run.status == 0
    assert "1 result uploaded to" in run.said[0]
    assert "names the same file" in run.said[1]
    assert (project.path / "out").read_bytes().startswith((b"[", b'{"event"'))


def test_results_are_uploaded_where_the_page_cannot_be_written(project: Project) -> None:
    project.write({"test_it.py": "def test_it(): pass\n", "file": ""})
    run = project.pytest("--buildkite-report=file/page.html", watched=False)

    assert "1 result uploaded to" in run.said[0]
    assert "the report page" in run.said[1]
    assert [each["name"] for each in project.engine.executions] == ["test_it"]


@pytest.mark.parametrize("case", sorted(each.name for each in CASES.iterdir() if each.is_dir()))
def test_every_case_is_packed_as_the_component_made_it(project: Project, case: str) -> None:
    """Byte for byte, and twice the same."""
    pages = [project.path / name for name in ("one.html", "two.html")]
    for page in pages:
        project.command("report", str(CASES / case / "events.ndjson"), "--output", str(page))
    run = Component(size=0).run()
    run.keep_page()
    run.feed((CASES / case / "events.ndjson").read_bytes().decode())
    run.finish()
    details = [*iter(run.take_page_details, None)]
    made = run.take_page()
    if not pages[0].exists():
        # It holds no results.
        assert made is None or not sum(json.loads(made.columns)["counts"].values())
        return
    assert made is not None
    assert pages[0].read_bytes() == pages[1].read_bytes()
    (shown,) = runs_of(pages[0])
    assert shown.packed.decode() == made.columns
    assert [block.decode() for block in shown.details] == details


def test_many_jobs_become_one_page(project: Project) -> None:
    events = (CASES / "a-page/events.ndjson").read_text("utf-8")
    for job, number in (("linux", "4c"), ('macos <&">', "4d")):
        (project.path / job).mkdir()
        # The id of each run is its own.
        text = events.replace("0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b", f"{uuid.UUID(number * 16)}")
        (project.path / job / "events.ndjson").write_text(text, "utf-8")
    results = project.path / "results.json"
    project.write({"test_it.py": TESTS})
    project.pytest("--json=results.json", watched=False)
    files = [
        project.path / "linux/events.ndjson",
        project.path / 'macos <&">/events.ndjson',
        results,
    ]
    before = [file.read_bytes() for file in files]
    done = project.command("report", *map(str, files), "--output", "page.html")

    assert done.returncode == 0, done.stderr
    shown = runs_of(project.path / "page.html")
    assert [run.name for run in shown] == [
        "linux/events.ndjson",
        "macos &lt;&amp;&quot;&gt;/events.ndjson",
        "results.json",
    ]
    assert shown[2].outcomes == OUTCOMES
    assert [file.read_bytes() for file in files] == before
    done = project.command("report", *map(str, files[:2]), "--output", "page.html")
    assert [run.name for run in runs_of(project.path / "page.html")] == [
        "linux",
        "macos &lt;&amp;&quot;&gt;",
    ]


def test_what_cannot_be_read_is_named_and_the_rest_is_shown(project: Project) -> None:
    journal = (CASES / "a-page/events.ndjson").read_text("utf-8").splitlines()
    journal.insert(3, "no event")
    # What was written while the disk failed may be any bytes.
    broken = "\n".join([*journal, ""]).encode() + b'\xff\xfe{"event"\n'
    (project.path / "broken.ndjson").write_bytes(broken)
    (project.path / "text.json").write_text("[1, 2")
    (project.path / "copy.ndjson").write_bytes(broken)
    files = ["broken.ndjson", "missing.ndjson", "text.json", "copy.ndjson"]
    done = project.command("report", *files, "--output", "page.html")

    assert done.returncode == 1
    said = done.stderr
    assert "broken.ndjson: line 4 was passed over: " in said
    assert f"broken.ndjson: line {len(journal) + 1} was passed over: " in said
    assert "missing.ndjson: [Errno 2]" in said
    assert "text.json: it holds no results: " in said
    assert "copy.ndjson: it is the run of broken.ndjson, and shown once" in said
    (shown,) = runs_of(project.path / "page.html")
    assert sum(shown.columns["counts"].values()) == 5


def test_what_was_uploaded_is_shown(project: Project) -> None:
    """The events of a run that was sent say so; the page is about all of it."""
    project.write({"test_it.py": TESTS})
    run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
    assert len(run.uploaded) == len(OUTCOMES)
    assert b'{"event":"uploaded"' in (project.path / "kept.ndjson").read_bytes()
    done = project.command("report", "kept.ndjson", "--output", "page.html")

    assert done.returncode == 0, done.stderr
    (shown,) = runs_of(project.path / "page.html")
    assert shown.outcomes == OUTCOMES


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
def test_the_name_of_a_job_may_be_no_unicode(project: Project) -> None:
    events = (CASES / "a-page/events.ndjson").read_bytes()
    names = [os.fsdecode(b"caf\xe9.ndjson"), "other.ndjson"]
    (project.path / names[0]).write_bytes(events)
    (project.path / names[1]).write_bytes(events.replace(b"0193ab3c-", b"0193ab3d-"))
    done = project.command("report", *names, "--output", "page.html")

    assert done.returncode == 0, done.stderr
    shown = runs_of(project.path / "page.html")
    assert [run.name for run in shown] == ["caf\ufffd.ndjson", "other.ndjson"]


def test_the_page_takes_the_place_of_no_file_that_is_shown(project: Project) -> None:
    events = (CASES / "a-page/events.ndjson").read_bytes()
    (project.path / "kept.ndjson").write_bytes(events)
    done = project.command("report", "kept.ndjson", "--output", "./kept.ndjson")

    assert done.returncode == 2
    assert "name another one for the page" in done.stderr
    assert (project.path / "kept.ndjson").read_bytes() == events


@pytest.mark.parametrize("command", ["report", "upload"])
def test_lines_that_are_not_quoted_are_counted(project: Project, command: str) -> None:
    events = (CASES / "a-page/events.ndjson").read_text("utf-8")
    (project.path / "broken.ndjson").write_text(events + 25 * "no event\n", "utf-8")
    output = ["--output", "page.html"] if command == "report" else []
    done = project.command(command, "broken.ndjson", *output)

    quoted = done.stderr.count(" was passed over: ")
    assert 0 < quoted < 25
    assert f"broken.ndjson: {25 - quoted} more lines were passed over" in done.stderr


@pytest.mark.parametrize("content", ["", "[]", "{}\n", "no event\n"])
def test_nothing_to_show(project: Project, content: str) -> None:
    (project.path / "empty").write_text(content)
    done = project.command("report", "empty", "--output", "page.html")

    assert done.returncode == 2
    assert done.stderr.startswith("empty: ")
    assert not (project.path / "page.html").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="it is about UTF-16 of PowerShell, elsewhere")
def test_other_encodings(project: Project) -> None:
    text = (CASES / "a-page/events.ndjson").read_text("utf-8")
    (project.path / "a.ndjson").write_text(text, "utf-16")
    (project.path / "b.ndjson").write_text("\ufeff" + text.replace("9e2a", "9e2b"), "utf-8")
    done = project.command("report", "a.ndjson", "--output", "page.html")
    assert done.returncode == 0, done.stderr
    done = project.command("report", "b.ndjson", "--output", "page.html")
    assert done.returncode == 0, done.stderr
    (shown,) = runs_of(project.path / "page.html")
    assert sum(shown.columns["counts"].values()) == 5


def test_the_command_has_a_place_that_cannot_be_written(project: Project) -> None:
    case = str(CASES / "a-page/events.ndjson")
    done = project.command("report", case, "--output", os.devnull + "/page.html")

    assert done.returncode == 2
    assert "/page.html cannot be written: " in done.stderr
