"""The token is in nothing that a run writes or prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from stand_in import TestEngine, faults

from .project import TOKEN, Project

if TYPE_CHECKING:
    from pathlib import Path

#: Tests that show the environment to whoever looks.
TESTS = """
    import os, warnings, pytest

    @pytest.mark.execution_tag("token", os.environ["BUILDKITE_ANALYTICS_TOKEN"])
    def test_shows(spans):
        token = os.environ["BUILDKITE_ANALYTICS_TOKEN"]
        with spans.measure("annotation", {"content": f"the token is {token}"}):
            raise RuntimeError(token[::-1])
"""

SCRIPTS: dict[str, list[Any]] = {
    "accepted": [],
    "refused": [faults.Answer(401, body={"message": f"no such token: {TOKEN}"})],
    "broken": [faults.Reset()] * 9,
    "redirected": [faults.Redirect("http://127.0.0.1:9/")],
}


@pytest.mark.parametrize(
    ("answer", "debug"),
    [
        ("accepted", "1"),
        ("accepted", ""),
        ("refused", "true"),
        ("broken", "yes"),
        ("redirected", "on"),
    ],
)
def test_nowhere(tmp_path: Path, answer: str, debug: str) -> None:
    with TestEngine(TOKEN, script=SCRIPTS[answer]) as engine:
        project = Project(tmp_path, engine)
        project.environment = {
            "BUILDKITE_ANALYTICS_DEBUG_ENABLED": debug,
            "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "3",
        }
        run = project.test(TESTS, "--buildkite-journal=kept.ndjson", "--tb=no")
        sent = repr([request.body for request in engine.requests])
    assert run.status == 1
    assert ("(debug): " in run.stdout) is bool(debug)
    for text in (run.stdout, run.stderr, sent):
        assert TOKEN not in text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"results.json", "kept.ndjson"} <= {path.name for path in written}
    for path in written:
        assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("token", [f"{TOKEN}\r\n", f" {TOKEN} ", f"{TOKEN}\nX-Other: header"])
def test_white_space_around_the_token(project: Project, token: str) -> None:
    """W10: a token with a line break was printed, and nothing uploaded."""
    project.token = token
    run = project.test("def test_it(): pass\n", watched=False)
    assert run.status == 0
    assert TOKEN not in run.stdout + run.stderr
    is_good = token.strip() == TOKEN
    assert ("1 result uploaded" if is_good else "a character that no token has") in run.said[0]


@pytest.mark.parametrize("token", ["t", "run", "upload"])
def test_a_token_that_is_a_word(tmp_path: Path, token: str) -> None:
    """Each `t` of our own sentences became `[token]`."""
    refusal = faults.Answer(422, body={"message": "no upload today"})
    with TestEngine(token, script=[refusal]) as engine:
        project = Project(tmp_path, engine)
        project.token = token
        run = project.test("def test_it(): pass\n", "--buildkite-upload-batch-size=0")
    said = "\n".join(run.said)
    assert "[token]" not in said
    assert "1 result not uploaded: http://127.0.0.1" in said
    assert "the upload was not understood (no upload today)" in said
    assert "buildkite-test-collector upload" in said
    assert "must be a whole number from 1 to 5000; 500 is used" in said


def test_a_server_that_quotes_the_token(tmp_path: Path) -> None:
    answer = {"skipped": 1, "errors": [f"{TOKEN} has no name"], "run_url": f"http://a/{TOKEN}"}
    with TestEngine(TOKEN, script=[faults.Answer(202, body=answer, taken=True)]) as engine:
        run = Project(tmp_path, engine).test("def test_it(): pass\n\n\ndef test_2(): pass\n")
    assert run.said == [
        "Buildkite Test Engine: 1 result uploaded to http://a/[token]; "
        "Test Engine passed over 1 result ([token] has no name)"
    ]
