"""The marker `execution_tag` and the option `--tag-filters`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .project import Project

TAGGED = """
    import pytest

    pytestmark = [
        pytest.mark.execution_tag("team", "module"),
        pytest.mark.execution_tag("suite", "shop"),
    ]

    @pytest.mark.execution_tag("team", "class")
    class TestClass:
        @pytest.mark.execution_tag("team", "function")
        def test_function(self):
            pass

        def test_class(self):
            pass

    def test_module():
        pass

    def test_dynamic(request):
        request.node.add_marker(pytest.mark.execution_tag("team", "dynamic"))
"""


def test_the_closest_marker_wins(project: Project) -> None:
    """W16: the module's marker used to beat the function's own."""
    run = project.test(TAGGED)

    assert {result["name"]: result["tags"] for result in run.results} == {
        "test_function": {"team": "function", "suite": "shop"},
        "test_class": {"team": "class", "suite": "shop"},
        "test_module": {"team": "module", "suite": "shop"},
        "test_dynamic": {"team": "dynamic", "suite": "shop"},
    }


def test_a_filter_selects_by_the_tag_that_counts(project: Project) -> None:
    """W16: `--tag-filters team:function` used to find nothing."""
    run = project.test(TAGGED, "--tag-filters", "team:function")

    assert run.outcomes == {"TestClass::test_function": "passed"}
    assert "1 passed, 3 deselected" in run.stdout


def test_a_filter_that_fits_nothing_deselects_all(project: Project) -> None:
    run = project.test(TAGGED, "--tag-filters", "nonsense")

    assert run.status == 5
    assert run.uploaded == []


def test_malformed_markers_cost_neither_the_run_nor_the_good_tags(project: Project) -> None:
    """W12: each of these ended the whole session with an INTERNALERROR."""
    run = project.test("""
        import pytest

        tag = pytest.mark.execution_tag

        @tag("good", "yes")
        @tag("number", 5)
        @tag("lonely")
        @tag()
        @tag("a", "b", "c")
        @tag(7, "seven")
        @tag(key="named", value="works")
        @tag("half", value="works")
        def test_it():
            pass

        def test_after():
            pass
    """)

    assert run.status == 0
    assert run.outcomes == {"test_it": "passed", "test_after": "passed"}
    assert run.one("test_it")["tags"] == {"good": "yes", "named": "works", "half": "works"}
    for told in (
        "test_it.py::test_it, a tag: the key is not a text",
        "test_it.py::test_it, tag a: the value is not a text (2 times)",
        "test_it.py::test_it, tag lonely: it has no value",
    ):
        assert told in run.said[-1]


def test_the_marker_is_registered(project: Project) -> None:
    run = project.test(TAGGED, "--strict-markers")

    assert run.status == 0
    assert "@pytest.mark.execution_tag(key, value)" in project.pytest("--markers").stdout
