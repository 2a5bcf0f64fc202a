"""Automatic spans beside others who look at, wrap, or subclass what is recorded."""

from __future__ import annotations

import pytest

from .project import Project
from .test_automatic_spans import details, site, spans

__all__ = ["site"]


@pytest.fixture
def project(project: Project, site: str) -> Project:
    """A project whose calls are recorded, however short."""
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": "on,sqlite3",
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
        "SITE": site,
    }
    return project


def test_a_warning_names_the_callers_line(project: Project) -> None:
    """Not our function, which stands between what warns and who called it."""
    pytest.importorskip("requests")
    pytest.importorskip("httpx")
    run = project.test(
        """
        import asyncio, sqlite3, sys, warnings
        import httpx, requests

        def lines(caught):
            return [(warning.filename, warning.lineno) for warning in caught]

        def here():
            frame = sys._getframe(1)
            return frame.f_code.co_filename, frame.f_lineno

        def test_function():
            class Adapted:
                def __conform__(self, protocol):
                    warnings.warn("adapted", UserWarning, stacklevel=2)
                    return 1
            connection = sqlite3.connect(":memory:")
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                connection.execute("SELECT ?", (Adapted(),)); line = here()
            assert lines(caught) == [line]

        def test_method(monkeypatch):
            class Adapter(requests.adapters.BaseAdapter):
                def send(self, request, **options):
                    # The adapter, `Session.send`, and who called that.
                    warnings.warn("sent", UserWarning, stacklevel=3)
                    answer = requests.Response()
                    answer.status_code, answer.url = 200, request.url
                    answer.raw = __import__("io").BytesIO()
                    return answer
            session = requests.Session()
            session.mount("http://", Adapter())
            request = session.prepare_request(requests.Request("GET", "http://a.test/"))
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                session.send(request); line = here()
            assert lines(caught) == [line]

        def test_coroutine():
            class Transport(httpx.AsyncBaseTransport):
                async def handle_async_request(self, request):
                    frame, level = sys._getframe(), 1
                    while frame.f_code.co_name != "caller":
                        if "bootstrap" not in frame.f_code.co_filename:
                            level += 1
                        frame = frame.f_back
                    warnings.warn("sent", UserWarning, stacklevel=level)
                    return httpx.Response(200)
            async def caller():
                async with httpx.AsyncClient(transport=Transport()) as client:
                    request = client.build_request("GET", "http://a.test/")
                    await client.send(request); return here()
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                line = asyncio.run(caller())
            assert lines(caught) == [line]
        """
    )
    assert set(run.outcomes.values()) == {"passed"}, run.stdout
    for test in run.outcomes:
        assert len(spans(run, test)) == 1


def test_a_listener_of_sqlalchemy_that_fails(project: Project) -> None:
    """What comes after it is recorded."""
    pytest.importorskip("sqlalchemy")
    run = project.test(
        """
        import pytest, sqlalchemy
        from sqlalchemy import event, text

        def test_it():
            engine = sqlalchemy.create_engine("sqlite://")

            @event.listens_for(engine, "before_cursor_execute")
            def refuse(connection, cursor, statement, *args):
                if "refused" in statement:
                    raise LookupError(statement)

            @event.listens_for(engine, "do_execute")
            def answer(cursor, statement, parameters, context):
                if "answered" in statement:
                    cursor.execute("SELECT 'another'")
                    return True

            with engine.connect() as connection:
                for number in range(2):
                    with pytest.raises(LookupError):
                        connection.execute(text("SELECT 'refused'"))
                    with pytest.raises(sqlalchemy.exc.OperationalError):
                        connection.execute(text("SELECT nothing"))
                    connection.execute(text("SELECT 1 AS answered"))
                connection.execute(text("SELECT 1 AS seen"))
        """
    )
    assert run.outcomes == {"test_it": "passed"}, run.stdout
    queries = [detail["query"] for detail in details(run, "test_it")]
    assert queries == [
        "SELECT nothing",
        "SELECT ? AS answered",
        "SELECT nothing",
        "SELECT ? AS answered",
        "SELECT ? AS seen",
    ]


def test_many_rows_of_sqlalchemy_at_once(project: Project) -> None:
    """Batches of `INSERT … RETURNING`, and `executemany`."""
    pytest.importorskip("sqlalchemy", minversion="2")
    run = project.test(
        """
        import sqlalchemy as sa
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        class Base(DeclarativeBase):
            pass

        class Row(Base):
            __tablename__ = "rows"
            id: Mapped[int] = mapped_column(primary_key=True)
            text: Mapped[str]

        def test_it():
            engine = sa.create_engine("sqlite://", insertmanyvalues_page_size=2)
            Base.metadata.create_all(engine)
            with Session(engine) as session:
                session.add_all([Row(text=f"s3cret{n}") for n in range(5)])
                session.flush()
                session.execute(sa.insert(Row), [{"text": "s3cret"}, {"text": "s3cret"}])
                assert session.scalar(sa.select(sa.func.count()).select_from(Row)) == 7
        """
    )
    assert run.outcomes == {"test_it": "passed"}, run.stdout
    queries = [detail["query"] for detail in details(run, "test_it")]
    assert "SELECT count(*)" in queries[-1]
    assert sum("INSERT" in query for query in queries) >= 2
    assert "s3cret" not in "".join(queries)


