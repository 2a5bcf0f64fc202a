"""Tests that record, replace or watch the network of their process: none of our traffic is there.

All of it was measured with deliveries from inside the test process: a token in a cassette, results
that a mock took in silence, and tests that failed over requests of ours.
"""

from __future__ import annotations

import textwrap

import pytest
from stand_in import TestEngine

from .project import TOKEN, Project, needs_courier

#: What is in the way from a module's first test to its last, or for good.
INTERCEPTORS = {
    "vcr": """
        import vcr
        @pytest.fixture(scope="module", autouse=True)
        def wide():
            with vcr.use_cassette("cassette.yaml", serializer="yaml"):
                yield
        def look(): pass
    """,
    "vcr with JSON": """
        import vcr
        @pytest.fixture(scope="module", autouse=True)
        def wide():
            with vcr.use_cassette("cassette.json", serializer="json"):
                yield
        def look(): pass
    """,
    "pook": """
        import pook
        @pytest.fixture(scope="module", autouse=True)
        def wide():
            pook.on()
            mock = pook.post(re.compile(".*"), times=99, reply=202, response_json={})
            yield
            assert mock.calls == 0
            pook.off()
        def look(): pass
    """,
    "httpretty": """
        import httpretty
        @pytest.fixture(scope="module", autouse=True)
        def wide():
            httpretty.enable()
            httpretty.register_uri(httpretty.POST, re.compile(".*"), body="{}", status=202)
            yield
            httpretty.disable()
        def look(): assert httpretty.latest_requests() == []
    """,
    "httpretty that is never disabled": """
        import httpretty
        httpretty.enable(allow_net_connect=False)
        def look(): assert httpretty.latest_requests() == []
    """,
    "a patch of urllib3": """
        import unittest.mock, urllib3
        patch = unittest.mock.patch("urllib3.connectionpool.HTTPConnectionPool.urlopen")
        urlopen = patch.start()
        def look(): assert urlopen.mock_calls == []
    """,
    "sockets that raise": """
        import socket
        class Guarded(socket.socket):
            def connect(self, *_): raise RuntimeError("no network in tests")
        socket.socket = Guarded
        def look(): pass
    """,
    "sockets without shutdown": """
        import socket
        class Bare:
            def __init__(self, *_, **__): raise RuntimeError("no network in tests")
        socket.socket = Bare
        def look(): pass
    """,
    "mocket": """
        import mocket
        mocket.Mocket.enable()
        def look(): pass
    """,
    "eventlet": """
        import eventlet
        eventlet.monkey_patch()
        def look(): pass
    """,
    "a log handler": """
        import logging
        records = []
        class Handler(logging.Handler):
            def emit(self, record): records.append(record)
        logging.root.addHandler(Handler())
        logging.root.setLevel(logging.DEBUG)
        def look(): assert records == []
    """,
}

#: A library that each of some interceptors needs.
LIBRARIES = {"vcr": "vcr", "pook": "pook", "httpretty": "httpretty", "mocket": "mocket"}

SUITE = """
    import pathlib, re, time, pytest
    {interceptor}
    @pytest.mark.parametrize("n", range(3))
    def test_it(n):
        # Uploads are under way, or would be.
        time.sleep(0.6)
        look()
"""


@needs_courier
@pytest.mark.parametrize("name", INTERCEPTORS)
def test_nothing_of_ours_is_intercepted(project: Project, name: str) -> None:
    library = name.partition(" ")[0]
    if library in (*LIBRARIES, "eventlet"):
        pytest.importorskip(LIBRARIES.get(library, library))
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_INTERVAL"] = "0.3"
    interceptor = textwrap.dedent(INTERCEPTORS[name])
    project.write({"test_it.py": textwrap.dedent(SUITE).format(interceptor=interceptor)})
    run = project.pytest(watched=False)

    assert run.status == 0, run.stdout
    assert "3 results uploaded" in run.said[0]
    assert len(run.uploaded) == 3
    for cassette in project.path.glob("cassette*"):
        assert TOKEN not in cassette.read_text("utf-8")
        assert "uploads" not in cassette.read_text("utf-8")


@needs_courier
def test_live_logs_have_nothing_of_ours(project: Project) -> None:
    project.write({"pytest.ini": "[pytest]\nlog_cli = true\nlog_cli_level = DEBUG\n"})
    run = project.test("import time\ndef test_it(): time.sleep(0.3)\n", watched=False)

    assert "1 result uploaded" in run.said[0]
    assert "urllib3" not in run.stdout
    assert "live log" not in run.stdout


@needs_courier
def test_an_instrumented_urllib3_has_no_span_of_ours(project: Project) -> None:
    pytest.importorskip("opentelemetry.instrumentation.urllib3")
    project.write(
        {
            "conftest.py": """
                from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
                from opentelemetry.sdk.trace import TracerProvider
                from opentelemetry.sdk.trace.export import SimpleSpanProcessor
                from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
                    InMemorySpanExporter,
                )

                exporter = InMemorySpanExporter()
                provider = TracerProvider()
                provider.add_span_processor(SimpleSpanProcessor(exporter))
                URLLib3Instrumentor().instrument(tracer_provider=provider)

                def pytest_unconfigure():
                    print("spans", len(exporter.get_finished_spans()))
            """
        }
    )
    run = project.test("import time\ndef test_it(): time.sleep(0.3)\n", watched=False)

    assert "1 result uploaded" in run.said[0]
    assert "spans 0" in run.stdout


@pytest.mark.parametrize("end", ["shutdown", "close"])
def test_in_process_uploads_do_without_parts_of_sockets(end: str) -> None:
    """Eventlet's and mocket's sockets lack `shutdown`: every run ended with an AttributeError."""
    from _buildkite_test_collector.deadline import now
    from _buildkite_test_collector.delivery.uploader import Body, Uploader
    from _buildkite_test_collector.settings import Settings

    class Bare:
        """A socket that has next to nothing."""

        def __getattr__(self, name: str) -> object:
            if name == end:
                raise AttributeError(name)
            return lambda *_: None

    with TestEngine(TOKEN) as engine:
        settings = Settings({"token": TOKEN, "api_url": engine.url})
        uploader = Uploader(settings, lambda _: None)
        uploader.until = now() + 30
        uploader.send(Body("{}", "receipt", 1))
        assert len(list(uploader.collect(30))) == 1
        uploader._connections._sockets.add(Bare())  # type: ignore[arg-type]
        uploader.close()
