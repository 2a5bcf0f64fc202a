"""The command `doctor`: what would keep an upload from working, before there is one."""

from __future__ import annotations

import json
from email.utils import formatdate
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from stand_in import TestEngine, faults

from .project import NOWHERE, TOKEN, Project
from .proxy import Proxy

if TYPE_CHECKING:
    from pathlib import Path


def findings(project: Project, *, works: bool) -> dict[str, dict[str, Any]]:
    """Return what was found, by name, and see that exit status, text and JSON agree."""
    done = project.command("doctor", "--json")
    assert done.returncode == (0 if works else 1), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["works"] is works
    text = project.command("doctor")
    assert text.returncode == done.returncode
    for finding in report["checks"]:
        assert finding["status"] in ("ok", "note", "wrong")
        assert finding["status"] != "wrong" or finding["advice"], finding
        assert f"{finding['status']:<6} {finding['name']}" in text.stdout
    assert works is not any(each["status"] == "wrong" for each in report["checks"])
    for secret in (TOKEN, "S3CRET"):
        assert secret not in done.stdout + done.stderr + text.stdout + text.stderr
    return {finding["name"]: finding for finding in report["checks"]}


def test_all_is_well(project: Project) -> None:
    found = findings(project, works=True)

    assert found["access"]["said"] == "the token is accepted"
    assert found["server"]["said"] == f"{project.engine.url} answers"
    assert found["clock"]["status"] == found["component"]["status"] == "ok"
    assert str(project.path) in found["journals"]["said"]
    assert not project.engine.executions
    assert not list(project.path.rglob("run.json"))


@pytest.mark.parametrize(
    ("name", "environment", "said"),
    [
        ("token", {"BUILDKITE_ANALYTICS_TOKEN": ""}, "there is none"),
        ("token", {"BUILDKITE_ANALYTICS_TOKEN": "S3CRET S3CRET"}, "a character that no token has"),
        ("access", {"BUILDKITE_ANALYTICS_TOKEN": f"S3CRET{'x' * 20}"}, "401 the token was not"),
        ("settings", {"BUILDKITE_ANALYTICS_ENABLED": "false"}, "ENABLED switches everything off"),
        ("server", {"BUILDKITE_ANALYTICS_API_URL": NOWHERE}, f"{NOWHERE}: nobody answers"),
        ("server", {"BUILDKITE_ANALYTICS_API_URL": "https://no.invalid"}, "name is not known"),
        ("server", {"BUILDKITE_ANALYTICS_API_URL": "http://engine.test/v1"}, "travel in clear"),
        ("server", {"BUILDKITE_ANALYTICS_API_URL": "//S3CRET"}, "not known where to"),
        (
            "server",
            {
                "BUILDKITE_ANALYTICS_API_URL": "https://engine.test/v1",
                "HTTPS_PROXY": "http://me:S3CRET@127.0.0.1:9",
            },
            "the proxy does not answer",
        ),
        (
            "server",
            {
                "BUILDKITE_ANALYTICS_API_URL": "https://engine.test/v1",
                "HTTPS_PROXY": "http://me:S3/CRET@127.0.0.1:9",
            },
            "the proxy's URL cannot be read",
        ),
        (
            "server",
            {
                "BUILDKITE_ANALYTICS_API_URL": "https://engine.test/v1",
                "REQUESTS_CA_BUNDLE": "/no/such/file.pem",
            },
            "REQUESTS_CA_BUNDLE is /no/such/file.pem",
        ),
        (
            "journals",
            {"XDG_STATE_HOME": "/dev/null/state", "TMPDIR": "/dev/null/tmp"},
            "there is no place to keep a run",
        ),
    ],
)
def test_something_is_amiss(
    project: Project, name: str, environment: dict[str, str], said: str
) -> None:
    project.environment = environment
    found = findings(project, works=False)

    assert found[name]["status"] == "wrong"
    assert said in found[name]["said"]


