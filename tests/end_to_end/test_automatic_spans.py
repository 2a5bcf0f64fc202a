"""Automatic spans: what people would see of their calls, and nothing else that changes."""

from __future__ import annotations

import json
import re
import textwrap
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from _buildkite_test_collector.spans.automatic.names import BY_NAME, MODULES, USUAL

from .pages import SPANS, blocks, rows
from .project import Finished, Project


class Handler(BaseHTTPRequestHandler):
    """Answers, redirects, or fails, as the path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer in one write: two of them cost 40 ms."""
        head, body = "HTTP/1.1 200 OK\r\n", "hello"
        if self.path.startswith("/redirect"):
            head = "HTTP/1.1 302 Found\r\nLocation: /end?token=s3cret\r\n"
        elif self.path.startswith("/fail"):
            head = "HTTP/1.1 500 Oh\r\n"
        self.wfile.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The URL of a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def project(project: Project, site: str) -> Project:
    """A project whose calls are recorded, however short."""
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": "on",
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
        "SITE": site,
    }
    return project


def spans(run: Finished, test: str) -> list[dict[str, Any]]:
    """Return the spans of a test, the outermost first."""
    children: list[dict[str, Any]] = run.one(test)["history"]["children"]
    return children


def details(run: Finished, test: str) -> list[dict[str, Any]]:
    """Return the details of a test's spans."""
    return [span["detail"] for span in spans(run, test)]


#: A call of each library that speaks HTTP: of a redirect, which is one call.
HTTP = {
    "requests": "import requests; requests.get(url)",
    "urllib3": "import urllib3; urllib3.PoolManager().request('GET', url)",
    # It knows no credentials in a URL.
    "urllib": "import urllib.request as r; r.urlopen(url.replace('user:pass@', '')).close()",
    "httpx": "import httpx; httpx.get(url, follow_redirects=True)",
    "httpx, asynchronous": """
        import asyncio, httpx
        async def call():
            async with httpx.AsyncClient(follow_redirects=True) as client:
                await client.get(url)
        asyncio.run(call())
    """,
    "aiohttp": """
        import aiohttp, asyncio
        async def call():
            async with aiohttp.ClientSession() as session:
                async with session.get(url) as answer:
                    await answer.read()
        asyncio.run(call())
    """,
}

HTTP_TEST = """
    import os, pytest

    pytest.importorskip("{name}")
    url = os.environ["SITE"].replace("//", "//user:pass@") + "/redirect/1?token=s3cret&page=2#part"

    def test_call():
{call}
"""


@pytest.mark.parametrize("library", HTTP)
def test_a_request_is_one_span(project: Project, library: str, site: str) -> None:
    name = library.partition(",")[0]
    pytest.importorskip(name)
    call = textwrap.indent(textwrap.dedent(HTTP[library]).strip(), " " * 8)
    module = "urllib.request" if name == "urllib" else name
    run = project.test(textwrap.dedent(HTTP_TEST).format(call=call, name=module))
    assert run.outcomes == {"test_call": "passed"}
    (span,) = spans(run, "test_call")
    assert span["section"] == "http"
    assert span["detail"]["method"] == "GET"
    assert span["detail"]["lib"] == name
    assert span["detail"]["url"].startswith(f"{site}/redirect/1?token=")
    assert "s3cret" not in json.dumps(run.results)
    assert "pass@" not in json.dumps(run.results)


