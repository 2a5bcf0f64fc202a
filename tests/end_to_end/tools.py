"""Programs that tests run beside pytest."""

from __future__ import annotations

import os
import shutil
import subprocess


def uv(*arguments: str) -> None:
    """Run uv, which makes environments and installs into them."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_UV") or shutil.which("uv")
    assert path, "uv is needed: run the tests by `cargo xtask test`"
    subprocess.run([path, *arguments], check=True)
