"""bktec, Buildkite's test splitter, which runs pytest and may upload its results by itself.

https://buildkite.com/docs/test-engine/bktec/configuring
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from ..settings.values import YES

#: Has bktec upload the file of `--junit-xml`.
UPLOADS_RESULTS = "BUILDKITE_TEST_ENGINE_UPLOAD_RESULTS"


def doubled_upload(config: pytest.Config, environ: Mapping[str, str] = os.environ) -> str:
    """Return what to say where bktec uploads what this run uploads; empty where it does not."""
    if environ.get(UPLOADS_RESULTS, "").strip().lower() not in YES:
        return ""
    if not config.getoption("xmlpath", None):
        return ""
    return (
        "bktec uploads the file of --junit-xml as well, so that Test Engine has each result twice; "
        f"unset {UPLOADS_RESULTS}, or set BUILDKITE_ANALYTICS_ENABLED=false"
    )
