"""What is said of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Project


def test_an_exception(project: Project) -> None:
    run = project.test("""\
        def divide():
            return 1 / 0

        def test_it():
            divide()
    """)

    result = run.one("test_it")
    assert result["failure_reason"] == "ZeroDivisionError: division by zero"
    (entry,) = result["failure_expanded"]
    assert entry["backtrace"] == ["test_it.py:5:", "test_it.py:2: ZeroDivisionError"]
    assert "E       ZeroDivisionError: division by zero" in entry["expanded"]


def test_a_chain_of_exceptions_has_an_entry_each(project: Project) -> None:
    """W34: the exception that led to another was part of one text, or lost."""
    run = project.test("""\
        def test_it():
            try:
                1 / 0
            except ZeroDivisionError as error:
                raise ValueError("outer") from error
    """)

    result = run.one("test_it")
    assert result["failure_reason"] == "ValueError: outer"
    outer, inner = result["failure_expanded"]
    assert outer["backtrace"] == ["test_it.py:5: ValueError"]
    assert inner["backtrace"] == ["test_it.py:3: ZeroDivisionError"]


def test_captured_output_is_kept(project: Project) -> None:
    """W34: what a failing test printed was dropped."""
    run = project.test("""\
        import sys

        def test_it():
            print("to stdout")
            print("to stderr", file=sys.stderr)
            assert False
    """)

    captured = [entry["expanded"] for entry in run.one("test_it")["failure_expanded"][1:]]
    assert captured == [
        ["Captured stdout call", "to stdout"],
        ["Captured stderr call", "to stderr"],
    ]


def test_every_traceback_style_gives_a_reason(project: Project) -> None:
    source = """\
        def test_it():
            assert 1 == 2, "why"
    """
    for style in ("auto", "long", "short", "line", "native", "no"):
        run = project.test(source, f"--tb={style}")
        result = run.one("test_it")
        assert result["result"] == "failed"
        if style != "no":
            assert "AssertionError" in result["failure_reason"] or "why" in str(result), style
        for entry in result.get("failure_expanded", []):
            assert "None" not in entry["backtrace"]


def doctest(example: str, expected: str) -> str:
    """Return a module with a doctest."""
    return f'''def f():
    """
    >>> {example}
    {expected}
    """
'''


#: Tests of which pytest says in a text of its own why they failed, and what the reason is.
TEXTS = {
    "doctest": ("1 + 1: expected 3, got 2", {"test_it.py": doctest("1 + 1", "3")}),
    "doctest without a value": (
        "x = 1; None: expected 5, got nothing",
        {"test_it.py": doctest("x = 1; None", "5")},
    ),
    "doctest that raises": (
        "1 / 0: ZeroDivisionError('division by zero')",
        {"test_it.py": doctest("1 / 0", "1")},
    ),
    "fixture": ("fixture 'nofixture' not found", {"test_it.py": "def test_it(nofixture): pass\n"}),
    "blank lines": (
        "the reason",
        {
            "conftest.py": """
                import pytest

                class Item(pytest.Item):
                    def runtest(self): raise ValueError
                    def repr_failure(self, error): return "\\n  \\nthe reason\\nmore"

                class File(pytest.File):
                    def collect(self): yield Item.from_parent(self, name="item")

                def pytest_collect_file(parent, file_path):
                    if file_path.suffix == ".custom":
                        return File.from_parent(parent, path=file_path)
            """,
            "it.custom": "",
        },
    ),
    "a message that begins with a line break": (
        "AssertionError:",
        {"test_it.py": "def test_it(): raise AssertionError('\\nwhy')\n"},
    ),
}


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["plain", "xdist"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_pytests_own(project: Project, text: str, workers: list[str]) -> None:
    """The reason of a doctest was `001 `, of an unknown fixture a path, and of others empty."""
    project.use("xdist")
    reason, files = TEXTS[text]
    project.write(files)
    run = project.pytest("--doctest-modules", *workers)

    (result,) = run.results
    assert result["failure_reason"].startswith(reason)


def test_an_xfail_without_a_reason_has_none(project: Project) -> None:
    """What pytest raises for it is none: `_pytest.outcomes.XFailed`."""
    run = project.test("""
        import pytest

        @pytest.mark.xfail
        def test_marked(): assert False
        def test_called(): pytest.xfail()
        @pytest.mark.xfail(reason="why")
        def test_reason(): assert False
    """)

    reasons = {result["name"]: result.get("failure_reason") for result in run.results}
    assert reasons == {"test_marked": None, "test_called": None, "test_reason": "why"}
