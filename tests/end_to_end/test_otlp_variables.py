"""The standard variables, beside the SDK's own exporter, which is the reference for them."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector.otlp.target import Target, target_of
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource

from .project import component

if TYPE_CHECKING:
    from collections.abc import Mapping

P, T = "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_"

#: Settings that both must read alike.
TABLE: list[dict[str, str]] = [
    {},
    {f"{P}ENDPOINT": "http://h:1"},
    {f"{P}ENDPOINT": "http://h:1/"},
    {f"{P}ENDPOINT": "https://h/base"},
    {f"{P}ENDPOINT": "https://h/base/"},
    {f"{T}ENDPOINT": "http://h:1/x/y"},
    {f"{P}ENDPOINT": "http://h:1", f"{T}ENDPOINT": "http://t:2/z"},
    {f"{P}ENDPOINT": "", f"{T}ENDPOINT": ""},
    {f"{P}HEADERS": "a=b,c=d"},
    {f"{P}HEADERS": " a = b , C=d "},
    {f"{P}HEADERS": "a=a%20b%3Dc,authorization=Basic%20eDp5PT0="},
    {f"{P}HEADERS": "broken,a=b"},
    {f"{P}HEADERS": "a=b=c"},
    {f"{P}HEADERS": "a=b,a=c"},
    {f"{P}HEADERS": "a=b", f"{T}HEADERS": "c=d"},
    {f"{P}HEADERS": "", f"{T}HEADERS": "c=d"},
    {f"{P}TIMEOUT": "3"},
    {f"{P}TIMEOUT": "3", f"{T}TIMEOUT": "7"},
    {f"{P}COMPRESSION": "gzip"},
    {f"{P}COMPRESSION": "none"},
    {f"{P}COMPRESSION": "gzip", f"{T}COMPRESSION": "none"},
]

#: Resources that both must read alike.
RESOURCES: list[dict[str, str]] = [
    {"OTEL_SERVICE_NAME": "shop"},
    {"OTEL_RESOURCE_ATTRIBUTES": "service.name=a,team=b"},
    {"OTEL_SERVICE_NAME": "shop", "OTEL_RESOURCE_ATTRIBUTES": "service.name=a"},
    {"OTEL_SERVICE_NAME": "x", "OTEL_RESOURCE_ATTRIBUTES": " a = b%20c , d=e=f"},
    {"OTEL_SERVICE_NAME": "x", "OTEL_RESOURCE_ATTRIBUTES": "a=1,a=2,broken,c=%C3%A4"},
    {"OTEL_SERVICE_NAME": "x", "OTEL_RESOURCE_ATTRIBUTES": ""},
]


def ours(environ: Mapping[str, str]) -> Target:
    """Return where we would send."""
    target, _ = target_of("on", "service", environ)
    assert target is not None
    return target


@pytest.mark.parametrize("environ", TABLE, ids=str)
def test_the_exporter_is_that_of_the_sdk(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("OTEL_"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    theirs = OTLPSpanExporter()
    target = ours(environ)
    # Since 1.45 another object knows what is sent.
    client = getattr(theirs, "_client", theirs)
    fixed = ("user-agent", "content-type", "content-encoding")
    headers = {name.lower(): value for name, value in client._headers.items()}
    assert target.url == theirs._endpoint
    assert target.headers == {name: headers[name] for name in headers if name not in fixed}
    assert target.timeout == client._timeout
    assert target.is_compressed == (theirs._compression.value == "gzip")


@pytest.mark.parametrize("environ", RESOURCES, ids=str)
def test_the_resource_is_that_of_the_sdk(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    theirs = {
        name: value
        for name, value in Resource.create().attributes.items()
        if not name.startswith(("telemetry.", "process.", "host.", "os.", "service.instance."))
    }
    started = {
        "event": "run-started",
        "format": 1,
        "id": "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b",
        "environment": environ,
    }
    run = component().run()
    run.keep_traces("json", "")
    lines = [
        started,
        {"event": "test-started", "execution": 1, "name": "a", "time": 0},
        {"event": "test-finished", "execution": 1, "time": 1, "outcome": "passed"},
    ]
    run.feed_all(json.dumps(line) + "\n" for line in lines)
    traces = run.take_traces(1)
    assert traces is not None
    resource = json.loads(traces.body)["resourceSpans"][0]["resource"]
    assert {each["key"]: each["value"]["stringValue"] for each in resource["attributes"]} == theirs


def test_what_is_ours_alone() -> None:
    relay = {
        "OTEL_RESOURCE_ATTRIBUTES": "a=b,buildkite.otlp.endpoint=http%3A%2F%2Fr%3A1%2Fv1%2Ftraces"
    }
    assert ours({f"{P}TIMEOUT": "2500"}).timeout == 2.5
    assert target_of("on", "", {f"{T}ENDPOINT": "http://r:1/v1/traces", **relay})[0] is None
    # bktec's credentials are for its own place.
    theirs = {f"{T}HEADERS": "authorization=Bearer%20x", f"{P}HEADERS": "a=b", **relay}
    target, _ = target_of("http://me:1", "", theirs)
    assert target is not None
    assert (target.url, target.headers) == ("http://me:1/v1/traces", {"a": "b"})
    target, notes = target_of("on", "", {f"{P}HEADERS": "no header,a=b%0Ac"})
    assert target is not None
    assert (target.headers, len(notes)) == ({}, 2)
    target, _ = target_of("https://me:pass@h/x", "", {})
    assert target is not None
    assert (target.url, "authorization" in target.headers) == ("https://h/x", True)
