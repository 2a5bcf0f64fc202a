"""Suites that come between their process and the network: our traffic is none of theirs."""

from __future__ import annotations

import importlib.util
import json
import threading
from typing import TYPE_CHECKING

import pytest

from .project import TOKEN, needs_courier

if TYPE_CHECKING:
    from .project import Finished, Project

pytestmark = needs_courier

#: What a suite has that comes between, for as long as a fixture of the session lives: the library,
#: how it begins and ends, and what a later test or the end of the session sees of our traffic.
INTERCEPTORS = {
    "vcr": (
        "vcr",
        """
        import vcr
        cassette = vcr.use_cassette("cassette.json", serializer="json")
        def begin(): cassette.__enter__()
        def end(): cassette.__exit__(None, None, None)
        def seen(): return []
        """,
    ),
    "vcr that plays back": (
        "vcr",
        """
        import json, os, vcr
        answer = {
            "status": {"code": 202, "message": "Accepted"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"string": "{}"},
        }
        uri = os.environ["BUILDKITE_ANALYTICS_API_URL"] + "/uploads"
        asked = {"method": "POST", "uri": uri, "body": None, "headers": {}}
        with open("cassette.json", "w") as file:
            recorded = [{"request": asked, "response": answer}]
            json.dump({"version": 1, "interactions": recorded}, file)
        cassette = vcr.use_cassette(
            "cassette.json",
            serializer="json",
            record_mode="none",
            match_on=["method"],
            allow_playback_repeats=True,
        )
        def begin():
            global tape
            tape = cassette.__enter__()
        def end(): cassette.__exit__(None, None, None)
        def seen(): return [tape.play_count] if tape.play_count else []
        """,
    ),
    "pook": (
        "pook",
        """
        import re, pook
        def begin():
            global mock
            pook.on()
            mock = pook.post(re.compile(".*")).persist().reply(202).json({}).mock
        def end(): pook.off()
        def seen(): return list(mock.matches if mock.matched else [])
        """,
    ),
    "httpretty": (
        "httpretty",
        """
        import re, httpretty
        def begin():
            httpretty.enable()
            httpretty.register_uri(httpretty.POST, re.compile(".*"), status=202, body="{}")
        def end(): httpretty.disable()
        def seen(): return httpretty.latest_requests()
        """,
    ),
    "mocket": (
        "mocket",
        """
        from mocket import Mocket
        from mocket.mocks.mockhttp import Entry
        def begin(): Mocket.enable()
        def end(): Mocket.disable()
        def seen(): return Mocket.request_list()
        """,
    ),
    "eventlet": (
        "eventlet",
        """
        import eventlet
        eventlet.monkey_patch()
        def begin(): pass
        def end(): pass
        def seen(): return []
        """,
    ),
    "a patch": (
        "urllib3",
        """
        import unittest.mock
        patch = unittest.mock.patch("urllib3.connectionpool.HTTPConnectionPool.urlopen")
        def begin():
            global mock
            mock = patch.start()
        def end(): patch.stop()
        def seen(): return mock.mock_calls
        """,
    ),
    "a patch of sockets": (
        "urllib3",
        """
        import socket, unittest.mock
        patch = unittest.mock.patch("socket.socket")
        def begin():
            global mock
            mock = patch.start()
        def end(): patch.stop()
        def seen(): return mock.mock_calls
        """,
    ),
    "a log handler": (
        "urllib3",
        """
        import logging
        records = []
        class Handler(logging.Handler):
            def emit(self, record): records.append(record.getMessage())
        handler = Handler()
        def begin():
            logging.root.setLevel(logging.DEBUG)
            logging.root.addHandler(handler)
        def end(): logging.root.removeHandler(handler)
        def seen(): return [each for each in records if "uploads" in each or "127.0.0.1" in each]
        """,
    ),
    "opentelemetry": (
        "opentelemetry.instrumentation.urllib3",
        """
        from opentelemetry import trace
        from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        def begin(): URLLib3Instrumentor().instrument()
        def end(): URLLib3Instrumentor().uninstrument()
        def seen(): return [span.name for span in exporter.get_finished_spans()]
        """,
    ),
}

