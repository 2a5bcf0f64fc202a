"""The suites: which library, how its tests are run, and what is left out of them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .sdist import Sdist

#: What runs every suite, and says what came of it.
RUNNER = ("pytest==9.2.0", "pytest-reportlog==1.0.0")

#: Why tests are left out.
INTERNET = "looks up the name of a host on the internet"
NO_ANSWER = "needs a network that answers nothing; elsewhere the connection is refused at once"


@dataclass(frozen=True)
class Suite:
    """A library's tests, which its source distribution carries."""

    sdist: Sdist
    #: What they need, beside the library.
    requirements: tuple[str, ...]
    #: What pytest is told: where the tests are, and how to run them.
    arguments: tuple[str, ...]
    #: The libraries of which spans must come, as they call themselves in spans.
    recorded: tuple[str, ...]
    #: Whether calls of each of these must have come in each file that the arguments name.
    in_each_file: bool = False
    #: What `auto_spans` is, beside `off`.
    auto_spans: str = "on"
    #: Tests that are not run, by the beginning of their node ids, or by their name where several
    #: classes have them, with the reason.
    left_out: Mapping[str, str] = field(default_factory=dict)
    #: What a reader of the results should know.
    note: str = ""
    #: Which part of the tests it is, where a library has several suites.
    part: str = ""

    @property
    def files(self) -> list[str]:
        """The files of tests that the arguments name."""
        return [each for each in self.arguments if each.endswith(".py")]

    @property
    def title(self) -> str:
        """What a reader knows it by."""
        return f"{self.sdist.name}, {self.part}" if self.part else self.sdist.name

    @property
    def name(self) -> str:
        """What the command calls it."""
        return self.title.lower().replace(", ", "-")

    @property
    def deselecting(self) -> list[str]:
        """What tells pytest not to run what is left out."""
        names = [f"not {test}" for test in self.left_out if "/" not in test]
        deselecting = [f"--deselect={test}" for test in self.left_out if "/" in test]
        return [*deselecting, "-k", " and ".join(names)] if names else deselecting


SQLALCHEMY = Sdist(
    "SQLAlchemy", "2.1.9", "d700a8b2edfb26282a470333d6bc4a454c4acda4d201a3bea7b72fa76c217d28"
)
SQLALCHEMY_NEEDS = ("aiosqlite==0.22.1", "greenlet==3.5.6")

#: With pytest's warnings, which its suite leaves out.
SQLALCHEMY_OPTIONS = (
    "--override-ini=addopts=--strict-markers --maxfail=250",
    "--db=sqlite",
    "--db=aiosqlite",
)

