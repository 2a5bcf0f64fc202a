"""Tests that are not plain functions: other runners, other files, parts of tests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .project import IS_IN_PROCESS

if TYPE_CHECKING:
    from .project import Project


def test_asyncio(project: Project) -> None:
    project.use("asyncio")
    run = project.test("""
        import asyncio, pytest

        @pytest.mark.asyncio
        async def test_tasks(spans):
            async def work(n):
                with spans.measure("annotation", {"content": f"outer {n}"}):
                    await asyncio.sleep(0.01)
                    with spans.measure("annotation", {"content": f"inner {n}"}):
                        await asyncio.sleep(0.01)
            await asyncio.gather(*(work(n) for n in range(5)))

        @pytest.mark.asyncio
        async def test_fails():
            assert False
    """)

    assert run.outcomes == {"test_tasks": "passed", "test_fails": "failed"}
    spans = run.one("test_tasks")["history"]["children"]
    assert {span["detail"]["content"] for span in spans} == {f"outer {n}" for n in range(5)}
    for span in spans:
        (inner,) = span["children"]
        assert inner["detail"]["content"] == span["detail"]["content"].replace("outer", "inner")


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_timeout(project: Project, method: str) -> None:
    project.use("timeout")
    run = project.test(
        """
        import time

        def test_before(): pass
        def test_slow(): time.sleep(30)
        def test_after(): pass
        """,
        *("--timeout", "1", "--timeout-method", method),
    )

    if method == "signal":
        assert run.outcomes == {
            "test_before": "passed",
            "test_slow": "failed",
            "test_after": "passed",
        }
        assert "Timeout" in run.one("test_slow")["failure_reason"]
    else:
        # This method ends the process: the courier goes on, and else the journal is what remains.
        project.wait_for_couriers()
        before, slow = run.replay() if IS_IN_PROCESS else project.engine.executions
        assert (before["name"], before["result"]) == ("test_before", "passed")
        assert (slow["name"], slow["result"]) == ("test_slow", "failed")
        assert slow["failure_reason"].startswith("The process ended")
        assert slow["failure_reason"].endswith("while this test ran.")


@pytest.mark.skipif(
    pytest.version_tuple < (7, 4), reason="pytest-subtests 0.13 cannot run in pytest 7.0"
)
def test_subtests(project: Project) -> None:
    """W34: of several subtests that failed only the last was kept."""
    run = project.test("""
        def test_parts(subtests):
            for n in range(4):
                with subtests.test("part", n=n):
                    assert n % 2 == 0, f"part {n}"

        def test_good(subtests):
            with subtests.test("good"):
                pass
    """)

    assert run.outcomes == {"test_parts": "failed", "test_good": "passed"}
    parts = run.one("test_parts")
    assert "part 1" in parts["failure_reason"]
    text = str(parts["failure_expanded"])
    assert "part 1" in text
    assert "part 3" in text


def test_unittest_subtests(project: Project) -> None:
    run = project.test("""
        import unittest

        class TestUnit(unittest.TestCase):
            def test_parts(self):
                for n in range(4):
                    with self.subTest(n=n):
                        self.assertEqual(n % 2, 0, f"part {n}")

            def test_good(self):
                with self.subTest():
                    pass
    """)

    assert run.outcomes == {"TestUnit::test_parts": "failed", "TestUnit::test_good": "passed"}
    assert "part 1" in run.one("test_parts")["failure_reason"]
    assert "part 3" in str(run.one("test_parts")["failure_expanded"])


def test_doctest(project: Project) -> None:
    project.write(
        {
            "module.py": '''\
                def double(n):
                    """Return twice n.

                    >>> double(2)
                    4
                    """
                    return n * 2

                def triple(n):
                    """Return thrice n.

                    >>> triple(2)
                    7
                    """
                    return n * 3
            ''',
        }
    )
    run = project.pytest("--doctest-modules")

    assert run.outcomes == {"module.double": "passed", "module.triple": "failed"}
    assert run.one("module.double")["location"] == "module.py:2"


def test_custom_items(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                import pytest

                def pytest_collect_file(parent, file_path):
                    if file_path.suffix == ".yaml":
                        return YamlFile.from_parent(parent, path=file_path)

                class YamlFile(pytest.File):
                    def collect(self):
                        for line in self.path.read_text().splitlines():
                            yield YamlItem.from_parent(self, name=line)

                class YamlItem(pytest.Item):
                    def runtest(self):
                        if self.name == "bad":
                            raise ValueError(self.name)

                    def repr_failure(self, excinfo):
                        return f"usecase failed\\n{excinfo.value}"

                    def reportinfo(self):
                        return self.path, None, self.name
            """,
            "cases.yaml": "good\nbad\n",
        }
    )
    run = project.pytest()

    assert run.outcomes == {"good": "passed", "bad": "failed"}
    assert run.one("good")["location"] == "cases.yaml"
    assert run.one("bad")["failure_reason"] == "usecase failed"


def test_bdd(project: Project) -> None:
    project.use("pytest-bdd")
    project.write(
        {
            "cart.feature": """\
                Feature: Cart
                    Scenario: Adding
                        Given an empty cart
                        When a widget is added
                        Then it holds one

                    Scenario: Failing
                        Given an empty cart
                        Then it holds one
            """,
            "test_cart.py": """
                import pytest
                from pytest_bdd import given, scenarios, then, when

                scenarios("cart.feature")

                @given("an empty cart", target_fixture="cart")
                def cart(): return []
                @when("a widget is added")
                def add(cart): cart.append("widget")
                @then("it holds one")
                def holds(cart): assert len(cart) == 1
            """,
        }
    )
    run = project.pytest()

    assert run.outcomes == {"test_adding": "passed", "test_failing": "failed"}


@pytest.mark.skipif(sys.version_info < (3, 9), reason="there is no Python older than that here")
def test_files_of_one_name(project: Project) -> None:
    for folder in ("a", "b"):
        project.write({f"{folder}/test_same.py": "def test_it(): pass\n"})
    for mode in ("prepend", "append", "importlib"):
        extra = {"importlib": {}}.get(mode, {f"{f}/__init__.py": "" for f in "ab"})
        project.write(extra)
        run = project.pytest(f"--import-mode={mode}")
        assert [result["scope"] for result in run.results] == ["a/test_same.py", "b/test_same.py"]
