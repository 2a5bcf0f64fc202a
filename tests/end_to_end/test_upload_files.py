"""What `buildkite-test-collector upload` may be given: encodings, links, pipes, broken files."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine, faults

from .namespace import in_namespace
from .project import COMMAND, TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = {"section": "top", "start_at": 0.0, "end_at": 1.0, "duration": 1.0, "children": []}

TWENTY = """
    import pytest
    @pytest.mark.parametrize('n', range(20))
    def test_it(n): pass
"""

#: What a file may begin with, as editors and PowerShell write it, and the encoding behind it.
MARKS = {"utf-8": "", "utf-8-sig": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}


@pytest.fixture
def kept(project: Project) -> Path:
    """A run that was not sent: its journal and its results, in one folder each."""
    token, project.token = project.token, None
    project.test("def test_ünïcode(): pass\n")
    project.token = token
    return project.path


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("name", ["events.ndjson", "results.json"])
def test_encodings(project: Project, kept: Path, name: str, encoding: str, line_break: str) -> None:
    """What PowerShell had copied by `>` was no results."""
    path = kept / name
    text = path.read_text("utf-8").replace("\n", line_break)
    path.write_bytes((MARKS[encoding] + text).encode(encoding))
    done = project.command("upload", name)

    assert done.returncode == 0, done.stderr
    assert "1 result uploaded" in done.stderr
    assert [each["name"] for each in project.engine.executions] == ["test_ünïcode"]
    assert path.exists() == (name == "results.json")


def test_a_journal_in_utf_16_that_is_accepted_in_part(tmp_path: Path) -> None:
    """Receipts go to its end: it is in UTF-8 by then."""
    with TestEngine(TOKEN, script=[None, faults.Answer(422), None]) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
        token, project.token = project.token, None
        project.test(
            "import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_it(n): pass"
        )
        project.token = token
        path = tmp_path / "events.ndjson"
        path.write_text(path.read_text("utf-8"), encoding="utf-16")
        assert project.command("upload", "events.ndjson").returncode == 1
        done = project.command("upload", "events.ndjson")
        assert done.returncode == 0, done.stderr
        assert len({each["id"] for each in engine.executions}) == len(engine.executions) == 20
        assert len(engine.runs) == 1
    assert not path.exists()


#: Files that hold no results, and what is said of them.
BROKEN = {
    "half of a character": ("[]".encode("utf-16")[:-1], "truncated data"),
    "UTF-16 without a mark": ("[]".encode("utf-16-le"), "neither UTF-8 nor UTF-16"),
    "a text in UTF-16": ("hello\n".encode("utf-16"), "it holds no results"),
    "an object in UTF-16": ("{}\n".encode("utf-16"), "its first line is no event"),
    "compressed": (gzip.compress(b"[]"), "no results in it"),
    "latin-1": ('["\u00e4"]'.encode("latin-1"), "can't decode byte 0xe4"),
    "not a number": (b"[NaN]", "there are no results in it"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_holds_no_results_is_as_it_was(project: Project, what: str) -> None:
    content, said = BROKEN[what]
    path = project.path / "broken"
    path.write_bytes(content)
    done = project.command("upload", "broken")

    assert done.returncode == 2, done.stderr
    assert "broken: " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == content


def test_one_result_that_makes_no_sense(project: Project) -> None:
    """The others are sent: a number that is none was a reason to send nothing."""
    good = {"name": "test_it", "history": HISTORY}
    project.write({"results.json": f'[{json.dumps(good)}, {{"name": NaN}}, "\\ud800"]'})
    done = project.command("upload", "results.json")

    assert done.returncode == 0, done.stderr
    assert "line 3 was passed over" in done.stderr
    assert [each["name"] for each in project.engine.executions] == ["test_it"]


@pytest.mark.skipif(sys.platform == "win32", reason="links are for few people there")
@pytest.mark.parametrize("name", ["events.ndjson", "results.json"])
def test_a_link(project: Project, kept: Path, name: str) -> None:
    """A link to a journal was one link too many."""
    (kept / "link").symlink_to(name)
    done = project.command("upload", "link")

    assert done.returncode == 0, done.stderr
    assert len(project.engine.executions) == 1
    assert (kept / name).exists() == (name == "results.json")
    assert (kept / "link").is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such path")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["events.ndjson", "results.json"])
def test_a_pipe(project: Project, kept: Path, name: str, encoding: str) -> None:
    """It was read twice, and had nothing to give the second time."""
    content = (kept / name).read_text("utf-8").encode(encoding)
    done = upload_from_pipe(project, content)

    assert done.returncode == 0, done.stderr
    assert [each["name"] for each in project.engine.executions] == ["test_ünïcode"]
    assert not list(kept.rglob("run.json"))


def upload_from_pipe(project: Project, content: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *COMMAND, "upload", "/dev/stdin"],
        cwd=project.path,
        env=project.environ(),
        input=content,
        capture_output=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such path")
def test_a_pipe_of_what_is_not_accepted(tmp_path: Path) -> None:
    """What was read is nowhere else: it is kept, and found without a name."""
    with TestEngine(TOKEN, script=[faults.Answer(422)]) as engine:
        project = Project(tmp_path, engine)
        results = json.dumps([{"name": "test_it", "history": HISTORY}])
        done = upload_from_pipe(project, results.encode())
        assert done.returncode == 1
        assert b"1 result not uploaded" in done.stderr
        again = project.command("upload")
        assert again.returncode == 0, again.stderr
        assert [each["name"] for each in engine.executions] == ["test_it"]
    assert not list(tmp_path.rglob("run.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such path")
@pytest.mark.parametrize("content", [b"", b"[]", b"what?\n", b"\xff\xfe\0"])
def test_a_pipe_without_results(project: Project, content: bytes) -> None:
    done = upload_from_pipe(project, content)
    assert done.returncode == 2
    assert b"/dev/stdin: " in done.stderr
    assert not list(project.path.rglob("run.json"))


def test_a_device(project: Project) -> None:
    done = project.command("upload", os.devnull)
    assert done.returncode == 2
    assert "there are no results in it" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="it takes Linux's mounts")
@pytest.mark.parametrize("name", ["events.ndjson", "results.json"])
def test_a_disk_that_cannot_be_written(project: Project, kept: Path, name: str) -> None:
    """What was sent from there can neither be removed nor noted, which is said."""
    (kept / "disk").mkdir()
    (kept / name).rename(kept / "disk" / name)
    script = f"mount --bind {kept}/disk {kept}/disk; mount -o remount,bind,ro {kept}/disk"
    command = in_namespace([sys.executable, *COMMAND, "upload", f"disk/{name}"], script, "--mount")
    done = subprocess.run(
        command, cwd=kept, env=project.environ(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "1 result uploaded" in done.stderr
    assert f"disk/{name}: another upload sends all of it again: " in done.stderr
    assert "cannot be written: [Errno 30] Read-only file system" in done.stderr
