"""The stand-in of a pool's host: it is as strict as bktec."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..pool import PoolHost, example, faults, file

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pool is for Linux and macOS")

SESSION = {
    "instance_id": "11111111-1111-4111-8111-111111111111",
    "runner": {
        "name": "r",
        "version": "1",
        "framework": "f",
        "framework_version": "1",
        "language": "l",
        "language_version": "1",
        "pid": 1,
    },
    "capabilities": {"selector_formats": ["file"]},
}


class Client:
    """Asks the host as a runner does."""

    def __init__(self, host: PoolHost) -> None:
        self._path = str(host.path)
        self.session = ""

    def ask(self, method: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Send a request and return the answer."""
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(self._path)
        sent = {"Content-Type": "application/json", "Connection": "close", **headers}
        if self.session:
            sent.setdefault("X-Bktec-Session", self.session)
        connection.request(
            method, path, body if isinstance(body, bytes) else json.dumps(body), sent
        )
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def begin(self, **changes: Any) -> int:
        """Begin a session."""
        self.session = ""
        status, answer = self.ask("POST", "/v1/sessions", {**SESSION, **changes})
        self.session = answer.get("session_id", "")
        return status

    def pull(self) -> Any:
        """Ask for a batch."""
        return self.ask("POST", "/v1/batches", {})[1]

    def post(self, *entries: Any, batch: str = "b_1") -> int:
        """Post a report."""
        body = {"status": "completed", "report_format": "pytest-json", "report": entries}
        return self.ask("POST", f"/v1/batches/{batch}/results", body)[0]


def entry(name: str, result: str = "passed", file_name: str = "test_a.py") -> dict[str, Any]:
    """An entry of a report."""
    location = f"{file_name}:1"
    return {
        "id": "1",
        "scope": file_name,
        "name": name,
        "location": location,
        "file_name": file_name,
        "result": result,
    }


@pytest.fixture
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoolHost]:
    path = tmp_path_factory.mktemp("p") / "s"
    with PoolHost(path, [[file("test_a.py")], [example("test_b.py::test_1")]], retries=1) as host:
        yield host


@pytest.fixture
def client(host: PoolHost) -> Client:
    client = Client(host)
    assert client.begin() == 201
    return client


def test_a_pull_gets_the_same_batch_until_it_is_answered_for(client: Client) -> None:
    first = client.pull()
    assert first == client.pull()
    assert first["batch"]["id"] == "b_1"
    assert client.post(entry("test_1")) == 200
    assert client.pull()["batch"]["id"] == "b_2"


def test_the_same_instance_gets_its_session_again_and_another_retires_it(client: Client) -> None:
    session = client.session
    batch = client.pull()
    assert client.begin() == 201
    assert client.session == session
    assert client.begin(instance_id="22222222-2222-4222-8222-222222222222") == 201
    assert client.pull() == batch
    client.session = session
    assert client.ask("POST", "/v1/batches", {})[0] == 401


def test_a_result_is_taken_again_as_the_same_bytes_alone(client: Client) -> None:
    client.pull()
    assert client.post(entry("test_1")) == 200
    assert client.post(entry("test_1")) == 200
    assert client.post(entry("test_1", "failed")) == 409
    assert client.post(batch="b_7") == 409


@pytest.mark.parametrize(
    "wrong",
    [
        b"{",
        [],
        {"status": "completed", "report_format": "pytest-json", "report": {}},
        {"status": "completed", "report_format": "rspec-json", "report": []},
        {"status": "completed", "report_format": "pytest-json", "report": [], "more": 1},
        {
            "status": "errored",
            "report_format": "pytest-json",
            "error": {"kind": "x", "message": ""},
        },
        {"status": "completed", "report_format": "pytest-json", "report": [{"name": "x"}]},
        {
            "status": "completed",
            "report_format": "pytest-json",
            "report": [entry("test_1", "unknown")],
        },
    ],
)
def test_another_form_is_refused(client: Client, wrong: Any) -> None:
    client.pull()
    assert client.ask("POST", "/v1/batches/b_1/results", wrong)[0] == 400


def test_headers_and_version_are_looked_at(client: Client) -> None:
    assert client.ask("POST", "/v1/batches", {}, Connection="keep-alive")[0] == 400
    assert client.ask("POST", "/v1/batches", {}, **{"Content-Type": "text/plain"})[0] == 400
    assert client.ask("POST", "/v1/batches", {}, **{"X-Bktec-Session": "other"})[0] == 401
    assert client.ask("POST", "/v2/batches", {})[0] == 426
    assert client.ask("GET", "/v1/other", {})[0] == 404


@pytest.mark.parametrize(
    "report",
    [
        [entry("test_1"), entry("test_1")],
        [entry("test_1", file_name="test_other.py")],
        [entry("test_1"), entry("test_2", file_name="./test_a.py")],
    ],
)
def test_a_report_that_is_unfit_is_errored_as_a_whole(
    host: PoolHost, client: Client, report: list[Any]
) -> None:
    client.pull()
    assert client.post(*report) == 200
    assert host.verdicts == {"test_a.py": "errored"}
    assert "b_1" in host.errors


def test_a_file_without_entries_has_passed_and_an_example_is_errored(
    host: PoolHost, client: Client
) -> None:
    for batch in ("b_1", "b_2"):
        client.pull()
        assert client.post(batch=batch) == 200
    assert host.verdicts == {"test_a.py": "passed", "test_b.py::test_1": "errored"}
    assert client.pull() == {"type": "done", "reason": "plan_completed"}


def test_a_failed_test_is_handed_out_again_as_an_example(host: PoolHost, client: Client) -> None:
    client.pull()
    client.post(entry("test_1"), entry("test_2", "failed"))
    client.pull()
    client.post(entry("test_1", file_name="test_b.py"), batch="b_2")
    again = client.pull()["batch"]
    assert (again["id"], again["tests"]) == ("b_3", [example("test_a.py::test_2")])
    client.post(entry("test_2", "failed"), batch="b_3")
    assert client.pull()["type"] == "done"
    assert host.verdicts["test_a.py::test_2"] == "failed"


def test_a_session_ends_for_a_signal_alone(host: PoolHost, client: Client) -> None:
    path = f"/v1/sessions/{client.session}"
    assert client.ask("DELETE", path, {"reason": "bored"})[0] == 400
    assert client.ask("DELETE", path, {"reason": "signal_int"})[0] == 200
    assert host.ended == "signal_int"
    assert client.ask("POST", "/v1/batches", {})[0] == 401


def test_it_misbehaves_on_request(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("p") / "s"
    with PoolHost(path, [], script=[faults.Say(503), faults.Lose()]) as host:
        client = Client(host)
        assert client.begin() == 503
        with pytest.raises(ConnectionError):
            client.begin()
        assert client.begin() == 201
    assert not path.exists()


def test_as_a_command_it_runs_a_pool(tmp_path: Path) -> None:
    """Any program may be the runner."""
    runner = (
        "import os, sys; sys.exit(3 if os.environ['BUILDKITE_TEST_ENGINE_RUNNER_SOCKET'] else 0)"
    )
    command = [
        sys.executable,
        "-m",
        "stand_in.pool",
        "test_a.py",
        "--",
        sys.executable,
        "-c",
        runner,
    ]
    root = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)

    assert done.returncode == 1
    assert "the runner's exit status: 3" in done.stdout