#: What each library that speaks SQL is asked, how often it is asked, and in what dialect.
SQL = {
    "sqlalchemy": """
        from sqlalchemy import create_engine, text

        engine = create_engine("sqlite://")

        def test_call():
            with engine.connect() as connection:
                assert connection.execute(text("SELECT 's3cret', :n"), {"n": 7}).one()[1] == 7
    """,
    "sqlalchemy, asynchronous": """
        import asyncio
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import create_async_engine

        async def call():
            engine = create_async_engine("sqlite+aiosqlite://")
            async with engine.connect() as connection:
                row = (await connection.execute(text("SELECT 's3cret', :n"), {"n": 7})).one()
                assert row[1] == 7
            await engine.dispose()

        def test_call():
            asyncio.run(call())
    """,
    "django": """
        import django
        from django.conf import settings

        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        )
        django.setup()

        def test_call():
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("SELECT 's3cret', %s", [7])
                assert cursor.fetchone()[1] == 7
    """,
    "sqlite3": """
        import sqlite3

        def test_call(tmp_path):
            connection = sqlite3.connect(tmp_path / "a.db")
            assert connection.execute("SELECT 's3cret', ?", (7,)).fetchone()[1] == 7
            assert isinstance(connection, sqlite3.Connection)
            connection.backup(sqlite3.connect(":memory:"))
            connection.close()
    """,
    "sqlite3, cursors": """
        import sqlite3

        class Own(sqlite3.Connection):
            pass

        def test_call():
            connection = sqlite3.connect(":memory:", factory=Own)
            assert isinstance(connection, Own)
            assert isinstance(connection.cursor(), sqlite3.Cursor)
            assert connection.cursor().execute("SELECT 's3cret', ?", (7,)).fetchone()[1] == 7
            connection.row_factory = sqlite3.Row
    """,
}


@pytest.mark.parametrize("library", SQL)
def test_a_statement_is_one_span(project: Project, library: str) -> None:
    name = library.partition(",")[0]
    pytest.importorskip(name)
    project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = "on,sqlite3"
    if "asynchronous" in library:
        pytest.importorskip("aiosqlite")
    run = project.test(SQL[library])
    assert run.outcomes == {"test_call": "passed"}
    (span,) = [each for each in spans(run, "test_call") if "SELECT" in each["detail"]["query"]]
    assert span["section"] == "sql"
    assert span["detail"]["query"] == "SELECT ?, %s" if name == "django" else "SELECT ?, ?"
    assert "s3cret" not in json.dumps(run.results)
    assert "INSERT" not in json.dumps(run.journal)


def test_off_is_nothing(project: Project) -> None:
    """Nothing is imported, and nothing is patched."""
    source = """
        import sys, time, urllib.request

        before = time.sleep, urllib.request.OpenerDirector.open

        def test_it():
            assert not [name for name in sys.modules if "spans.automatic" in name]
            assert type(time.sleep).__name__ == "builtin_function_or_method"
            assert not hasattr(urllib.request.OpenerDirector.open, "__wrapped__")
    """
    for value in ("", "off", "false", "OFF"):
        project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = value
        assert project.test(source).outcomes == {"test_it": "passed"}


@pytest.mark.parametrize("value", ["on,-sleep", "-sleep", "urllib", "on,-sleep,nonsense"])
def test_names(project: Project, value: str) -> None:
    project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = value
    run = project.test(
        """
        import os, time, urllib.request

        def test_it():
            time.sleep(0.001)
            urllib.request.urlopen(os.environ["SITE"]).close()
        """
    )
    assert [span["section"] for span in spans(run, "test_it")] == ["http"]
    said = "\n".join(run.said)
    assert ("auto_spans: name 3 is no library" in said) is ("nonsense" in value)
    assert "nonsense" not in said


def test_a_sleep_and_what_it_replaces(project: Project) -> None:
    """What looks at `time.sleep` sees the builtin, but for its type."""
    run = project.test(
        """
        import copy, inspect, pickle, time
        from unittest import mock

        class Naps:
            sleep = time.sleep

        def test_used():
            time.sleep(0.02)
            Naps().sleep(0.001)
            assert pickle.loads(pickle.dumps(time.sleep)) is time.sleep
            assert copy.deepcopy(time.sleep) is copy.copy(time.sleep) is time.sleep
            assert repr(time.sleep) == "<built-in function sleep>"
            assert time.sleep.__name__ == "sleep" and time.sleep.__module__ == "time"
            assert "seconds" in time.sleep.__doc__

        def test_mocked(monkeypatch):
            ours = time.sleep
            with mock.patch("time.sleep") as plain:
                time.sleep(1000)
            plain.assert_called_once_with(1000)
            with mock.patch("time.sleep", autospec=True) as strict:
                time.sleep(1000)
            strict.assert_called_once_with(1000)
            with mock.patch("time.sleep", wraps=ours) as wrapping:
                time.sleep(0)
            wrapping.assert_called_once_with(0)
            monkeypatch.setattr(time, "sleep", None)
            monkeypatch.undo()
            assert time.sleep is ours

        def test_errors():
            for wrong in (-1, "1", None):
                try:
                    time.sleep(wrong)
                except (TypeError, ValueError) as error:
                    assert "Sleep" not in str(error)
        """
    )
    assert set(run.outcomes.values()) == {"passed"}
    sections = [span["section"] for span in spans(run, "test_used")]
    assert sections == ["sleep", "sleep"]


