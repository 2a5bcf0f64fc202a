"""What `bktec run` asks of a collector, row by row: its commands, and its rules for reading."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .pool import run_pool

if TYPE_CHECKING:
    from .project import Project, Result

#: What bktec takes for a version: https://semver.org, and nothing before or behind it.
SEMVER = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")

SHOP = """
    import pytest

    @pytest.mark.execution_tag("team", "shop")
    def test_passes(): pass

    def test_fails(): assert False

    @pytest.mark.skip
    def test_skipped(): pass

    class TestCart:
        @pytest.mark.parametrize("p", ["plain", "a::b"])
        def test_p(self, p): pass
"""


def read_by_bktec(path: Path) -> list[Result]:
    """Read a results file as bktec does: one wrong type, and the file is lost."""
    results = json.loads(path.read_text("utf-8"))
    assert isinstance(results, list)
    for result in results:
        for name in ("id", "name", "scope", "location", "file_name"):
            assert isinstance(result[name], str), name
        assert isinstance(result.get("result", ""), str)
        tags = result.get("tags", {})
        assert isinstance(tags, dict)
        assert all(isinstance(value, str) for value in tags.values())
    return results


def node_id(result: Result) -> str:
    """Return what bktec runs again."""
    return f"{result['scope']}::{result['name']}"


def run_items(project: Project, *items: str, option: str = "--json") -> tuple[int, list[Result]]:
    """Run tests as bktec does, and read what came of them."""
    path = project.path / "result.json"
    done = project.run("-m", "pytest", *items, f"{option}={path}")
    return done.returncode, read_by_bktec(path) if path.exists() else []


def test_1_the_package_is_found(project: Project) -> None:
    script = (
        "import importlib.util as u; print(u.find_spec('buildkite_test_collector') is not None)"
    )
    assert project.run("-c", script).stdout == "True\n"


def test_2_its_version_is_semantic_and_new_enough_for_tag_filters(project: Project) -> None:
    script = "from importlib.metadata import version; print(version('buildkite-test-collector'))"
    version = project.run("-c", script).stdout.strip()

    assert SEMVER.fullmatch(version)
    assert tuple(map(int, version.split("-")[0].split("."))) > (1, 2, 0)


@pytest.mark.parametrize("filters", [[], ["--tag-filters", "team:shop"]])
def test_3_tests_are_listed(project: Project, filters: list[str]) -> None:
    project.write({"test_shop.py": SHOP})
    done = project.run("-m", "pytest", "--collect-only", "-q", *filters, "test_shop.py")

    assert done.returncode == 0
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    every = ["test_passes", "test_fails", "test_skipped", "TestCart::test_p[plain]"]
    every.append("TestCart::test_p[a::b]")
    expected = every[:1] if filters else every
    assert listed == [f"test_shop.py::{name}" for name in expected]
    assert not project.engine.requests


@pytest.mark.parametrize("option", ["--json", "--junit-xml"])
def test_4_tests_are_run_with_either_file(project: Project, option: str) -> None:
    project.write({"test_shop.py": SHOP})
    path = project.path / "result"
    items = ["test_shop.py::test_passes", "test_shop.py::TestCart::test_p[a::b]"]
    done = project.run("-m", "pytest", *items, f"{option}={path}")

    assert done.returncode == 0
    assert path.read_text().startswith("[" if option == "--json" else "<?xml")


def test_5_the_results_have_the_types_that_are_read(project: Project) -> None:
    project.write({"test_shop.py": SHOP, "test_broken.py": "import nothing_there\n"})
    _, results = run_items(project)

    assert [result["name"] for result in results] == ["test_broken.py"]
    _, results = run_items(project, "test_shop.py")
    assert len(results) == 5


def test_6_scope_and_name_are_split_at_the_last_colons(project: Project) -> None:
    project.write({"test_shop.py": SHOP})
    _, results = run_items(project, "test_shop.py::TestCart::test_p[a::b]")

    (result,) = results
    assert (result["scope"], result["name"]) == ("test_shop.py::TestCart::test_p[a", "b]")


def test_7_the_node_id_of_a_result_runs_it_again(project: Project) -> None:
    project.write({"test_shop.py": SHOP})
    _, results = run_items(project, "test_shop.py")

    ids = [node_id(result) for result in results]
    _, again = run_items(project, *ids)
    assert [node_id(result) for result in again] == ids


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_8_the_last_entry_of_a_test_is_its_verdict(project: Project, workers: list[str]) -> None:
    project.use("rerunfailures", "xdist")
    project.write(
        {
            "test_it.py": """
            import pathlib
            def test_it():
                runs = pathlib.Path("runs")
                number = len(runs.read_text()) if runs.exists() else 0
                runs.write_text("x" * (number + 1))
                assert number == 2
        """,
        }
    )
    status, results = run_items(project, "test_it.py", "--reruns", "3", *workers)

    verdicts = {node_id(result): result["result"] for result in results}
    assert status == 0
    assert len(results) == 3
    assert verdicts == {"test_it.py::test_it": "passed"}


def test_9_the_file_is_there_at_each_exit_status(project: Project) -> None:
    project.write({"test_shop.py": SHOP, "test_broken.py": "import nothing_there\n"})
    assert run_items(project, "test_shop.py::test_fails")[0] == 1

    status, results = run_items(project, "test_shop.py", "test_broken.py")
    assert status == 2
    (broken,) = [result for result in results if result["name"] == "test_broken.py"]
    assert broken["tags"] == {"test.pytest_collection_error": "true"}
    assert broken["result"] == "failed"


def test_10_an_empty_token_is_none(project: Project) -> None:
    project.write({"test_shop.py": SHOP})
    project.token = ""
    status, results = run_items(project, "test_shop.py::test_passes")

    assert (status, len(results)) == (0, 1)
    assert not project.engine.requests


def test_11_there_are_no_other_results_than_bktec_knows(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
            import pytest, sys, unittest
            @pytest.mark.xfail
            def test_xfail(): assert 0
            @pytest.mark.xfail
            def test_xpass(): pass
            @pytest.mark.xfail(strict=True)
            def test_strict(): pass
            @pytest.fixture
            def breaks(): raise OSError
            def test_setup(breaks): pass
            def test_imperative(): pytest.skip("now")
            class TestCase(unittest.TestCase):
                def test_sub(self):
                    with self.subTest(n=1): assert 0
        """,
        }
    )
    status, results = run_items(project, "test_it.py")

    assert status == 1
    assert len(results) == 6
    assert {result["result"] for result in results} == {"passed", "failed", "skipped"}