def test_another_tool_takes_its_wrapper_away(project: Project) -> None:
    """By the attributes that it finds on ours, which stands over its own."""
    pytest.importorskip("requests")
    project.write(
        {
            "conftest.py": """
                import functools, requests

                original = requests.Session.send
                seen = []

                @functools.wraps(original)
                def theirs(self, request, **options):
                    seen.append(request.url)
                    return original(self, request, **options)

                theirs.is_theirs = True

                def instrument():
                    requests.Session.send = theirs

                def uninstrument():
                    send = requests.Session.send
                    if getattr(send, "is_theirs", False):
                        requests.Session.send = send.__wrapped__

                instrument()
            """
        }
    )
    run = project.test(
        """
        import os, requests
        from conftest import instrument, original, seen, uninstrument

        def test_it():
            requests.get(os.environ["SITE"])
            assert len(seen) == 1
            uninstrument()
            requests.get(os.environ["SITE"])
            assert len(seen) == 1
        """
    )
    assert run.outcomes == {"test_it": "passed"}, run.stdout


def test_a_proxy_in_the_place_of_a_method(project: Project) -> None:
    """As ddtrace and others put there by wrapt: it learns its instance by being bound alone."""
    for name in ("httpx", "requests", "wrapt"):
        pytest.importorskip(name)
    project.write(
        {
            "conftest.py": """
                import httpx, requests, wrapt

                seen = []

                def theirs(wrapped, instance, arguments, options):
                    seen.append((type(instance).__name__, len(arguments)))
                    return wrapped(*arguments, **options)

                for owner in (requests.Session, httpx.Client, httpx.AsyncClient):
                    wrapt.wrap_function_wrapper(owner, "send", theirs)
            """
        }
    )
    run = project.test(
        """
        import asyncio, httpx, os, requests
        from conftest import seen

        async def call():
            async with httpx.AsyncClient() as client:
                await client.get(os.environ["SITE"])

        def test_it():
            requests.get(os.environ["SITE"])
            httpx.get(os.environ["SITE"])
            asyncio.run(call())
            assert seen == [("Session", 1), ("Client", 1), ("AsyncClient", 1)]
        """
    )
    assert run.outcomes == {"test_it": "passed"}, run.stdout
    assert [detail["lib"] for detail in details(run, "test_it")] == ["requests", "httpx", "httpx"]


def test_what_stands_for_a_builtin_is_no_method(project: Project) -> None:
    run = project.test(
        """
        import copy, inspect, pickle, sqlite3, time

        def test_it():
            class Database:
                connect = sqlite3.connect
                sleep = time.sleep

            assert sqlite3.connect is sqlite3.dbapi2.connect
            for function in (sqlite3.connect, time.sleep):
                assert pickle.loads(pickle.dumps(function)) is function
                assert copy.deepcopy(function) is function
                assert repr(function).startswith("<built-in function")
            connection = Database().connect(":memory:")
            assert connection.execute("SELECT 1").fetchone() == (1,)
            Database().sleep(0.001)

        class Connection(sqlite3.Connection):
            def cursor(self):
                return super().cursor()

        def test_a_cursor_of_the_users_own():
            connection = sqlite3.connect(":memory:", factory=Connection)
            assert connection.cursor().execute("SELECT 1").fetchone() == (1,)
        """
    )
    assert set(run.outcomes.values()) == {"passed"}, run.stdout
    assert [span["section"] for span in spans(run, "test_it")] == ["sql", "sleep"]


