"""``python -m stand_in.demo PROJECT PAGE``: run a project's tests, and show what came of it.

What Test Engine got is printed, and the report page is written.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .server import TestEngine
from .show import show

#: A build on Buildkite, as its agent would describe it.
BUILD = {
    "BUILDKITE_BUILD_ID": "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b",
    "BUILDKITE_BUILD_NUMBER": "1514",
    "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/widgets/builds/1514",
    "BUILDKITE_BRANCH": "spin-faster",
    "BUILDKITE_COMMIT": "b9f0fb3fdbb94c9d24b2c75b49663122a529e123",
    "BUILDKITE_MESSAGE": "Teach the widget to spin faster",
    "BUILDKITE_AGENT_ID": "agent-7",
}

#: pytest's exit statuses for a run whose tests all passed, or some failed: both show what we want.
EXPECTED = (0, 1)


def main(project: Path, page: Path) -> int:
    """Runs the project's tests as a build would; 0 where every request was as documented."""
    with TestEngine(token="demo") as engine:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")},
            **BUILD,
            "BUILDKITE_ANALYTICS_API_URL": engine.url,
            "BUILDKITE_ANALYTICS_TOKEN": engine.token,
            "BUILDKITE_ANALYTICS_REPORT": str(page.resolve()),
        }
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=line", "-ra"]
        status = subprocess.run(pytest, cwd=project, env=environment, check=False).returncode
        show(engine, sys.stdout)
        problems = [problem for request in engine.requests for problem in request.problems]
    print(f"\nThe run, to look at in a browser: {page}")
    is_right = status in EXPECTED and engine.requests and not problems and page.exists()
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