def test_a_manual_span_around_a_call_is_its_parent(project: Project) -> None:
    run = project.test(
        """
        import time

        def test_it(spans):
            with spans.measure("annotation", {"content": "outer"}):
                time.sleep(0.01)
        """
    )
    (outer,) = spans(run, "test_it")
    assert outer["detail"] == {"content": "outer"}
    assert [child["section"] for child in outer["children"]] == ["sleep"]


def test_many_short_calls_are_one_span(project: Project) -> None:
    """An N+1 query is what people look for; 10,000 of them cost no more than some."""
    project.environment["BUILDKITE_ANALYTICS_TRACE_MIN_MS"] = "5000"
    run = project.test(
        """
        import sqlalchemy

        engine = sqlalchemy.create_engine("sqlite://")

        def test_it():
            with engine.connect() as connection:
                for n in range(3000):
                    connection.execute(sqlalchemy.text("SELECT :n"), {"n": n})
                for n in range(400):
                    connection.exec_driver_sql(f"SELECT 'literal{n}'")
        """
    )
    texts = [detail["query"] for detail in details(run, "test_it")]
    (text,) = texts
    assert re.match("3,400 . SELECT [?], .* in all", text)
    assert "literal" not in json.dumps(run.results)
    assert len(run.journal) < 600


def test_calls_belong_to_the_test_in_which_they_began(project: Project) -> None:
    run = project.test(
        """
        import threading, time, urllib.request
        from concurrent.futures import ThreadPoolExecutor

        begun, late = threading.Event(), threading.Event()

        class Waits(urllib.request.BaseHandler):
            def waits_open(self, request):
                begun.set()
                late.wait()
                return "the answer"

        opener = urllib.request.build_opener(Waits)
        thread = threading.Thread(target=lambda: opener.open("waits://for.it/"))

        def test_threads():
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(time.sleep, [0.001] * 50))

        def test_outlived():
            thread.start()
            begun.wait()

        def test_after():
            late.set()
            thread.join()
            time.sleep(0.001)
        """
    )
    counted = [span["section"] for span in spans(run, "test_threads")]
    assert counted == ["sleep"] * 50
    assert spans(run, "test_outlived") == []
    assert len(spans(run, "test_after")) == 1


@pytest.mark.parametrize("mode", [["-n", "2"], ["--forked"], ["--reruns", "1"]])
def test_other_ways_in_which_tests_run(project: Project, mode: list[str]) -> None:
    if mode == ["--forked"] and pytest.version_tuple >= (9,):
        pytest.skip("pytest-forked 1.7.5 cannot run a test in pytest 9")
    project.use({"-n": "xdist", "--forked": "pytest_forked", "--reruns": "rerunfailures"}[mode[0]])
    run = project.test(
        """
        import os, sys, urllib.request

        OWN = os.getpid()

        def test_it():
            urllib.request.urlopen(os.environ["SITE"]).close()
            assert os.getpid() == OWN or "--forked" in sys.argv
            assert "--reruns" not in sys.argv
        """,
        *mode,
    )
    attempts = [result for result in run.results if result["name"] == "test_it"]
    assert len(attempts) == (2 if mode[0] == "--reruns" else 1)
    for result in attempts:
        assert [span["section"] for span in result["history"]["children"]] == ["http"]


def test_calls_that_fail(project: Project) -> None:
    run = project.test(
        """
        import asyncio, httpx, os, pytest, requests, urllib.request

        def test_error():
            with pytest.raises(requests.ConnectionError):
                requests.get("http://127.0.0.1:9/nobody")

        def test_cancelled():
            async def call():
                with pytest.raises(asyncio.TimeoutError):
                    async with httpx.AsyncClient() as client:
                        await asyncio.wait_for(client.get(os.environ["SITE"]), 0)
                async with httpx.AsyncClient() as client:
                    await client.get(os.environ["SITE"] + "/after")
            asyncio.run(call())

        def test_exit():
            class Odd(BaseException):
                pass
            class Session(requests.Session):
                def get_adapter(self, url):
                    raise Odd
            with pytest.raises(Odd):
                Session().get("http://127.0.0.1:9/odd")
        """
    )
    assert set(run.outcomes.values()) == {"passed"}
    assert [detail["url"] for detail in details(run, "test_error")] == ["http://127.0.0.1:9/nobody"]
    assert details(run, "test_cancelled")[-1]["url"].endswith("/after")
    assert [detail["url"] for detail in details(run, "test_exit")] == ["http://127.0.0.1:9/odd"]


