"""What the README's first command shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .report_page import runs_of

if TYPE_CHECKING:
    from .project import Project

TESTS = Path(__file__).parents[1]


def test_the_example_is_shown_as_it_arrived(project: Project) -> None:
    page = project.path / "page.html"
    done = subprocess.run(
        [sys.executable, "-m", "stand_in.demo", str(TESTS / "example"), str(page)],
        env={**project.environ(), "PYTHONPATH": str(TESTS), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for shown in (
        "30 results uploaded to http://127.0.0.1:",
        "branch     spin-faster",
        "TestBasket",
        "team=checkout",
        "http POST http://127.0.0.1:",
        "sql UPDATE shelf SET free = free",
        "test.pytest_collection_error=true",
        "30 results   ✓ 20 passed   ✗ 6 failed   ○ 4 skipped",
        "every upload and result is in the documented form",
        "no result arrived twice",
        f"The run, to look at in a browser: {page}",
    ):
        assert shown in done.stdout, done.stdout
    (shown_run,) = runs_of(page)
    assert shown_run.columns["counts"] == {"passed": 20, "failed": 6, "skipped": 4, "unknown": 0}
