"""Tests that do to their process what no test should: the run goes on, and so do our records."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .project import events

if TYPE_CHECKING:
    from .project import Project

#: What each test does for good, and what becomes of it. A `test_after` follows, and passes.
DEEDS = {
    "leaves": ("os.chdir(tmp_path)", "passed"),
    "deletes_cwd": ("os.chdir(tmp_path); tmp_path.rmdir()", "passed"),
    "clears_environment": ("os.environ.clear()", "passed"),
    "replaces_environment": ("os.environ = {}", "passed"),
    "patches_json": ("json.dumps = json.JSONEncoder.encode = json.loads = None", "passed"),
    "patches_open": ("monkeypatch.setattr('builtins.open', None)", "passed"),
    "patches_os": ("[monkeypatch.setattr(os, n, None) for n in ('open', 'getpid')]", "passed"),
    "patches_io": ("import io; monkeypatch.setattr(io, 'open', None)", "passed"),
    "freezes_garbage": ("import gc; gc.freeze(); gc.disable()", "passed"),
    "base_exception": ("raise BaseException('rude')", "failed"),
    "system_exit": ("raise SystemExit(3)", "failed"),
    "recursion": ("f = lambda: f(); f()", "failed"),
    "stubs_clocks": ("time.time = time.monotonic = time.perf_counter_ns = lambda: 5", "passed"),
    "low_recursion_limit": ("sys.setrecursionlimit(sys.getrecursionlimit())", "passed"),
    "patches_time": ("import unittest.mock as m; m.patch('time.time_ns', None).start()", "passed"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_the_run_goes_on(project: Project, deed: str) -> None:
    """W21, W22: a deleted cwd ended the run, and a stubbed clock gave nonsense."""
    statement, expected = DEEDS[deed]
    source = f"""
        import json, os, sys, time

        def test_deed(tmp_path, monkeypatch):
            {statement}

        def test_after():
            pass
    """
    arguments = ["-p", "no:cacheprovider", "--tb=line", "--basetemp", str(project.path / "tmp")]
    run = project.test(source, *arguments)
    without = project.pytest(*arguments, "-p", "no:buildkite-test-collector", watched=False)

    assert run.status == without.status
    assert run.outcomes == {"test_deed": expected, "test_after": "passed"}
    for result in run.results:
        assert 0 <= result["history"]["duration"] < 30
        assert result["file_name"] == "test_it.py"


def test_open_is_broken_for_good(project: Project) -> None:
    """Some versions of pytest stumble over it at the end, before us: then the journal remains."""
    project.write(
        {
            "test_it.py": """
                def test_breaks():
                    import builtins
                    builtins.open = None

                def test_after(): pass
            """
        }
    )
    without = project.pytest("-p", "no:buildkite-test-collector", watched=False)
    run = project.pytest("--buildkite-journal=kept.ndjson", watched=False)

    assert run.status == without.status
    kept = events(project.path / "kept.ndjson")
    finished = [event for event in kept if event["event"] == "test-finished"]
    assert len(finished) == 2
    arrived = [result["name"] for result in run.uploaded]
    assert arrived == ["test_breaks", "test_after"] or run.status != 0


def test_stdout_is_closed(project: Project) -> None:
    """Pytest itself stumbles over this; our upload does not, nor over there being no summary."""
    source = """
        import os, sys

        def test_closes():
            sys.stdout.close()

        def test_after():
            pass
    """
    run = project.test(source)
    without = project.pytest("-p", "no:buildkite-test-collector", watched=False)

    assert run.status == without.status
    # Whether there is a summary depends on how much was written before: pytest has lost its output.
    assert run.uploaded == run.written == run.replay()
    assert [result["name"] for result in run.uploaded] == ["test_closes", "test_after"]


@pytest.mark.parametrize("library", ["freezegun", "time_machine"])
def test_frozen_time(project: Project, library: str) -> None:
    pytest.importorskip(library)
    project.use("time_machine")
    freeze = {
        "freezegun": "freezegun.freeze_time('2001-01-01')",
        "time_machine": "time_machine.travel(0, tick=False)",
    }[library]
    run = project.test(f"""
        import time, pytest, {library}

        real_sleep = time.sleep

        @pytest.fixture
        def frozen():
            with {freeze}:
                yield

        def test_frozen(frozen, spans):
            with spans.measure("sleep"):
                real_sleep(0.05)

        def test_after():
            pass
    """)

    assert run.counts == {"passed": 2}
    frozen = run.one("test_frozen")["history"]
    assert 0.05 <= frozen["duration"] < 10
    assert 0.05 <= frozen["children"][0]["duration"] < 10
    assert frozen["end_at"] <= run.one("test_after")["history"]["start_at"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)", "pytest.exit('child')", "return"])
def test_a_test_that_forks(project: Project, end: str) -> None:
    """The child may run on through the rest of the session: it must not upload it, too."""
    run = project.test(f"""
        import os, sys, pytest

        def test_forks():
            child = os.fork()
            if child == 0:
                {end}
            else:
                os.waitpid(child, 0)

        def test_after():
            pass
    """)

    assert run.uploaded == run.written
    assert [result["name"] for result in run.uploaded] == ["test_forks", "test_after"]


def test_names_that_are_hard_to_carry(project: Project) -> None:
    project.write({"pytest.ini": "[pytest]\n" + UNESCAPED})
    run = project.test(
        """
        import pytest

        @pytest.mark.parametrize("n", [1], ids=["\\ud800 lone"])
        def test_surrogate(n): pass

        @pytest.mark.parametrize("n", [1], ids=["x" * 10_000])
        def test_long(n): pass

        @pytest.mark.parametrize("n", [1], ids=["ünï\\u2713\\U0001f600"])
        def test_unicode(n): pass

        @pytest.mark.parametrize("n", [1], ids=['"quoted" \\\\ back'])
        def test_quoted(n): pass
    """,
        "-q",
        "-p",
        "no:cacheprovider",
    )

    names = [result["name"] for result in run.results]
    assert names == [
        "test_surrogate[\ufffd lone]",
        f"test_long[{'x' * 10_000}]",
        "test_unicode[ünï\u2713\U0001f600]",
        'test_quoted["quoted" \\ back]',
    ]


UNESCAPED = "disable_test_id_escaping_and_forfeit_all_rights_to_community_support = true\n"


def test_spans_from_threads(project: Project) -> None:
    """W15: of 4,000 spans from 8 threads 1,918 were kept."""
    run = project.test("""
        import threading

        def test_threads(spans):
            def work():
                for _ in range(500):
                    with spans.measure("sleep"):
                        pass
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
    """)

    assert len(run.one("test_threads")["history"]["children"]) == 4000


def test_spans_left_open_and_spans_of_wider_fixtures(project: Project) -> None:
    run = project.test("""
        import pytest

        @pytest.fixture(scope="session")
        def service(spans):
            with spans.measure("annotation", {"content": "start"}):
                pass
            with spans.measure("annotation", {"content": "session"}):
                yield
            with spans.measure("annotation", {"content": "stop"}):
                pass

        def test_first(service): pass

        def test_open(spans):
            spans.measure("annotation", {"content": "open"}).__enter__()

        def test_last(service): pass
    """)

    contents = {
        result["name"]: [span["detail"]["content"] for span in result["history"]["children"]]
        for result in run.results
    }
    assert contents == {
        "test_first": ["start", "session"],
        "test_open": ["open"],
        "test_last": ["stop"],
    }


def test_a_conftest_that_freezes_time(project: Project) -> None:
    """All durations were 0: what is held must be held before any conftest."""
    pytest.importorskip("freezegun")
    project.write(
        {
            "conftest.py": """
                import time
                real_sleep = time.sleep
                import freezegun
                freezegun.freeze_time("2001-01-01").start()
            """
        }
    )
    run = project.test("""
        from conftest import real_sleep

        def test_it(): real_sleep(0.05)
    """)

    assert 0.05 <= run.one("test_it")["history"]["duration"] < 10


#: What a test leaves behind for good, and who delivers then.
LEFT = {
    "unlink": "os.unlink = raises",
    "unlink that fails a test": "os.unlink = lambda *_: pytest.fail('a mock')",
    "sys.path": "sys.path[:] = []; sys.path_hooks[:] = []; sys.path_importer_cache.clear()",
    "replace": "os.replace = os.rename = raises",
    "open": "os.open = raises",
    "sleep": "time.sleep = raises",
    "stat": "os.path.exists = os.path.isfile = raises",
}


@pytest.mark.parametrize("courier", ["auto", "false"])
@pytest.mark.parametrize("what", LEFT)
def test_what_a_test_leaves_broken(project: Project, what: str, courier: str) -> None:
    """There is no other exit code, and the results arrive or a line says where they are."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"conftest.py": "import time\ndef pytest_sessionstart(): time.sleep(0.3)\n"})
    run = project.test(
        f"""
        import os, sys, time, pytest

        def raises(*_, **__): raise RuntimeError("left broken")

        def test_breaks():
            {LEFT[what]}

        def test_after(): pass
        """,
        *("-p", "no:cacheprovider"),
        watched=False,
    )
    project.wait_for_couriers()
    without = project.pytest(
        "-p", "no:cacheprovider", "-p", "no:buildkite-test-collector", watched=False
    )

    assert run.status == without.status
    assert "Traceback" not in run.stdout + run.stderr
    arrived = [result["name"] for result in run.uploaded]
    if arrived != ["test_breaks", "test_after"]:
        assert not arrived
        (kept,) = project.path.rglob("events.ndjson")
        assert f"to try again: buildkite-test-collector upload {kept}" in run.said[0]


def test_reports_in_files_of_others_have_nothing_of_ours(project: Project) -> None:
    pytest.importorskip("pytest_reportlog")
    run = project.test("def test_it(): pass\n", "--report-log=log.jsonl")

    assert run.counts == {"passed": 1}
    assert "buildkite" not in (project.path / "log.jsonl").read_text("utf-8")