def test_what_is_no_request(project: Project) -> None:
    """Files, data, and applications in this process; what those ask of others is one."""
    for name in ("requests", "httpx"):
        pytest.importorskip(name)
    run = project.test(
        """
        import io, os, urllib.request
        import httpx, requests

        def test_files(tmp_path):
            file = tmp_path / "file.txt"
            file.write_text("text")
            assert urllib.request.urlopen(file.as_uri()).read() == b"text"
            assert urllib.request.urlopen("data:text/plain,text").read() == b"text"

        class Store(requests.adapters.BaseAdapter):
            def send(self, request, **options):
                return requests.get(os.environ["SITE"] + "/stored")

        def test_schemes():
            session = requests.Session()
            session.mount("store://", Store())
            assert session.get("store://bucket/key").text == "hello"

        def application(environ, start_response):
            body = requests.get(os.environ["SITE"] + "/other").content
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]

        def test_application():
            transport = httpx.WSGITransport(app=application)
            with httpx.Client(transport=transport, base_url="http://app.test") as client:
                assert client.get("/").text == "hello"
        """
    )
    assert set(run.outcomes.values()) == {"passed"}, run.stdout
    assert spans(run, "test_files") == []
    for test, path in (("test_schemes", "/stored"), ("test_application", "/other")):
        (detail,) = details(run, test)
        assert detail["url"].endswith(path)


#: Libraries that patch what we record, or more than that, each in a run of its own: what a test of
#: theirs sees, and how many spans of a section there are of it.
PATCHERS = {
    "moto": (
        """
        import boto3, moto

        def test_it(monkeypatch):
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
            with moto.mock_aws():
                client = boto3.client("s3", region_name="us-east-1")
                client.create_bucket(Bucket="a-bucket")
                client.put_object(Bucket="a-bucket", Key="key", Body=b"s3cret")
                body = client.get_object(Bucket="a-bucket", Key="key")["Body"]
                assert body.read() == b"s3cret"
                assert [each["Name"] for each in client.list_buckets()["Buckets"]] == ["a-bucket"]
        """,
        # It answers before urllib3 is called, but not before botocore is.
        {"on,botocore": {"http": 4}},
    ),
    "httpretty": (
        """
        import urllib.request, httpretty

        @httpretty.activate(allow_net_connect=False)
        def test_it():
            httpretty.register_uri(httpretty.GET, "http://mocked.test/a", body="yes")
            # Not by urllib3, whose newest version it does not know.
            with urllib.request.urlopen("http://mocked.test/a?token=s3cret") as answer:
                assert answer.read() == b"yes"
            assert httpretty.last_request().querystring == {"token": ["s3cret"]}
        """,
        {"on": {"http": 1}},
    ),
    "time_machine": (
        """
        import os, time, requests, time_machine

        def test_it():
            with time_machine.travel(0, tick=False):
                assert requests.get(os.environ["SITE"]).text == "hello"
                time.sleep(0.001)
                assert time.time() == 0
        """,
        {"on": {"http": 1, "sleep": 1}},
    ),
    "sentry_sdk": (
        """
        import os, sqlite3, urllib.request
        import requests, sentry_sdk

        sent = []

        class Transport(sentry_sdk.transport.Transport):
            def capture_envelope(self, envelope):
                sent.append(envelope)

        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1", traces_sample_rate=1.0, transport=Transport
        )

        def test_it():
            with sentry_sdk.start_transaction(name="a transaction") as transaction:
                requests.get(os.environ["SITE"])
                urllib.request.urlopen(os.environ["SITE"]).close()
                recorded = list(transaction._span_recorder.spans)
            assert [span.op for span in recorded if span.op == "http.client"] == ["http.client"] * 2
        """,
        {"on": {"http": 2}},
    ),
    "gevent": (
        """
        import gevent, os, requests, time

        def test_it():
            def call():
                assert requests.get(os.environ["SITE"]).text == "hello"

            greenlets = [gevent.spawn(call) for _ in range(5)]
            gevent.joinall(greenlets, raise_error=True)
            time.sleep(0.001)
        """,
        {"on": {"http": 5}},
    ),
}


@pytest.mark.parametrize("library", PATCHERS)
def test_a_library_that_patches_the_same(project: Project, library: str) -> None:
    """It finds what it needs, and we still see what was called."""
    for name in (library, "requests"):
        pytest.importorskip(name)
    source, expected = PATCHERS[library]
    if library == "gevent":
        # As its documentation has it: before anything else is imported.
        project.write({"patched.py": "from gevent import monkey\nmonkey.patch_all()\n"})
        project.environment["PYTHONPATH"] = "."
    early = ("-p", "patched") if library == "gevent" else ()
    for value in ("off", "on", "on,botocore"):
        project.environment["BUILDKITE_ANALYTICS_AUTO_SPANS"] = value
        run = project.test(source, *early)
        assert run.outcomes == {"test_it": "passed"}, run.stdout
        found = [span["section"] for span in spans(run, "test_it")]
        for section, count in expected.get(value, {}).items():
            assert found.count(section) == count, spans(run, "test_it")
        for span in spans(run, "test_it"):
            assert 0 < span["duration"] < 30
        if value == "on,botocore" and library == "moto":
            put = details(run, "test_it")[1]
            assert (put["method"], put["lib"]) == ("PUT", "botocore.PutObject")
        assert "s3cret" not in str(run.results)
