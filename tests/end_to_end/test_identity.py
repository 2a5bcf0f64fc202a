"""What a test is called and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .project import Project

SOURCE = """\
import pytest

class TestCart:
    @pytest.mark.parametrize("text", [1, 2, 3, 4], ids=["a::b", "c[d::e]", "ü", "x" * 200])
    def test_add(self, text):
        pass

def test_plain():
    pass
"""


def test_scope_and_name(project: Project) -> None:
    """A parameter's id may hold what separates names: the pure-Python plugin splits it."""
    project.write({"shop/test_cart.py": SOURCE})
    run = project.pytest()

    assert [(result["scope"], result["name"]) for result in run.results] == [
        ("shop/test_cart.py::TestCart", "test_add[a::b]"),
        ("shop/test_cart.py::TestCart", "test_add[c[d::e]]"),
        ("shop/test_cart.py::TestCart", "test_add[\\xfc]"),
        ("shop/test_cart.py::TestCart", f"test_add[{'x' * 200}]"),
        ("shop/test_cart.py", "test_plain"),
    ]


def test_lines_count_from_one(project: Project) -> None:
    """W23: the line of a location is the one that an editor shows."""
    project.write({"shop/test_cart.py": SOURCE})
    run = project.pytest()

    assert run.one("test_plain")["location"] == "shop/test_cart.py:8"
    assert run.one("test_plain")["file_name"] == "shop/test_cart.py"


def test_files_are_seen_from_where_pytest_was_started(project: Project) -> None:
    project.write({"shop/test_cart.py": SOURCE})
    run = project.pytest(cwd="shop")

    result = run.one("test_plain")
    assert result["scope"] == "shop/test_cart.py"
    assert result["file_name"] == "test_cart.py"
    assert result["location"] == "test_cart.py:8"


def test_a_test_that_changes_directory_changes_nothing_else(project: Project) -> None:
    """W21: file names used to be taken from wherever the last test had gone."""
    run = project.test("""
        import os

        def test_goes(tmp_path):
            os.chdir(tmp_path)

        def test_after():
            pass
    """)

    assert {result["file_name"] for result in run.results} == {"test_it.py"}
