"""A run as OpenTelemetry traces: what arrives, and what becomes of it when something goes wrong."""

from __future__ import annotations

import re
import signal
import ssl
import sys
import time
from collections import Counter
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from stand_in import TestEngine, faults
from stand_in.receiver import Receiver, attributes

from .pages import TRACES, blocks
from .project import TOKEN, Project, needs_courier
from .rotel import rotel

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Tests with all that a trace may hold.
TESTS = """
    import pytest

    @pytest.fixture
    def broken():
        yield
        raise OSError("no disk")

    def test_passes(spans):
        with spans.measure("http", detail={
            "method": "GET", "url": "https://me:secret@shop.example/a?b=c", "lib": "x",
        }):
            with spans.measure("sql", detail={"query": "SELECT 1"}):
                pass
        with spans.measure("annotation", detail={"content": "paid"}):
            pass

    @pytest.mark.execution_tag("team", "shop")
    def test_fails():
        assert 1 == 2

    @pytest.mark.skip(reason="no GPU")
    def test_is_skipped(): pass

    def test_is_torn_down(broken): pass
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of traces."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def traced(project: Project, receiver: Receiver) -> Project:
    """A project whose runs go to the receiver as well."""
    project.environment["BUILDKITE_ANALYTICS_OTLP"] = receiver.url
    return project


def roots(receiver: Receiver) -> dict[str, Any]:
    """Return the root of each trace by the test's name."""
    found = {root.name.rpartition("::")[2]: root for root in receiver.roots}
    assert len(found) == len(receiver.roots)
    return found


def below(receiver: Receiver, span: Any) -> dict[str, Any]:
    """Return the spans right below another, by name."""
    return {each.name: each for each in receiver.spans if each.parent_span_id == span.span_id}


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_traces_say_what_results_say(
    traced: Project, receiver: Receiver, protocol: str, compression: str
) -> None:
    traced.environment |= {
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_COMPRESSION": compression,
        "OTEL_EXPORTER_OTLP_HEADERS": "x-team=a%20b",
        "OTEL_SERVICE_NAME": "shop",
    }
    run = traced.test(TESTS)
    assert run.counts == {"passed": 1, "failed": 2, "skipped": 1}
    (export,) = receiver.exports
    assert (export.path, export.headers["x-team"]) == ("/v1/traces", "a b")
    assert export.headers.get("content-encoding", "none") == compression
    assert export.resource["service.name"] == "shop"
    found = roots(receiver)
    for result in run.results:
        root = found[result["name"]]
        assert root.trace_id.hex() == result["id"].replace("-", "")
        said = attributes(root)
        words = {"pass": "passed", "fail": "failed", "skipped": "skipped"}
        assert words[said["test.case.result.status"]] == result["result"]
        assert said["test.case.name"] == f"{result['scope']}::{result['name']}"
        place = f"{said['code.file.path']}:{said['code.line.number']}"
        assert place == result["location"]
        took = (root.end_time_unix_nano - root.start_time_unix_nano) / 1e9
        assert abs(took - result["history"]["duration"]) < 2e-6
        assert abs(root.start_time_unix_nano / 1e9 - time.time()) < 600
        assert not any(key.startswith("buildkite.execution") for key in said)
    assert attributes(found["test_fails"])["test.tag.team"] == "shop"
    assert found["test_fails"].status.message == "assert 1 == 2"
    assert found["test_passes"].status.code == 0
    phases = below(receiver, found["test_is_torn_down"])
    (exception,) = phases["test.teardown"].events
    assert attributes(exception)["exception.type"] == "OSError"
    body = below(receiver, found["test_passes"])["test.body"]
    (request,) = (span for span in receiver.spans if span.name == "GET")
    assert request.parent_span_id == body.span_id
    assert attributes(request)["server.address"] == "shop.example"
    assert "SELECT" in below(receiver, request)
    assert [event.name for event in found["test_passes"].events] == ["test.annotation"]
    assert not any(b"secret" in each.message.SerializeToString() for each in receiver.exports)
    assert any("traces of 4 results sent to" in line for line in run.said)


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_a_real_collector_understands_every_span(
    project: Project, tmp_path: Path, protocol: str
) -> None:
    with rotel(tmp_path) as collector:
        project.environment |= {
            "BUILDKITE_ANALYTICS_OTLP": "on",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        }
        run = project.test(TESTS)
        assert any("traces of 4 results sent to" in line for line in run.said), run.said
        said = collector.wait_for("test.case.result.status", 4)
        for name in ("test.setup", "test.body", "test.teardown", "exception", "SELECT", "url.full"):
            assert name in said
        assert len(re.findall("b7ad6b7169203331", said)) == 4


