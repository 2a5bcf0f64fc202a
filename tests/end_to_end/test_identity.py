"""What a test is called and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
    """Bktec and the history of every suite split a node id at its last `::`, wherever that is."""
    project.write({"shop/test_cart.py": SOURCE})
    run = project.pytest()

    assert [(result["scope"], result["name"]) for result in run.results] == [
        ("shop/test_cart.py::TestCart::test_add[a", "b]"),
        ("shop/test_cart.py::TestCart::test_add[c[d", "e]]"),
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


def test_equal_names_in_files_outside_the_root_directory(project: Project) -> None:
    """Pytest's node ids of such files may lack the path, so that the two were one test."""
    source = "def test_it(): pass\n"
    project.write({"one/test_a.py": source, "two/test_b.py": source, "root/pytest.ini": "[pytest]"})
    run = project.pytest(
        "--rootdir=root", "-c", "root/pytest.ini", "one/test_a.py", "two/test_b.py"
    )

    scopes = {result["scope"] for result in run.results}
    assert len(scopes) == 2
    assert "" not in scopes
    assert {result["file_name"] for result in run.results} == {"one/test_a.py", "two/test_b.py"}


def test_a_conftest_that_changes_directory(project: Project) -> None:
    """Files used to be seen from there: `../test_it.py`."""
    project.write({"conftest.py": "import os\nos.makedirs('sub')\nos.chdir('sub')\n"})
    run = project.test("def test_it(): pass\n", "test_it.py")

    assert run.one("test_it")["file_name"] == "test_it.py"


def test_a_scenario_is_in_a_file_of_the_project(project: Project) -> None:
    """Its function is pytest-bdd's own."""
    pytest.importorskip("pytest_bdd")
    project.use("pytest-bdd")
    project.write(
        {
            "cart.feature": """
                Feature: Cart
                    Scenario: Empty
                        Given nothing
            """,
            "test_cart.py": """
                from pytest_bdd import given, scenarios
                scenarios("cart.feature")
                @given("nothing")
                def nothing(): pass
            """,
        }
    )
    run = project.pytest()

    (result,) = run.results
    assert (result["file_name"], result["location"]) == ("test_cart.py", "test_cart.py")
