"""What the runner does with a host that is gone, late, or says what nobody expects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from stand_in.pool import faults, file

from .pool import SCRIPT, SOCKET, run_pool

if TYPE_CHECKING:
    from .project import Project

PASSES = "def test_passes(): pass\n"


def says(answer: Any) -> faults.Say:
    """An answer with 200."""
    return faults.Say(200, json.dumps(answer).encode())


@pytest.mark.parametrize("lost", range(4))
def test_an_answer_that_is_lost(project: Project, lost: int) -> None:
    project.write({"test_it.py": PASSES})
    script = [None] * lost + [faults.Lose()]
    run = run_pool(project, [[file("test_it.py")]], script=script)

    assert run.status == 0, run.output
    assert run.host.verdicts == {"test_it.py": "passed"}
    assert len(project.engine.executions) == 1
    first, second = run.host.exchanges[lost : lost + 2]
    assert first.path == second.path
    assert first.content == second.content


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("status", [400, 401, 409, 426, 500])
def test_a_refusal_is_final(project: Project, place: int, status: int) -> None:
    project.write({"test_it.py": PASSES})
    script = [None] * place + [faults.Say(status, b'{"error": "no\x1b[31m"}')]
    run = run_pool(project, [[file("test_it.py")]], script=script)

    assert run.status == 1, run.output
    assert f"was answered with {status}" in run.output
    assert "\x1b[31m" not in run.output
    assert "Traceback" not in run.output
    assert len(run.host.exchanges) == place + 1
    assert len(project.engine.executions) == (1 if place == 2 else 0)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "text",
        {},
        {"type": "other"},
        {"type": "done"},
        {"type": "done", "reason": "because"},
        {"type": "batch"},
        {"type": "batch", "batch": {"id": "b_1"}},
        {"type": "batch", "batch": {"id": 1, "tests": []}},
        {"type": "batch", "batch": {"id": "b_1", "tests": ["test_it.py"]}},
        {"type": "wait", "retry_after_ms": "soon"},
        {"type": "wait", "retry_after_ms": -1},
    ],
)
def test_an_answer_that_is_none_is_said(project: Project, answer: Any) -> None:
    run = run_pool(project, [], script=[None, says(answer)])

    assert run.status == 1, run.output
    assert "[buildkite-pytest] the host's" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("session", [{}, {"session_id": 1}, {"session_id": "a\r\nb: c"}])
def test_a_session_that_is_none_is_said(project: Project, session: Any) -> None:
    script = [faults.Say(201, json.dumps(session).encode())]
    run = run_pool(project, [], script=script)

    assert run.status == 1, run.output
    assert "[buildkite-pytest] the host's session_id is no text" in run.output


@pytest.mark.parametrize(
    "test",
    [
        {},
        {"format": "file"},
        {"format": "tag", "value": "x"},
        {"format": []},
        {"format": "file", "path": 1},
    ],
)
def test_a_test_that_is_none_costs_its_batch_alone(project: Project, test: dict[str, Any]) -> None:
    project.write({"test_it.py": PASSES})
    run = run_pool(project, [[test], [file("test_it.py")]])

    assert run.status == 0, run.output
    assert [*run.host.errors] == ["b_1"]
    assert run.host.verdicts["test_it.py"] == "passed"


def test_fields_that_nobody_knows_are_ignored(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    test = {**file("test_it.py"), "estimated_duration": 3, "scope": "x", "tags": []}
    run = run_pool(project, [[test]])

    assert run.report() == {"test_passes": "passed"}


def test_a_batch_id_is_quoted_in_a_path(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    batch = {"id": "b/1 ?", "tests": [file("test_it.py")], "timeout_ms": 1}
    script = [None, says({"type": "batch", "batch": batch})]
    run = run_pool(project, [], script=script)

    assert run.paths[-1] == "POST /v1/batches/b%2F1%20%3F/results 409"
    assert run.status == 1


def test_a_socket_that_is_gone(project: Project) -> None:
    project.environment[SOCKET] = str(project.path / "gone")
    done = project.run("-c", SCRIPT)

    assert done.returncode == 1
    assert "POST /v1/sessions got no answer in 3 tries" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_host_that_is_late(project: Project) -> None:
    project.write({"test_it.py": PASSES})
    run = run_pool(project, [[file("test_it.py")]], script=[None, faults.Late(1), faults.Late(1)])

    assert run.status == 0
    assert run.host.verdicts == {"test_it.py": "passed"}


def test_a_host_that_never_answers(project: Project) -> None:
    never = faults.Never()
    run = run_pool(project, [], max_wait_ms=0, script=[None, never, never, never])

    assert run.status == 1
    assert "POST /v1/batches got no answer in 3 tries" in run.output
    assert len(run.host.exchanges) == 4


@pytest.mark.parametrize(
    "reason", ["plan_completed", "pool_consumed", "pool_errored", "terminating", "error"]
)
def test_every_reason_to_be_done_is_a_success(project: Project, reason: str) -> None:
    assert run_pool(project, [], reason=reason).status == 0


def test_tests_that_break_sockets_and_clocks_break_no_exchange(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
            import http.client, json, socket, time
            class Blocked(socket.socket):
                def __init__(self, *args, **kwargs): raise RuntimeError("no sockets here")
            def broken(*args, **kwargs): raise RuntimeError("no")
            socket.socket.connect = broken
            socket.socket = Blocked
            time.sleep = broken
            time.monotonic = time.time = lambda: 0.0
        """,
            "test_it.py": PASSES,
        }
    )
    run = run_pool(project, [[file("test_it.py")]], waits=2)

    assert run.status == 0, run.output
    assert run.host.verdicts == {"test_it.py": "passed"}
