"""Each row of the table of what differs from 1.9.1, run with both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

import pytest
from stand_in import TestEngine, faults

from .pages import MIGRATION, rows
from .project import TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path

    from stand_in import Request


@dataclass(frozen=True)
class Seen:
    """What a run came to."""

    status: int
    output: str
    requests: Sequence[Request]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results that Test Engine keeps."""
        return [result for request in self.requests for result in request.kept]

    def one(self, name: str = "test_it") -> dict[str, Any]:
        """Return the result of a test."""
        (found,) = (result for result in self.results if result["name"] == name)
        return found

    @property
    def branch(self) -> str | None:
        """The branch that the run is of."""
        branch: str | None = self.requests[0].body["run_env"].get("branch")
        return branch


@dataclass(frozen=True)
class Row:
    """A project, and what is looked at; the table has the values as code."""

    theirs: object
    ours: object
    look: Callable[[Seen], object]
    source: str = "def test_it(): pass"
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    script: tuple[faults.Answer, ...] = ()
    token: str | None = TOKEN


ROWS = {
    "a test whose teardown fails": Row(
        "passed",
        "failed",
        lambda seen: seen.one()["result"],
        """
        import pytest
        @pytest.fixture
        def broken():
            yield
            raise RuntimeError
        def test_it(broken): pass
        """,
    ),
    "a test and its module have the same tag": Row(
        "module",
        "test",
        lambda seen: seen.one()["tags"]["of"],
        """
        import pytest
        pytestmark = pytest.mark.execution_tag("of", "module")
        @pytest.mark.execution_tag("of", "test")
        def test_it(): pass
        """,
    ),
    "the line in `location`": Row(
        ":2",
        ":3",
        lambda seen: seen.one()["location"][-2:],
        "# one\n# two\ndef test_it(): pass\n",
    ),
    "why a test was skipped": Row(
        "not sent",
        "sent",
        lambda seen: "sent" if "not today" in str(seen.one()) else "not sent",
        """
        import pytest
        def test_it(): pytest.skip("not today")
        """,
    ),
    "a file that is skipped as a whole": Row(
        0,
        1,
        lambda seen: len(seen.results),
        """
        import pytest
        pytest.skip("not today", allow_module_level=True)
        """,
    ),
    "an exception with a cause": Row(
        1,
        2,
        lambda seen: len(seen.one()["failure_expanded"]),
        """
        def test_it():
            try:
                {}["key"]
            except KeyError as error:
                raise ValueError from error
        """,
    ),
    "a marker with one argument": Row(
        3,
        0,
        lambda seen: seen.status,
        """
        import pytest
        @pytest.mark.execution_tag("team")
        def test_it(): pass
        """,
    ),
    "a span without its detail": Row(
        "failed",
        "passed",
        lambda seen: seen.one()["result"],
        """
        def test_it(spans):
            with spans.measure("http"): pass
        """,
    ),
    "the branch of a pull request on GitHub Actions": Row(
        "refs/pull/12/merge",
        "feature",
        lambda seen: seen.branch,
        environment={
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION": "__run",
            "GITHUB_RUN_NUMBER": "7",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": "99",
            "GITHUB_REPOSITORY": "shop/shop",
            "GITHUB_REF": "refs/pull/12/merge",
            "GITHUB_HEAD_REF": "feature",
            "GITHUB_EVENT_NAME": "pull_request",
        },
    ),
    "a run that selects no tests": Row(
        1, 0, lambda seen: len(seen.requests), arguments=("-k", "nothing")
    ),
    "`--json` in a folder that is not there": Row(
        1, 0, lambda seen: seen.status, arguments=("--json=missing/results.json",)
    ),
    "`BUILDKITE_ANALYTICS_BRANCH`": Row(
        "ignored",
        "counts",
        lambda seen: "counts" if seen.branch == "mine" else "ignored",
        environment={"BUILDKITE_ANALYTICS_BRANCH": "mine"},
    ),
    "Test Engine answers 503 once": Row(
        0, 1, lambda seen: len(seen.results), script=(faults.Answer(503),)
    ),
    "150 results": Row(
        2,
        1,
        lambda seen: len(seen.requests),
        """
        import pytest
        @pytest.mark.parametrize("n", range(150))
        def test_it(n): pass
        """,
    ),
    "a test runs pytest in its process": Row(
        2,
        1,
        lambda seen: len(seen.results),
        """
        def test_it(pytester):
            pytester.makepyfile("def test_inner(): pass")
            pytester.runpytest_inprocess()
        """,
        ("-p", "pytester"),
    ),
    "a test changes directory": Row(
        "../test_it.py",
        "test_it.py",
        lambda seen: seen.one()["file_name"],
        """
        import os
        def test_first():
            os.mkdir("sub")
            os.chdir("sub")
        def test_it(): pass
        """,
    ),
    "no token": Row(
        1,
        0,
        lambda seen: seen.output.lower().count("buildkite_analytics_token"),
        token=None,
        arguments=("-q",),
    ),
}


def run(path: Path, python: str | None, row: Row) -> Seen:
    """Run a row's project, with the pure-Python plugin where its Python is given."""
    path.mkdir()
    with TestEngine(token=TOKEN, checks_results=False, script=row.script) as engine:
        project = Project(path, engine)
        project.token = row.token
        project.environment = row.environment
        project.write({"test_it.py": row.source})
        if python is None:
            done = project.run("-m", "pytest", *row.arguments)
        else:
            command = [python, "-m", "pytest", "-p", "no:cacheprovider", *row.arguments]
            done = project.execute(command)
        return Seen(done.returncode, done.stdout + done.stderr, list(engine.requests))


def test_each_row_is_run() -> None:
    table = rows(MIGRATION, "what", "1.9.1", "this", "what to change")
    assert [cells[0] for cells in table] == list(ROWS)
    for what, theirs, ours, to_do in table:
        assert f"`{ROWS[what].theirs}`" in theirs
        assert f"`{ROWS[what].ours}`" in ours
        assert to_do


@pytest.mark.parametrize("what", ROWS)
def test_what_this_does(tmp_path: Path, what: str) -> None:
    row = ROWS[what]
    assert row.look(run(tmp_path / "ours", None, row)) == row.ours


@pytest.mark.parametrize("what", ROWS)
def test_what_1_9_1_did(tmp_path: Path, pure_python: str, what: str) -> None:
    row = ROWS[what]
    assert row.look(run(tmp_path / "theirs", pure_python, row)) == row.theirs