def test_a_setting_that_cannot_be_read(project: Project) -> None:
    project.environment = {"BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "S3CRET"}
    found = findings(project, works=True)

    assert found["settings"]["status"] == "note"
    assert "UPLOAD_TIMEOUT must be a number of seconds" in found["settings"]["said"]


def test_traces_without_a_token(project: Project) -> None:
    project.environment = {"BUILDKITE_ANALYTICS_TOKEN": "", "BUILDKITE_ANALYTICS_OTLP": NOWHERE}
    found = findings(project, works=True)

    assert found["token"]["status"] == "note"
    assert "only traces" in found["token"]["said"]


def test_a_certificate(secure: Project) -> None:
    found = findings(secure, works=False)
    assert "its certificate is not trusted" in found["server"]["said"]

    secure.environment = {"REQUESTS_CA_BUNDLE": str(secure.path / "authority.pem")}
    found = findings(secure, works=True)
    assert found["server"]["said"].endswith("answers, and its certificate is trusted")


def test_a_proxy(secure: Project) -> None:
    with Proxy(secure.engine.port) as proxy:
        secure.environment = {
            "BUILDKITE_ANALYTICS_API_URL": "https://engine.test/v1",
            "REQUESTS_CA_BUNDLE": str(secure.path / "authority.pem"),
            "HTTPS_PROXY": f"http://me:S3CRET@{proxy.address}",
        }
        found = findings(secure, works=True)
        assert found["proxy"]["said"] == f"by way of http://{proxy.address}"
        assert proxy.requests


@pytest.mark.parametrize(
    ("off", "status", "said"),
    [(0, "ok", "agrees"), (3_600, "wrong", "s slow"), (-86_400, "wrong", "s fast")],
)
def test_the_clock(tmp_path: Path, off: int, status: str, said: str) -> None:
    answer = faults.Answer(200, {"Date": formatdate(time() + off, usegmt=True)}, b"{}")
    with TestEngine(TOKEN, script=[answer, answer]) as engine:
        found = findings(Project(tmp_path, engine), works=status == "ok")
    assert found["clock"]["status"] == status
    assert said in found["clock"]["said"]


@pytest.mark.parametrize(
    ("status", "body"),
    [(403, {"message": f"the limit of the plan is reached, {TOKEN}"}), (404, b""), (500, b"\xff")],
)
def test_a_server_that_does_not_say(tmp_path: Path, status: int, body: object) -> None:
    """Only an upload shows what it takes; no answer of another kind is a refusal of the token."""
    answer = faults.Answer(status, body=body)
    with TestEngine(TOKEN, script=[answer, answer]) as engine:
        found = findings(Project(tmp_path, engine), works=True)
    assert found["access"]["status"] == "note"
    assert f"the server does not say: {status} " in found["access"]["said"]
    assert "first upload" in found["access"]["advice"]


@pytest.mark.parametrize("step", [faults.Reset(), faults.Redirect(f"{NOWHERE}/metadata")])
def test_a_server_that_breaks_off_or_sends_elsewhere(tmp_path: Path, step: faults.Step) -> None:
    with TestEngine(TOKEN, script=[step, step]) as engine:
        is_redirect = isinstance(step, faults.Redirect)
        found = findings(Project(tmp_path, engine), works=is_redirect)
    if is_redirect:
        assert found["access"]["status"] == "note"
    else:
        assert "the connection broke" in found["server"]["said"]


def test_without_wasmtime(project: Project) -> None:
    project.environment = {"PYTHONPATH": str(project.path / "broken")}
    (project.path / "broken").mkdir()
    (project.path / "broken/wasmtime.py").write_text("raise ImportError('no such library')\n")
    found = findings(project, works=False)

    assert "no such library" in found["component"]["said"]
    assert "runs are recorded all the same" in found["component"]["said"]
    assert "buildkite-test-collector upload" in found["component"]["advice"]


def test_a_run_that_was_not_sent(project: Project) -> None:
    project.environment = {
        "BUILDKITE_ANALYTICS_API_URL": NOWHERE,
        "BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT": "1",
    }
    project.test("def test_it(): pass\n", watched=False)
    (journal,) = project.path.rglob("events.ndjson")
    del project.environment["BUILDKITE_ANALYTICS_API_URL"]
    found = findings(project, works=True)

    assert str(journal) in found["unsent"]["said"]
    assert found["unsent"]["advice"] == "to send it: buildkite-test-collector upload"


def test_the_version(project: Project) -> None:
    done = project.command("--version")
    found = findings(project, works=True)

    assert done.returncode == 0
    name, version = done.stdout.split()
    assert name == "buildkite-test-collector"
    assert found["versions"]["said"].startswith(f"{version} on CPython ")
