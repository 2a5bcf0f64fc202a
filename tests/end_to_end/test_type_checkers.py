"""Programs that check annotations while others run: beartype and typeguard."""

from __future__ import annotations

import json

import pytest
from stand_in.pool import file
from stand_in.receiver import Receiver

from .pool import SCRIPT, hosted, started
from .project import Project
from .report_page import runs_of

#: Evaluates every annotation of the package; prints those that cannot be.
EVALUATE = """
    import importlib, inspect, pkgutil, typing

    import _buildkite_test_collector, buildkite_test_collector

    PROGRAMS = ("__main__", "deliver_test_results")
    LIBRARIES = "_buildkite_test_collector.spans.automatic.libraries."
    for package in (_buildkite_test_collector, buildkite_test_collector):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith(PROGRAMS):
                continue
            try:
                module = importlib.import_module(info.name)
            except ModuleNotFoundError:
                # It hooks into a library that is not installed here.
                if not info.name.startswith(LIBRARIES):
                    raise
                continue
            for thing in list(vars(module).values()):
                if getattr(thing, "__module__", None) != module.__name__:
                    continue
                for each in (thing, *(vars(thing).values() if inspect.isclass(thing) else ())):
                    each = getattr(each, "fget", getattr(each, "__func__", each))
                    if inspect.isfunction(each) or inspect.isclass(each):
                        print("evaluated", each)
                        try:
                            typing.get_type_hints(each)
                        except Exception as error:
                            print("FAILED", module.__name__, each, error)
"""

TESTS = """
    import pytest

    @pytest.mark.execution_tag("team", "shop")
    def test_passes(spans):
        with spans.measure("annotation", {"content": "it"}):
            assert spans.current_test().name == "test_passes"

    def test_fails():
        assert 1 == 2
"""

#: Ways in which a checker comes to our package, as files of a project.
CHECKERS = {
    "beartype in a conftest": {
        # What pytest itself imports later, and beartype warns of, is loaded before.
        "conftest.py": """
            import email.message

            from beartype.claw import beartype_all

            beartype_all()
        """
    },
    "beartype before plugins": {
        "checker.py": """
            from beartype.claw import beartype_package

            beartype_package("_buildkite_test_collector")
            beartype_package("buildkite_test_collector")
        """
    },
    "typeguard": {
        "checker.py": """
            from typeguard import install_import_hook

            install_import_hook(["_buildkite_test_collector", "buildkite_test_collector"])
        """
    },
}


@pytest.mark.skipif("sys.version_info < (3, 10)", reason="`X | Y` is newer than this Python")
def test_annotations_can_be_evaluated(project: Project) -> None:
    project.write({"evaluate.py": EVALUATE})
    done = project.run("evaluate.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("evaluated") > 300
    assert [line for line in done.stdout.splitlines() if line.startswith("FAILED")] == []


@pytest.mark.parametrize("courier", ["auto", "false"])
@pytest.mark.parametrize("checker", CHECKERS)
def test_a_run(project: Project, checker: str, courier: str) -> None:
    """Annotations named what only mypy knew, or took an `int` for a `float`."""
    pytest.importorskip("beartype" if "beartype" in checker else "typeguard")
    project.write(CHECKERS[checker])
    plugin = ["-p", "checker"] if "checker.py" in CHECKERS[checker] else []
    # Checked alone is what runs in pytest's process.
    project.environment = {"PYTHONPATH": ".", "BUILDKITE_ANALYTICS_COURIER": courier}
    with Receiver() as receiver:
        project.environment["BUILDKITE_ANALYTICS_OTLP"] = receiver.url
        run = project.test(TESTS, *plugin, "-W", "error", "--buildkite-report=report.html")

    assert run.status == 1
    assert "Error" not in "".join(run.said)
    assert len(run.said) == 1
    assert len(receiver.roots) == 2
    assert [each.outcomes for each in runs_of(project.path / "report.html")] == [
        {"test_passes": "p", "test_fails": "f"}
    ]
    assert {event["name"] for event in run.journal if event["event"] == "test-started"} == {
        "test_passes",
        "test_fails",
    }
    assert run.recorded == {"passed": 1, "failed": 1}
    assert json.dumps(run.journal).count('"annotation"') == 1
    assert run.outcomes == {"test_passes": "passed", "test_fails": "failed"}


def test_a_pool(project: Project) -> None:
    pytest.importorskip("beartype")
    project.write({**CHECKERS["beartype before plugins"], "test_it.py": TESTS})
    project.environment = {"PYTHONPATH": ".", "BUILDKITE_ANALYTICS_COURIER": "false"}
    script = f"import checker; {SCRIPT}"
    with hosted([[file("test_it.py")]]) as host, started(project, host, script=script) as runner:
        assert runner.wait(60) == 0, project.output.read_text()
    assert {each["name"]: each["result"] for each in host.reports["b_1"]} == {
        "test_passes": "passed",
        "test_fails": "failed",
    }