SUITES = (
    Suite(
        Sdist(
            "requests",
            "2.34.2",
            "f288924cae4e29463698d6d60bc6a4da69c89185ad1e0bcc4104f584e960b9ed",
        ),
        requirements=(
            "PySocks==1.7.1",
            "httpbin==0.10.4",
            "pytest-httpbin==2.1.0",
            "pytest-mock==3.17.0",
            "trustme==1.2.1",
        ),
        arguments=("tests",),
        recorded=("requests",),
        left_out={
            "tests/test_requests.py::TestTimeout::test_connect_timeout": NO_ANSWER,
            "tests/test_requests.py::TestTimeout::test_total_timeout_connect": NO_ANSWER,
        },
    ),
    Suite(
        Sdist(
            "responses",
            "0.26.3",
            "b0c11ca8131b8b227b8d5108e6ed39772222bd5aab030ed430e8f99057c4c409",
        ),
        requirements=(
            "pytest-asyncio==1.4.0",
            "pytest-httpserver==1.1.5",
            "requests==2.34.2",
            "tomli-w==1.2.0",
        ),
        arguments=("responses", "--asyncio-mode=auto"),
        recorded=("requests",),
    ),
    Suite(
        Sdist(
            "urllib3", "2.8.0", "63bf2ead4c879426ebf22ef2a781eeb4aa3b4ae798a0435506f8687fd5bb9b63"
        ),
        requirements=(
            "anyio[trio]==4.16.0",
            "brotli==1.2.1",
            "cryptography==50.0.2",
            "h2==4.4.1",
            "httpx==0.28.1",
            "hypercorn==0.18.0",
            "idna==3.20",
            "pyopenssl==26.4.0",
            "PySocks==1.7.1",
            "pytest-socket==0.8.1",
            "pytest-timeout==2.4.0",
            "quart-trio==0.13.0",
            "quart==0.23.1",
            "trio==0.35.0",
            "trustme==1.2.1",
        ),
        arguments=("test", "--timeout=120"),
        recorded=("urllib3",),
        left_out={
            "test_http2_probe_blocked_per_thread": (
                "its threads may come in an order in which it waits for ever, with `off` as well"
            ),
        },
        note=(
            "what needs its own fork of hypercorn, which is not on PyPI, or a network that answers"
            " nothing, fails in both"
        ),
    ),
    Suite(
        Sdist(
            "httpx", "0.28.1", "75e98c5f16b0f35b567856f597f06ff2270a374470a5c2392242528e3e3e42fc"
        ),
        requirements=(
            "httpx[brotli,cli,http2,socks,zstd]",
            "chardet==5.2.0",
            "click==8.1.7",
            "cryptography==50.0.2",
            "trio==0.27.0",
            "trustme==1.2.1",
            "uvicorn==0.32.1",
        ),
        arguments=("tests",),
        recorded=("httpx", "sleep"),
        note="two tests of its log records fail in both: they see those of uvicorn as well",
        auto_spans="on,asyncio.sleep",
        left_out={
            "tests/client/test_proxies.py::test_async_proxy_close": INTERNET,
            "tests/client/test_proxies.py::test_sync_proxy_close": INTERNET,
        },
    ),
    # In the place of respx: no source distribution of that carries its tests.
    Suite(
        Sdist(
            "openai",
            "2.8.0",
            "4851908f6d6fcacbd47ba659c5ac084f7725b752b6bfa1e948b6fbfc111a6bad",
        ),
        requirements=(
            "openai[aiohttp]",
            "dirty-equals==0.11",
            "inline-snapshot==0.36.1",
            "nest-asyncio==1.6.0",
            "pytest-asyncio==1.4.0",
            "respx==0.23.1",
            "rich==15.0.0",
            "time-machine==3.6.0",
        ),
        # In one process, and without its tests against a server of its own.
        arguments=("--override-ini=addopts=", "tests/test_client.py", "tests/lib"),
        recorded=("httpx",),
        auto_spans="on,asyncio.sleep",
        left_out={
            "tests/lib/chat/test_completions_streaming.py": (
                "its snapshots are those of another version of inline-snapshot"
            ),
        },
        note="in the place of respx, which answers the requests of its tests",
    ),
    Suite(
        Sdist(
            "aiohttp", "3.14.5", "5558a7f5a05af9ecf744af91e5baefc436f93c9333e656c27ec253f9a6bbe178"
        ),
        requirements=(
            "aiohttp[speedups]",
            "blockbuster==1.5.29",
            "freezegun==1.5.5",
            "gunicorn==27.0.1",
            "isal==1.9.1",
            "proxy.py==2.4.10",
            "pytest-codspeed==5.0.4",
            "pytest-cov==7.1.0",
            "pytest-mock==3.17.0",
            "pytest-timeout==2.4.0",
            "pytest-xdist==3.8.0",
            "re-assert==1.1.0",
            "trustme==1.2.1",
            "uvloop==0.23.0",
            "zlib-ng==1.1.0",
        ),
        # What makes requests, of 5,700 tests. In one process, so that there is an order; without
        # measuring coverage, and without collecting garbage behind each test.
        arguments=(
            "--numprocesses=0",
            "--no-cov",
            "--aiohttp-fast",
            "tests/test_client_functional.py",
            "tests/test_client_middleware.py",
            "tests/test_client_middleware_digest_auth.py",
            "tests/test_client_session.py",
            "tests/test_client_ws.py",
            "tests/test_client_ws_functional.py",
            "tests/test_connector.py",
            "tests/test_proxy.py",
            "tests/test_proxy_functional.py",
            "tests/test_tracing.py",
            "tests/test_test_utils.py",
            "tests/test_web_functional.py",
            "tests/test_web_sendfile_functional.py",
            "tests/test_web_websocket_functional.py",
        ),
        recorded=("aiohttp",),
        note="the files of tests that make requests, of all its files",
        auto_spans="on,asyncio.sleep",
    ),
    Suite(
        SQLALCHEMY,
        requirements=SQLALCHEMY_NEEDS,
        # What executes most statements.
        arguments=(
            *SQLALCHEMY_OPTIONS,
            "test/dialect/sqlite",
            "test/engine/test_transaction.py",
            "test/ext/asyncio",
            "test/orm/test_session.py",
            "test/orm/test_unitofwork.py",
            "test/sql/test_insert_exec.py",
            "test/sql/test_query.py",
            "test/sql/test_resultset.py",
            "test/sql/test_returning.py",
        ),
        left_out={
            "test/ext/asyncio/test_cancellation.py": (
                "cancels a task at each of its points and collects garbage there, for many minutes"
            ),
        },
        recorded=("sqlalchemy",),
        in_each_file=True,
        note="the files of tests that execute most statements, on SQLite",
        auto_spans="on,sqlite3",
    ),
    # By itself: it takes all listeners of all engines away, ours too, and behind it nothing of
    # SQLAlchemy is recorded any more.
    Suite(
        SQLALCHEMY,
        requirements=SQLALCHEMY_NEEDS,
        arguments=(*SQLALCHEMY_OPTIONS, "test/engine/test_execute.py"),
        left_out={
            "test/engine/test_execute.py::EngineEventsTest::test_add_event_after_connect": (
                "wants a private attribute to say that nobody listens to any engine, and we do"
            ),
        },
        recorded=("sqlalchemy",),
        note="the tests of its events, which take all listeners away in their midst, ours too",
        auto_spans="on,sqlite3",
        part="events",
    ),
)
