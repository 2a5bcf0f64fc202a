"""The command `buildkite-test-collector upload`: what was kept, sent after all, and once."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.journal.receipts import Receipts
from stand_in import TestEngine, faults

from .project import COMMAND, TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_was_killed(project: Project) -> None:
    """W4: nothing was left of it."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    project.interrupt(signal.SIGKILL, "--buildkite-journal=kept.ndjson")
    assert project.engine.requests == []
    with (project.path / "kept.ndjson").open("a") as journal:
        journal.write('{"event":"phase","exec')

    done = project.command("upload", "kept.ndjson")
    assert done.returncode == 0, done.stderr
    assert "line 5 was passed over: not JSON: no end of a text" in done.stderr
    before, slow = project.engine.executions
    assert (before["name"], before["result"]) == ("test_before", "passed")
    assert (slow["name"], slow["result"]) == ("test_slow", "failed")
    assert slow["failure_reason"] == "The process ended while this test ran."
    assert not (project.path / "kept.ndjson").exists()


def test_only_what_was_not_accepted(tmp_path: Path) -> None:
    script = [None, faults.Answer(422), None, faults.Answer(401), faults.Answer(401)]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
        source = "import pytest\n@pytest.mark.parametrize('n', range(30))\ndef test_it(n): pass\n"
        project.write({"test_it.py": source})
        run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
        assert "10 results not uploaded" in run.said[-1]
        assert "to try again: buildkite-test-collector upload" in run.said[-1]

        refused = project.command("upload", "kept.ndjson")
        assert refused.returncode == 1
        accepted = project.command("upload", "kept.ndjson")
        assert accepted.returncode == 1
        accepted = project.command("upload", "kept.ndjson")
        assert accepted.returncode == 0, accepted.stderr
        assert "10 results uploaded" in accepted.stderr
        assert len({result["id"] for result in engine.executions}) == len(engine.executions) == 30
        assert len(engine.runs) == 1
    assert not (tmp_path / "kept.ndjson").exists()


def test_bad_input(project: Project) -> None:
    names = {
        "empty.ndjson": "",
        "nonsense.ndjson": "what?\n",
        "torn.json": '[{"name":',
        "deep.json": "[" * 100_000,
        "numbers.json": "[1, 2]",
        "none.json": "[]",
        "unended.ndjson": "what",
    }
    project.write(names)
    (project.path / "bytes.ndjson").write_bytes(b"\xff\0\n" * 100)
    for name in ("missing.ndjson", "bytes.ndjson", ".", *names):
        done = project.command("upload", name)
        assert done.returncode == 2
        assert name in done.stderr
    # Somebody may have named the wrong file: it is as it was.
    assert {name: (project.path / name).read_text("utf-8") for name in names} == names
    assert (project.path / "bytes.ndjson").exists()
    project.token = None
    assert project.command("upload", "empty.ndjson").returncode == 2


def test_a_results_file(project: Project) -> None:
    """The results that a run without a token wrote are sent as they are, and the file stays."""
    token, project.token = project.token, None
    run = project.test(
        """
        import pytest
        @pytest.mark.execution_tag("team", "checkout")
        def test_passes(spans):
            with spans.measure("sleep"): pass
        def test_fails(): assert 1 == 2
        @pytest.mark.skip(reason="why")
        def test_skipped(): pass
        """
    )
    project.token = token
    project.environment = {"BUILDKITE_BUILD_ID": "build-7"}
    done = project.command("upload", "results.json")
    assert done.returncode == 0, done.stderr
    assert "3 results uploaded" in done.stderr
    (request,) = project.engine.requests
    assert request.problems == ()
    assert request.body["run_env"]["key"] == "build-7"
    assert request.body["data"] == run.written
    assert json.loads((project.path / "results.json").read_text("utf-8")) == run.written


def test_a_results_file_that_is_not_accepted(tmp_path: Path) -> None:
    script = [faults.Answer(422), None]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        results = [{"name": "test_it", "history": HISTORY}, {"name": "incomplete"}]
        project.write({"results.json": json.dumps(results)})
        done = project.command("upload", "results.json")
        assert done.returncode == 1
        assert "1 result not uploaded" in done.stderr
        assert "the result does not say how long it took" in done.stderr
        (kept,) = re.findall(r"buildkite-test-collector upload (\S+)", done.stderr)
        assert project.command("upload", kept).returncode == 0
        assert [each["name"] for each in engine.executions] == ["test_it"]


def test_progress_is_shown_on_a_terminal(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
    project.write(
        {"results.json": json.dumps([{"name": f"test_{n}", "history": HISTORY} for n in range(25)])}
    )
    here, there = os.openpty()
    with subprocess.Popen(
        [sys.executable, *COMMAND, "upload", "results.json"],
        cwd=project.path,
        env=project.environ(),
        stderr=there,
    ) as process:
        assert process.wait(60) == 0
    os.close(there)
    shown = os.read(here, 10_000).decode()
    os.close(here)
    # The first may have arrived before the last are taken.
    assert re.match(r"\r10 of 2[05] results\r20 of 2[05] results\r25 of 25 results\r\n", shown)


HISTORY = {"section": "top", "start_at": 0.0, "end_at": 1.0, "duration": 1.0, "children": []}


def test_a_long_journal_whose_receipts_stand_at_its_end(tmp_path: Path) -> None:
    """What was accepted is not sent again, however much is read before that is known."""
    with TestEngine(TOKEN, script=[None, faults.Answer(422), None]) as engine:
        project = Project(tmp_path, engine)
        source = """
            import pytest
            @pytest.mark.parametrize("n", range(1500), ids=lambda n: f"{n}" + "x" * 400)
            def test_it(n): pass
        """
        project.write({"test_it.py": source})
        run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)
        assert "500 results not uploaded" in run.said[-1]
        assert (tmp_path / "kept.ndjson").stat().st_size > 3 * 256 * 1024
        done = project.command("upload", "kept.ndjson")
        assert done.returncode == 0, done.stderr
        assert "500 results uploaded" in done.stderr
        assert len({each["id"] for each in engine.executions}) == len(engine.executions) == 1500


def test_a_receipt_behind_one_that_was_torn_off(tmp_path: Path) -> None:
    """On a disk that was full for a while both were lost, and their results sent again."""
    path = tmp_path / "receipts.ndjson"
    path.write_text('{"event":"uploaded","exec')
    receipts = Receipts(str(path))
    receipts.add('{"event":"uploaded","executions":[[1,2]]}')
    assert receipts.read().splitlines()[1] == '{"event":"uploaded","executions":[[1,2]]}'