#: Libraries that answer in a server's place, patch by patch, and what they are to see of each call.
MOCKS = """
    import os, time, urllib.request
    from unittest import mock

    import httpx, pytest, requests

    def test_responses():
        responses = pytest.importorskip("responses")
        with responses.RequestsMock() as mocked:
            mocked.get("http://mocked.test/a", body="yes")
            assert requests.get("http://mocked.test/a").text == "yes"
            assert [call.request.url for call in mocked.calls] == ["http://mocked.test/a"]

    def test_requests_mock():
        requests_mock = pytest.importorskip("requests_mock")
        with requests_mock.Mocker() as mocked:
            mocked.get("http://mocked.test/a", text="yes")
            assert requests.get("http://mocked.test/a").text == "yes"
            assert mocked.call_count == 1

    def test_respx():
        respx = pytest.importorskip("respx")
        with respx.mock:
            route = respx.get("http://mocked.test/a").respond(text="yes")
            assert httpx.get("http://mocked.test/a").text == "yes"
            assert route.call_count == 1

    def test_respx_asynchronous():
        import asyncio
        respx = pytest.importorskip("respx")
        async def call():
            async with respx.mock, httpx.AsyncClient() as client:
                route = respx.get("http://mocked.test/a").respond(text="yes")
                assert (await client.get("http://mocked.test/a")).text == "yes"
                assert route.call_count == 1
        asyncio.run(call())

    def test_transport():
        transport = httpx.MockTransport(lambda request: httpx.Response(204))
        assert httpx.Client(transport=transport).get("http://mocked.test").status_code == 204

    def test_pook():
        pook = pytest.importorskip("pook")
        with pook.use():
            pook.get("http://mocked.test/a", reply=200, response_body="yes")
            assert requests.get("http://mocked.test/a").text == "yes"

    def test_vcr(tmp_path):
        vcr = pytest.importorskip("vcr")
        for _ in range(2):
            with vcr.use_cassette(str(tmp_path / "cassette.yaml")) as cassette:
                assert requests.get(os.environ["SITE"]).text == "hello"
        assert cassette.play_count == 1

    def test_mock():
        with mock.patch("requests.Session.send", autospec=True) as send:
            send.return_value.history = []
            requests.Session().get("http://mocked.test")
        assert send.call_args.args[1].url == "http://mocked.test/"
        with mock.patch("requests.get", autospec=True) as get:
            requests.get("http://mocked.test")
        get.assert_called_once_with("http://mocked.test")

    def test_frozen():
        freezegun = pytest.importorskip("freezegun")
        with freezegun.freeze_time("2020-01-01"):
            assert requests.get(os.environ["SITE"]).text == "hello"
            time.sleep(0.001)

    def test_patched_over(monkeypatch):
        ours = requests.Session.send
        def theirs(self, request, **options):
            return ours(self, request, **options)
        monkeypatch.setattr(requests.Session, "send", theirs)
        assert requests.get(os.environ["SITE"]).text == "hello"
"""


def test_whoever_mocks_or_patches_finds_what_they_need(project: Project) -> None:
    for name in ("httpx", "requests"):
        pytest.importorskip(name)
    project.use("pook")
    outcomes = {}
    for value in ("off", "on"):
        project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = value
        run = project.test(MOCKS, "-W", "error::pytest.PytestUnraisableExceptionWarning")
        outcomes[value] = run.outcomes
    assert outcomes["on"] == outcomes["off"]
    assert "failed" not in outcomes["off"].values(), run.stdout
    for test in ("test_frozen", "test_patched_over"):
        for span in spans(run, test):
            assert 0 < span["duration"] < 30