def test_12_selectors_are_made_of_what_is_uploaded(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_LOCATION_PREFIX"] = "services/shop"
    project.write({"sub/test_shop.py": SHOP})
    project.run("-m", "pytest", "test_shop.py::test_passes", cwd="sub")

    (run,) = project.engine.runs
    (result,) = project.engine.executions
    assert run.requests[0].body["run_env"]["test_runner"] == "pytest"
    assert run.requests[0].body["run_env"]["location_prefix"] == "services/shop"
    assert result["file_name"] == "services/shop/test_shop.py"


@pytest.mark.parametrize("upload", ["true", "1", "false", ""])
@pytest.mark.parametrize("junit", [["--junit-xml=junit.xml"], []])
def test_13_an_upload_of_bktecs_own_is_said(
    project: Project, junit: list[str], upload: str
) -> None:
    """Each result was there twice, and nobody said so."""
    project.environment = {"BUILDKITE_TEST_ENGINE_UPLOAD_RESULTS": upload}
    run = project.test("def test_it(): pass\n", *junit)
    is_doubled = bool(junit) and upload in ("true", "1")
    said = [line for line in run.said if "bktec uploads the file of --junit-xml as well" in line]
    assert bool(said) is is_doubled
    assert len(run.results) == 1
    if is_doubled:
        assert "unset BUILDKITE_TEST_ENGINE_UPLOAD_RESULTS" in said[0]


def test_14_many_processes_write_one_file(project: Project) -> None:
    project.write({f"test_{n}.py": f"def test_{n}(): pass\n" for n in range(6)})
    path = project.path / "result.json"
    command = [sys.executable, "-m", "pytest", f"--json={path}", "--merge-json"]
    running = [
        subprocess.Popen(
            [*command, f"test_{n}.py"],
            cwd=project.path,
            env=project.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for n in range(6)
    ]
    assert [process.wait(120) for process in running] == [0] * 6
    names = sorted(result["name"] for result in read_by_bktec(path))
    assert names == [f"test_{n}" for n in range(6)]


def test_15_the_runner_of_a_pool_is_there(project: Project) -> None:
    project.write({"test_shop.py": SHOP})
    test: dict[str, Any] = {"format": "file", "path": "test_shop.py"}
    assert run_pool(project, [[test]]).host.verdicts == {"test_shop.py": "failed"}

    settings = Path(__file__).parents[2] / "host-python" / "pyproject.toml"
    script = 'buildkite-pytest = "buildkite_test_collector.pytest_runner:main"'
    assert script in settings.read_text("utf-8").splitlines()
