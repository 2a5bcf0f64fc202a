"""A results file is sent once, by whoever and however often: receipts lie beside it."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Callable

import pytest
from stand_in import TestEngine, faults

from .project import COMMAND, TOKEN, Project
from .test_disasters import mounted

if TYPE_CHECKING:
    from pathlib import Path

#: Another user: "nobody".
OTHER = 65534

SENT = "everything in it was accepted before"


def result(name: str, **more: object) -> dict[str, Any]:
    history = {"section": "top", "start_at": 0.0, "end_at": 1.0, "duration": 1.0, "children": []}
    return {"name": name, "history": history, "result": "passed", **more}


def write(project: Project, *results: object) -> Path:
    path = project.path / "results.json"
    path.write_text(json.dumps(results), encoding="utf-8")
    return path


def upload(project: Project, status: int = 0, *files: str) -> str:
    done = project.command("upload", *(files or ["results.json"]))
    assert done.returncode == status, done.stderr
    return done.stderr


def arrived(engine: TestEngine) -> Counter[str]:
    return Counter(each["name"] for each in engine.executions)


def receipts(path: Path) -> list[dict[str, Any]]:
    text = path.with_name("results.json.sent").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_once(project: Project) -> None:
    """A second upload doubled everything."""
    write(project, result("a"), result("b"))
    assert "2 results uploaded" in upload(project)
    assert upload(project) == f"results.json: {SENT}\n"
    assert upload(project, 0, "results.json", str(project.path / "results.json")).count(SENT) == 2
    assert arrived(project.engine) == {"a": 1, "b": 1}


def test_what_is_new_and_what_was_changed(project: Project) -> None:
    write(project, result("a"), result("b"), result("c"))
    upload(project)
    # In another order, with other spaces, one changed, one gone, and one new.
    path = project.path / "results.json"
    results = [result("d"), result("c"), result("b", result="failed")]
    path.write_text(json.dumps(results, indent=4, sort_keys=True))
    assert "2 results uploaded" in upload(project)
    assert SENT in upload(project)
    assert arrived(project.engine) == {"a": 1, "b": 2, "c": 1, "d": 1}


def test_a_file_that_runs_merge_into(project: Project) -> None:
    for count in (1, 2, 3):
        project.write({"test_it.py": f"def test_{count}(): pass\n"})
        project.token = None
        project.pytest("--json=merged.json", "--merge-json", watched=False)
        project.token = TOKEN
        assert "1 result uploaded" in upload(project, 0, "merged.json")
    written = json.loads((project.path / "merged.json").read_text())
    assert len(written) == 3
    assert [each["id"] for each in project.engine.executions] == [each["id"] for each in written]


def test_results_that_nobody_can_tell_apart(project: Project) -> None:
    """Each of them counts: as many are sent as there are more of than before."""
    write(project, *[result("same")] * 3)
    assert "3 results uploaded" in upload(project)
    write(project, *[result("same")] * 5)
    assert "2 results uploaded" in upload(project)
    assert SENT in upload(project)


def test_what_was_not_accepted_is_sent_to_the_same_run(tmp_path: Path) -> None:
    script = [None, faults.Answer(422), None, None]
    with TestEngine(TOKEN, script=script) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
        write(project, *(result(f"test_{n}") for n in range(30)))
        said = upload(project, 1)
        assert "10 results not uploaded" in said
        assert "to try again: buildkite-test-collector upload results.json" in said
        assert "10 results uploaded" in upload(project)
        assert SENT in upload(project)
        assert arrived(engine) == Counter(f"test_{n}" for n in range(30))
        assert len(engine.runs) == 1
        # What comes later belongs to a run of its own.
        write(project, result("later"))
        upload(project)
        assert len(engine.runs) == 2
    assert not list(tmp_path.rglob("run.json"))


def test_another_suite_and_another_server(project: Project) -> None:
    write(project, result("a"))
    upload(project)
    with TestEngine("another-token") as other:
        project.token = other.token
        project.environment["BUILDKITE_ANALYTICS_API_URL"] = other.url
        assert "1 result uploaded" in upload(project)
        assert SENT in upload(project)
        assert arrived(other) == {"a": 1}
    del project.environment["BUILDKITE_ANALYTICS_API_URL"]
    project.token = TOKEN
    assert SENT in upload(project)
    assert arrived(project.engine) == {"a": 1}


def test_what_the_receipts_say_to_others(project: Project) -> None:
    """Neither the token, nor who else may read them."""
    path = write(project, result("a"))
    upload(project)
    sent = path.with_name("results.json.sent")
    assert TOKEN not in sent.read_text("utf-8")
    assert sys.platform == "win32" or stat.S_IMODE(sent.stat().st_mode) == 0o600
    (line,) = receipts(path)
    assert set(line) == {"suite", "run", "left", "results"}
    assert line["left"] == 0


def test_what_is_not_in_the_file_any_more_is_forgotten(project: Project) -> None:
    """A file that every run writes anew does not have receipts that grow for ever."""
    for count in range(4):
        path = write(project, result(f"test_{count}"), result("always"))
        upload(project)
    assert sum(len(line["results"]) for line in receipts(path)) == 2
    assert arrived(project.engine)["always"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\0hostile\n",
        b"{}\n[]\nnull\n" + b"[" * 100_000 + b"\n",
        b'{"suite": 1, "run": 2, "left": 3, "results": 4}\n',
        b'{"suite":"","run":"","left":0,"results":[{},[],null]}\n',
        b'{"suite":"",',
    ],
    ids=["bytes", "nested", "types", "elements", "torn"],
)
def test_receipts_that_make_no_sense(project: Project, content: bytes) -> None:
    path = write(project, result("a"))
    path.with_name("results.json.sent").write_bytes(content)
    assert "1 result uploaded" in upload(project)
    assert SENT in upload(project)
    assert len(receipts(path)) == 1


def give_away(sent: Path) -> None:
    sent.write_text("kept")
    os.chown(sent, OTHER, OTHER)


#: What keeps receipts from being written, and how it comes to be.
OBSTACLES: dict[str, Callable[[Path], object]] = {
    "a directory": lambda sent: sent.mkdir(),
    "a link": lambda sent: sent.symlink_to("victim.txt"),
    "another user's": give_away,
    "a pipe": os.mkfifo,
}


@pytest.mark.skipif(sys.platform == "win32", reason="it is about POSIX's files")
@pytest.mark.parametrize("what", OBSTACLES)
def test_receipts_that_cannot_be_written(project: Project, what: str) -> None:
    """Results are sent all the same, and a line says that they would be sent again."""
    if what == "another user's" and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = write(project, result("a"))
    project.write({"victim.txt": "kept"})
    sent = path.with_name("results.json.sent")
    OBSTACLES[what](sent)
    said = upload(project)
    assert "1 result uploaded" in said
    assert f"results.json: another upload sends all of it again: {sent} cannot be written: " in said
    assert "1 result uploaded" in upload(project)
    assert (project.path / "victim.txt").read_text() == "kept"
    assert not sent.is_file() or sent.read_text() == "kept"


def test_receipts_on_a_full_disk(project: Project) -> None:
    """What was torn off there keeps no later receipt from being read."""
    with mounted(project.path / "disk", "size=16k"):
        filler = project.path / "disk/filler"
        (project.path / "disk/results.json").write_text(json.dumps([result("a")]))
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x")
        said = upload(project, 0, "disk/results.json")
        assert "results.json.sent cannot be written: [Errno 28] No space left on device" in said
        filler.unlink()
        upload(project, 0, "disk/results.json")
        assert SENT in upload(project, 0, "disk/results.json")


def test_two_uploads_at_once(tmp_path: Path) -> None:
    with TestEngine(TOKEN, script=[faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        write(project, result("a"))
        with start(project, "results.json") as first:
            engine.wait_for(1, 60)
            assert "results.json: it is being delivered" in upload(project, 1)
            first.kill()
        # A lock ends with its holder.
        assert "1 result uploaded" in upload(project)
        assert arrived(engine) == {"a": 1}


def test_many_uploads_at_once(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
    write(project, *(result(f"test_{n}") for n in range(100)))
    uploads = [start(project, "results.json") for _ in range(5)]
    statuses = [each.wait(60) for each in uploads]
    assert set(statuses) <= {0, 1}
    assert SENT in upload(project)
    assert arrived(project.engine) == Counter(f"test_{n}" for n in range(100))


def start(project: Project, *files: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *COMMAND, "upload", *files],
        cwd=project.path,
        env=project.environ(),
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="links are for few people there")
def test_a_file_of_two_names(project: Project) -> None:
    write(project, result("a"))
    (project.path / "latest.json").symlink_to("results.json")
    assert "1 result uploaded" in upload(project, 0, "latest.json")
    assert SENT in upload(project)
    assert arrived(project.engine) == {"a": 1}


def test_what_is_no_result_is_said_each_time(project: Project) -> None:
    write(project, result("a"), {"name": "incomplete"})
    for said in ("1 result uploaded", "the result does not say how long it took"):
        assert said in upload(project)
    done = upload(project)
    assert "the result does not say how long it took" in done
    assert arrived(project.engine) == {"a": 1}


def test_an_upload_that_is_killed(tmp_path: Path) -> None:
    """What was accepted by then is known."""
    with TestEngine(TOKEN, script=[None, None, faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE"] = "10"
        path = write(project, *(result(f"test_{n}") for n in range(30)))
        with start(project, "results.json") as first:
            engine.wait_for(3, 60)
            wait_until_receipts(path, 2)
            first.kill()
        assert "10 results uploaded" in upload(project)
        assert arrived(engine) == Counter(f"test_{n}" for n in range(30))
        assert len(engine.runs) == 1


def wait_until_receipts(path: Path, count: int) -> None:
    import time

    until = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            if len(receipts(path)) >= count:
                return
        assert time.monotonic() < until
        time.sleep(0.02)