def test_a_wrapper_of_django_that_is_there_first(project: Project) -> None:
    """Behind ours it would be ours that Django takes away, and theirs that stays."""
    pytest.importorskip("django")
    run = project.test(
        """
        import django
        from django.conf import settings

        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        )
        django.setup()

        def test_it():
            from django.db import connection

            seen = []
            def theirs(execute, sql, params, many, context):
                seen.append(sql)
                return execute(sql, params, many, context)

            with connection.execute_wrapper(theirs):
                connection.cursor().execute("SELECT 1")
            assert theirs not in connection.execute_wrappers
            assert len(connection.execute_wrappers) == 1
            connection.cursor().execute("SELECT 2")
            assert seen[-1] == "SELECT 1"
        """
    )
    assert run.outcomes == {"test_it": "passed"}


def test_what_was_patched_is_put_back(project: Project) -> None:
    project.write(
        {
            "looks.py": """
                import time, urllib.request

                import pytest

                before = time.sleep, urllib.request.OpenerDirector.open

                @pytest.hookimpl(trylast=True)
                def pytest_unconfigure():
                    after = time.sleep, urllib.request.OpenerDirector.open
                    print("put back" if after == before else f"left {after}")
            """
        }
    )
    project.environment["PYTHONPATH"] = "."
    run = project.test("def test_it(): pass\n", "-p", "looks", "-s")
    assert "put back" in run.stdout


def test_the_page_has_every_library() -> None:
    table = rows(SPANS, "name", "what is a span", "in `on`")
    shown = {
        name: cells[-1] == "yes" for cells in table for name in re.findall("`([^`]+)`", cells[0])
    }
    assert shown == {name: name in USUAL for name in (*USUAL, *BY_NAME)}
    assert set(MODULES) == set(shown)


def test_the_pages_example(project: Project) -> None:
    (example,) = [block for block in blocks("python", SPANS) if "test_what_takes_its_time" in block]
    run = project.test(example)
    http, sleep = spans(run, "test_what_takes_its_time")
    assert [http["section"], sleep["section"]] == ["http", "sleep"]
    assert http["detail"]["url"].endswith("/?token=\u2026")


def test_nothing_is_imported_for_it(project: Project) -> None:
    """What a run with automatic spans imports is ours, and what tests have imported."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    loaded = {}
    for value in ("off", "on"):
        project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = value
        script = """
            import sys, pytest

            class Plugin:
                def pytest_runtest_teardown(self):
                    print("LOADED", *sorted(sys.modules))

            pytest.main(["-s", "-q", "-p", "no:randomly"], plugins=[Plugin()])
        """
        project.write({"run.py": script})
        lines = project.run("run.py").stdout.splitlines()
        (line,) = [each for each in lines if "LOADED" in each]
        loaded[value] = set(line.partition("LOADED ")[2].split())
    more = {name for name in loaded["on"] - loaded["off"] if "_buildkite" not in name}
    # Small parts of the standard library alone, which newer versions of pytest have loaded.
    assert more <= {"_heapq", "dataclasses", "heapq"}, more


def test_spans_of_opentelemetry(project: Project) -> None:
    """What an instrumentation sees and we see as well is one span."""
    pytest.importorskip("opentelemetry.sdk")
    project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = "on,otel"
    run = project.test(
        """
        import os, urllib.request

        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace import SpanKind

        def test_it():
            tracer = TracerProvider().get_tracer("opentelemetry.instrumentation.urllib")
            url = os.environ["SITE"]
            attributes = {"http.method": "GET", "http.url": url + "/?token=s3cret"}
            with tracer.start_as_current_span("GET", kind=SpanKind.CLIENT, attributes=attributes):
                urllib.request.urlopen(url).close()
            attributes = {"db.system.name": "postgresql", "db.query.text": "SELECT 's3cret'"}
            with tracer.start_as_current_span("db", kind=SpanKind.CLIENT, attributes=attributes):
                pass
            with tracer.start_as_current_span("other"):
                pass
        """
    )
    http, sql = details(run, "test_it")
    assert http["method"] == "GET"
    assert http["url"].endswith("/?token=\u2026")
    assert (sql["query"], sql["lib"]) == ("SELECT ?", "urllib")
    assert "s3cret" not in json.dumps(run.results)
