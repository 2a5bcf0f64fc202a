"""The command ``python -m stand_in``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1]

BODY = (
    b'{"format": "json", "run_env": {"key": "k"}, "data": '
    b'[{"name": "test_a", "history": {"start_at": 0, "duration": 1}}]}'
)


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", PACKAGE.name, "--token", "T", "--color", "never"]
    with subprocess.Popen(
        command,
        cwd=PACKAGE.parent,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        yield server
        server.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that ends a process politely")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(
    server: subprocess.Popen[str], end: signal.Signals
) -> None:
    assert server.stdout is not None
    url = server.stdout.readline().split()[-1]
    headers = {"Authorization": 'Token token="T"', "Content-Type": "application/json"}
    with urllib3.PoolManager(retries=False) as client:
        for _ in range(2):
            answer = client.request("POST", f"{url}/uploads", body=BODY, headers=headers)
            assert answer.status == 202
    server.send_signal(end)
    page = server.stdout.read()
    assert server.wait() == 0
    assert "export BUILDKITE_ANALYTICS_TOKEN=T" in page
    told = f"was answered 202 · 1 result · {len(BODY)} B for {len(BODY)} B · connection 1"
    assert f"request 1 {told}" in page
    assert page.count("Run k") == 1
    assert page.count("? test_a") == 2
    assert "2 requests on 1 connection, 2 accepted" in page
