"""What is said of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
