"""From the phases of a test to its one result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .project import Finished, Project


@pytest.fixture(scope="module")
def source() -> str:
    """A test for each way a test can end."""
    return """
        import unittest
        import pytest

        @pytest.fixture
        def broken_setup():
            raise RuntimeError("setup")

        @pytest.fixture
        def broken_teardown():
            yield
            raise RuntimeError("teardown")

        def test_passed(): pass
        def test_failed(): assert False, "call"
        def test_setup(broken_setup): pass
        def test_teardown(broken_teardown): pass
        def test_call_and_teardown(broken_teardown): assert False, "call"
        def test_skipped_in_teardown(skips_late): pass
        @pytest.fixture
        def skips_late():
            yield
            pytest.skip("late")

        @pytest.mark.skip(reason="not today")
        def test_skip_mark(): pass
        def test_skip_call(): pytest.skip("in the call")
        @pytest.fixture
        def skipping(): pytest.skip("in the setup")
        def test_skip_setup(skipping): pass

        @pytest.mark.xfail(reason="known")
        def test_xfail(): assert False
        @pytest.mark.xfail
        def test_xpass(): pass
        @pytest.mark.xfail(strict=True, reason="must fail")
        def test_xpass_strict(): pass

        class TestCase(unittest.TestCase):
            def test_method(self): pass
            @unittest.skip("unit")
            def test_unit_skip(self): pass
            @unittest.expectedFailure
            def test_unit_xfail(self): self.fail()
    """


def test_every_outcome(project: Project, source: str) -> None:
    """W1: a teardown that fails is no longer a pass."""
    run = project.test(source)

    assert run.outcomes == {
        "test_passed": "passed",
        "test_failed": "failed",
        "test_setup": "failed",
        "test_teardown": "failed",
        "test_call_and_teardown": "failed",
        "test_skipped_in_teardown": "passed",
        "test_skip_mark": "skipped",
        "test_skip_call": "skipped",
        "test_skip_setup": "skipped",
        "test_xfail": "skipped",
        "test_xpass": "passed",
        "test_xpass_strict": "failed",
        "TestCase::test_method": "passed",
        "TestCase::test_unit_skip": "skipped",
        "TestCase::test_unit_xfail": "skipped",
    }


def test_the_reason_is_that_of_the_first_phase_that_failed(project: Project, source: str) -> None:
    run = project.test(source)

    reasons = {result["name"]: result.get("failure_reason") for result in run.results}
    assert reasons["test_passed"] is None
    assert reasons["test_setup"] == "RuntimeError: setup"
    assert reasons["test_teardown"] == "RuntimeError: teardown"
    assert reasons["test_call_and_teardown"] == "AssertionError: call\nassert False"
    assert reasons["test_xpass_strict"] == "[XPASS(strict)] must fail"
    assert reasons["test_skip_mark"] == "Skipped: not today"
    assert reasons["test_xfail"] == "known"

    both = "\n".join(
        line
        for entry in run.one("test_call_and_teardown")["failure_expanded"]
        for line in entry["expanded"]
    )
    assert "AssertionError: call" in both
    assert "RuntimeError: teardown" in both


def test_a_collection_error_is_a_failed_result(project: Project) -> None:
    project.write({"pkg/test_broken.py": "import does_not_exist\n"})
    run = project.pytest()

    assert run.status == 2
    (result,) = run.results
    assert result["scope"] == ""
    assert result["name"] == result["file_name"] == result["location"] == "pkg/test_broken.py"
    assert result["result"] == "failed"
    assert result["tags"] == {"test.pytest_collection_error": "true"}
    assert "does_not_exist" in str(result["failure_expanded"])


@pytest.mark.parametrize("arguments", [(), ("-n1",)], ids=["plain", "xdist"])
def test_the_journal_has_the_phases_of_tests_that_did_not_pass_as_a_whole(
    project: Project, arguments: tuple[str, ...]
) -> None:
    project.use("xdist")
    run = project.test(
        """
        import pytest

        @pytest.fixture
        def broken_teardown():
            yield
            raise RuntimeError("teardown")

        def test_passes(): pass
        def test_fails(): assert False
        def test_skips(): pytest.skip("not today")
        def test_breaks_late(broken_teardown): pass
        """,
        *arguments,
    )
    assert outcomes(run) == {
        "test_passes": [("whole", "passed")],
        "test_fails": [("setup", "passed"), ("call", "failed"), ("teardown", "passed")],
        "test_skips": [("setup", "passed"), ("call", "skipped"), ("teardown", "passed")],
        "test_breaks_late": [("setup", "passed"), ("call", "passed"), ("teardown", "failed")],
    }


def test_the_journal_has_the_phases_of_a_test_that_has_no_end(project: Project) -> None:
    source = """
        import pytest
        def test_passes(): pass
        def test_exits(): pytest.exit("enough")
    """
    run = project.test(source)
    assert outcomes(run) == {
        "test_passes": [("whole", "passed")],
        "test_exits": [("setup", "passed")],
    }


def outcomes(run: Finished) -> dict[str, list[tuple[str, str]]]:
    """Return what the journal holds of each test: its phases, or the whole."""
    names = {}
    said: dict[str, list[tuple[str, str]]] = {}
    for event in run.journal:
        if event["event"] == "test-started":
            names[event["execution"]] = event["name"]
            said[event["name"]] = []
        if "outcome" in event:
            said[names[event["execution"]]].append((event.get("when", "whole"), event["outcome"]))
    return said