#: What all of these suites have in common: a session in which an upload comes about, and the end.
CONFTEST = """
    import pathlib, pytest, interceptor

    @pytest.fixture(scope="session", autouse=True)
    def intercepted():
        interceptor.begin()
        yield
        if not pathlib.Path("never_ends").exists():
            interceptor.end()

    def pytest_unconfigure():
        pathlib.Path("seen.txt").write_text(repr(interceptor.seen()))
"""

TESTS = """
    import pathlib, time, interceptor

    def test_before(): pass

    def test_waits_for_an_upload():
        until = time.monotonic() + 60
        while not pathlib.Path("has_arrived").exists():
            assert time.monotonic() < until
            time.sleep(0.02)

    def test_later():
        assert not interceptor.seen()
"""

NAMES = ["test_before", "test_waits_for_an_upload", "test_later"]


def run_with_an_upload(project: Project, *arguments: str) -> Finished:
    """Run pytest on tests of which one waits until something was uploaded."""

    def tell() -> None:
        project.engine.wait_for(1, 60)
        (project.path / "has_arrived").touch()

    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.2"
    (project.path / "has_arrived").unlink(missing_ok=True)
    teller = threading.Thread(target=tell)
    teller.start()
    try:
        return project.pytest(*arguments, watched=False)
    finally:
        teller.join()


def has(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ImportError:
        return False


@pytest.mark.parametrize("end", ["in order", "never"])
@pytest.mark.parametrize("name", INTERCEPTORS)
def test_our_traffic_is_not_theirs(project: Project, name: str, end: str) -> None:
    """A cassette held the token, and what a mock accepted was lost in silence."""
    library, source = INTERCEPTORS[name]
    if not has(library):
        pytest.skip(f"{library} is not for this Python")
    project.write({"conftest.py": CONFTEST, "interceptor.py": source, "test_it.py": TESTS})
    if end == "never":
        project.write({"never_ends": ""})
    run = run_with_an_upload(project)
    (line,) = run.said
    cassette = project.path / "cassette.json"
    recorded = cassette.read_text() if cassette.exists() else ""

    assert "3 results uploaded to" in line
    assert [result["name"] for result in run.uploaded] == NAMES
    assert {result["result"] for result in run.uploaded} == {"passed"}
    assert (project.path / "seen.txt").read_text() == "[]"
    assert TOKEN not in recorded
    for path in project.path.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path

    # It ends as it does without us, and so does what it writes.
    (project.path / "has_arrived").touch()
    without = project.pytest("-p", "no:buildkite-test-collector", watched=False)
    assert run.status == without.status == 0, run.stdout
    assert (cassette.read_text() if cassette.exists() else "") == recorded


def test_live_logs_show_nothing_of_ours(project: Project) -> None:
    """urllib3's lines were under "live log sessionfinish"."""
    project.write({"interceptor.py": "def seen(): return []\n", "test_it.py": TESTS})
    run = run_with_an_upload(project, "-o", "log_cli=true", "-o", "log_cli_level=DEBUG")

    assert run.status == 0, run.stdout
    assert [result["name"] for result in run.uploaded] == NAMES
    assert "live log" not in run.stdout
    assert "urllib3" not in run.stdout


def test_a_cassette_that_records_theirs_alone(project: Project) -> None:
    """The requests of the tests are in it, and play back; ours is not."""
    pytest.importorskip("vcr")
    project.write(
        {
            "conftest.py": CONFTEST,
            "interceptor.py": INTERCEPTORS["vcr"][1],
            "test_it.py": TESTS
            + """
    def test_asks():
        import os, urllib.error, urllib.request
        try:
            urllib.request.urlopen(os.environ["BUILDKITE_ANALYTICS_API_URL"])
        except urllib.error.HTTPError as error:
            assert error.code == 404
""",
        }
    )
    first = run_with_an_upload(project)
    assert first.status == 0, first.stdout
    assert {*NAMES, "test_asks"} == {result["name"] for result in first.uploaded}
    cassette = project.path / "cassette.json"
    asked = [each["request"] for each in json.loads(cassette.read_text())["interactions"]]
    assert [each["method"] for each in asked] == ["GET"]
    assert TOKEN not in cassette.read_text()

    second = project.pytest(watched=False)
    assert second.status == 0, second.stdout
    assert len(second.uploaded) == 4