@pytest.mark.parametrize("example", [0, 1])
def test_the_examples_of_the_page(project: Project, tmp_path: Path, example: int) -> None:
    commands = blocks("sh", TRACES)[example]
    commands = re.sub("^pytest", f"{sys.executable} -m pytest", commands, flags=re.MULTILINE)
    project.write({"test_it.py": TESTS})
    with rotel(tmp_path) as collector:
        commands = commands.replace("localhost:4318", f"127.0.0.1:{collector.port}")
        done = project.execute(["sh", "-c", commands])
        assert "traces of 4 results sent to" in done.stdout
        said = collector.wait_for("test.case.result.status", 4)
        assert ("shop-tests" in said) == ("shop-tests" in commands)


def test_a_certificate_of_another_address(project: Project, tmp_path: Path) -> None:
    """urllib3 1.26 compares addresses by itself, and later ones have Python do it."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.2", "localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with Receiver(tls) as receiver:
        project.environment |= {
            "BUILDKITE_ANALYTICS_OTLP": receiver.url,
            "OTEL_EXPORTER_OTLP_CERTIFICATE": str(tmp_path / "ca.pem"),
        }
        run = project.test(TESTS, watched=False)
        assert "its certificate is not trusted" in " ".join(run.said)
        assert not receiver.roots


def test_certificates_are_those_of_the_variables(project: Project, tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    client = authority.issue_cert("pytest@example.org")
    client.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    client.cert_chain_pems[0].write_to_path(str(tmp_path / "client.pem"))
    with Receiver(tls) as receiver:
        project.environment |= {
            "BUILDKITE_ANALYTICS_OTLP": receiver.url,
            "OTEL_EXPORTER_OTLP_CERTIFICATE": str(tmp_path / "ca.pem"),
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": str(tmp_path / "client.pem"),
            "OTEL_EXPORTER_OTLP_CLIENT_KEY": str(tmp_path / "key.pem"),
        }
        project.test(TESTS)
        assert len(receiver.roots) == 4
        project.environment["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = str(tmp_path / "no.pem")
        run = project.test(TESTS, watched=False)
        assert any("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE cannot be used" in x for x in run.said)
        assert len(run.uploaded) == 4


def test_nothing_of_it_is_loaded_where_it_is_off(project: Project) -> None:
    tests = """
        import sys
        def test_it():
            assert not [name for name in sys.modules if "collector.otlp" in name]
    """
    run = project.test(tests)
    assert run.counts == {"passed": 1}


def test_it_needs_no_token(traced: Project, receiver: Receiver) -> None:
    traced.token = None
    traced.test(TESTS, watched=False)
    assert len(receiver.roots) == 4
    assert not traced.engine.requests


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, ""),
        ({"BUILDKITE_ANALYTICS_OTLP": "false"}, ""),
        ({"BUILDKITE_ANALYTICS_OTLP": "on", "OTEL_SDK_DISABLED": "true"}, "OTEL_SDK_DISABLED is"),
        ({"BUILDKITE_ANALYTICS_OTLP": "on", "OTEL_TRACES_EXPORTER": "none"}, "is none"),
        ({"BUILDKITE_ANALYTICS_OTLP": "on", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "is grpc"),
        ({"BUILDKITE_ANALYTICS_OTLP": "on", "OTEL_RESOURCE_ATTRIBUTES": "relay"}, "is bktec's"),
    ],
)
def test_where_nothing_is_sent_one_line_says_why(
    project: Project, receiver: Receiver, variables: dict[str, str], said: str
) -> None:
    place = f"{receiver.url}/v1/traces"
    project.environment |= {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": place, **variables}
    if variables.get("OTEL_RESOURCE_ATTRIBUTES"):
        project.environment["OTEL_RESOURCE_ATTRIBUTES"] = f"buildkite.otlp.endpoint={place}"
    run = project.test(TESTS)
    assert (receiver.requests, len(run.uploaded)) == (0, 4)
    lines = [line for line in run.said if "traces" in line]
    assert len(lines) == (1 if said else 0)
    assert all(said in line for line in lines)


def test_test_engine_may_be_down(traced: Project, receiver: Receiver) -> None:
    traced.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "8"
    with TestEngine(token=TOKEN, script=repeat(faults.Answer(503))) as down:
        traced.environment["BUILDKITE_ANALYTICS_API_URL"] = down.url
        run = traced.test(TESTS, watched=False)
    assert len(receiver.roots) == 4
    assert any("4 results not uploaded" in line for line in run.said)


@pytest.mark.parametrize("status", [503, 400])
def test_the_receiver_may_be_down_and_a_replay_sends_nothing_twice(
    traced: Project, receiver: Receiver, status: int
) -> None:
    receiver.answer = (status, b"")
    traced.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "8"
    run = traced.test(TESTS, watched=False)
    assert len(traced.engine.executions) == 4
    (line,) = (line for line in run.said if "not sent" in line)
    assert f"the traces of 4 results were not sent: {receiver.url}/v1/traces: " in line
    # The last of several tries may be cut short.
    assert f": {status}" in line or (status == 503 and "the time for uploads is over" in line)
    assert (receiver.requests > 1) == (status == 503)
    receiver.answer = (200, b"")
    assert traced.command("upload").returncode == 0
    assert len(traced.engine.executions) == 4
    assert len(receiver.roots) == 4
    assert "no run of this project was left unsent" in traced.command("upload").stderr


def test_what_has_arrived_is_not_sent_again(traced: Project, receiver: Receiver) -> None:
    traced.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "8"
    with TestEngine(token=TOKEN, script=repeat(faults.Answer(503))) as down:
        traced.environment["BUILDKITE_ANALYTICS_API_URL"] = down.url
        traced.test(TESTS, watched=False)
    del traced.environment["BUILDKITE_ANALYTICS_API_URL"]
    assert len(receiver.roots) == 4
    assert traced.command("upload").returncode == 0
    assert len(traced.engine.executions) == 4
    assert len(receiver.roots) == 4


@needs_courier
def test_a_run_that_is_killed_leaves_its_traces(traced: Project, receiver: Receiver) -> None:
    with traced.slow() as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    traced.wait_for_couriers()
    found = roots(receiver)
    assert set(found) == {"test_before", "test_slow"}
    assert "SIGKILL" in found["test_slow"].status.message


def test_partial_success_is_said_and_nothing_sent_again(
    traced: Project, receiver: Receiver
) -> None:
    receiver.answer = (200, b"\x0a\x0b\x08\x03\x12\x07too old")
    run = traced.test(TESTS)
    assert receiver.requests == 1
    assert any(f"{receiver.url}/v1/traces rejected 3 spans (too old)" in line for line in run.said)


def test_workers_of_xdist(traced: Project, receiver: Receiver) -> None:
    traced.use("xdist")
    run = traced.test(TESTS, "-n", "2")
    ids = {result["id"].replace("-", "") for result in run.results}
    assert {root.trace_id.hex() for root in receiver.roots} == ids


def test_attempts_are_linked(traced: Project, receiver: Receiver) -> None:
    traced.use("rerunfailures")
    tests = """
        counter = []
        def test_flaky():
            counter.append(1)
            assert len(counter) == 3
        def test_other(): pass
    """
    traced.test(tests, "--reruns", "3", "-p", "no:randomly")
    flaky = [root for root in receiver.roots if root.name.endswith("test_flaky")]
    assert [attributes(root).get("test.case.attempt") for root in flaky] == [None, 2, 3]
    assert [len(root.links) for root in flaky] == [0, 1, 1]
    for before, after in zip(flaky, flaky[1:]):
        assert after.links[0].trace_id == before.trace_id
        assert after.links[0].span_id == before.span_id


def test_a_frozen_clock_moves_no_span(traced: Project, receiver: Receiver) -> None:
    traced.use("time_machine")
    tests = """
        import time_machine
        def test_frozen():
            with time_machine.travel(0, tick=False):
                pass
        def test_after(): pass
    """
    traced.test(tests)
    times = [span.start_time_unix_nano / 1e9 for span in receiver.spans]
    assert all(abs(each - time.time()) < 600 for each in times)


def test_a_large_run_comes_in_bodies_within_the_limit(traced: Project, receiver: Receiver) -> None:
    tests = """
        import pytest
        @pytest.mark.parametrize("n", range(400))
        def test_it(n, spans):
            for _ in range(20):
                with spans.measure("sql", detail={"query": "SELECT " + "x" * 400}):
                    pass
    """
    traced.test(tests, watched=False)
    names = Counter(root.name for root in receiver.roots)
    assert len(names) == 400
    assert set(names.values()) == {1}
    assert all(export.size <= 900 * 1024 for export in receiver.exports)
    assert len(receiver.exports) > 1
