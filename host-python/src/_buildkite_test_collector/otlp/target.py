"""Where traces go, as the setting `otlp` and the standard variables say it.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/; what its Python SDK reads differently
is read as that does. The variables alone switch nothing on: the suite's own application reads
them, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..net.url import Url, shown

#: What the names of the variables begin with, and what those begin with that are for traces alone.
PREFIX, TRACES = "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_"

#: Where a Collector listens on this machine, and the path of traces.
DEFAULT_BASE, PATH = "http://localhost:4318", "v1/traces"

#: How long a receiver may take, in seconds, and from which number on it is meant in milliseconds:
#: the specification's unit. The Python SDK reads seconds.
DEFAULT_TIMEOUT, FIRST_MILLISECONDS = 10.0, 1_000.0

#: How a body is written for each protocol.
ENCODINGS = {"http/protobuf": "protobuf", "http/json": "json"}

#: The resource attribute by which bktec says that the variables lead to Buildkite, and where to.
RELAY = "buildkite.otlp.endpoint"

#: The variable by which Buildkite's own collectors know that place.
BUILDKITE = "BUILDKITE_ANALYTICS_OTLP_ENDPOINT"

_HEADER = re.compile("[!#$%&'*+.^_`|~0-9a-z-]+")


class Target(NamedTuple):
    """A receiver of traces."""

    url: str
    #: What is sent with each request; it may hold credentials.
    headers: dict[str, str]
    #: How long it may take to answer, in seconds.
    timeout: float
    #: Whether bodies are compressed.
    is_compressed: bool
    #: `protobuf` or `json`.
    encoding: str
    #: PEM files: whom to trust, and who we are; empty where that is not said.
    certificate: str
    client_certificate: str
    client_key: str
    #: The service where no variable names it.
    service: str

    @property
    def secrets(self) -> list[str]:
        """What nobody may see of it."""
        return [value for value in self.headers.values() if len(value) > 1]


class Variables:
    """The standard variables, those for traces first; an empty one is not set."""

    def __init__(self, environ: Mapping[str, str], *, is_own: bool) -> None:
        self._environ = environ
        #: Whether those for traces alone are the user's.
        self._is_own = is_own
        #: What could not be read, in sentences without a value.
        self.notes: list[str] = []

    def get(self, name: str) -> str:
        """Return the text of a variable of the exporter's; empty where it is not set."""
        prefixes = (TRACES, PREFIX) if self._is_own else (PREFIX,)
        texts = (self._environ.get(f"{prefix}{name}", "").strip() for prefix in prefixes)
        return next(filter(None, texts), "")

    def endpoint(self) -> str:
        """Return where traces go: a place for traces is meant as it is, and any other is a base."""
        own = self._environ.get(f"{TRACES}ENDPOINT", "").strip() if self._is_own else ""
        if own:
            return own
        base = self._environ.get(f"{PREFIX}ENDPOINT", "").strip() or DEFAULT_BASE
        return f"{base.rstrip('/')}/{PATH}"

    def headers(self) -> dict[str, str]:
        """Return the headers; a pair that is none is passed over, and the others count."""
        headers = {}
        for pair in filter(None, map(str.strip, self.get("HEADERS").split(","))):
            name, equals, value = pair.partition("=")
            name, value = unquote(name).strip().lower(), unquote(value).strip()
            if equals and _HEADER.fullmatch(name) and value.isascii() and value.isprintable():
                headers[name] = value
            else:
                self.notes.append("a pair of OTEL_EXPORTER_OTLP_HEADERS is no header")
        return headers

    def timeout(self) -> float:
        """Return how long a receiver may take, in seconds."""
        text = self.get("TIMEOUT")
        try:
            number = float(text or DEFAULT_TIMEOUT)
            if not 0 < number < 1e9:
                raise ValueError
        except ValueError:
            self.notes.append("OTEL_EXPORTER_OTLP_TIMEOUT is no number; 10 seconds are used")
            return DEFAULT_TIMEOUT
        return number / 1_000 if number >= FIRST_MILLISECONDS else number

    def is_compressed(self) -> bool:
        """Return whether bodies are compressed."""
        text = self.get("COMPRESSION").lower()
        if text not in ("", "none", "gzip"):
            self.notes.append("OTEL_EXPORTER_OTLP_COMPRESSION is neither gzip nor none")
        return text == "gzip"


def target_of(
    otlp: str, service: str, environ: Mapping[str, str] = os.environ
) -> tuple[Target | None, list[str]]:
    """Return where traces go, and what there is to say of it; without a place nothing is sent.

    Args:
        otlp: The setting: `on`, or a URL.
        service: What the run is of, where no variable says it.
        environ: Where the variables are.
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None, ["no traces are sent: OTEL_SDK_DISABLED is true"]
    if environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return None, ["no traces are sent: OTEL_TRACES_EXPORTER is none"]
    relays = _relays(environ)
    is_url = "://" in otlp
    # bktec sets those for traces alone, with credentials for its own place.
    variables = Variables(environ, is_own=not (is_url and relays))
    url = _completed(otlp) if is_url else variables.endpoint()
    try:
        parts = Url.parse(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError(url)
    except ValueError:
        return None, ["no traces are sent: the URL of the receiver cannot be read"]
    if any(_is_same(url, relay) for relay in relays):
        return None, [
            "no traces are sent: the receiver is bktec's, which is for Test Engine, and the upload "
            "sends it all; set otlp to the URL of another one"
        ]
    protocol = variables.get("PROTOCOL").lower() or "http/protobuf"
    if protocol == "grpc":
        return None, [
            "no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL is grpc, which is not supported; "
            "set it to http/protobuf, and the endpoint to the receiver's port for HTTP (4318)"
        ]
    if protocol not in ENCODINGS:
        variables.notes.append("OTEL_EXPORTER_OTLP_PROTOCOL is not known; http/protobuf is used")
    headers = variables.headers()
    if parts.user or parts.password:
        from base64 import b64encode

        credentials = b64encode(f"{parts.user}:{parts.password}".encode()).decode()
        headers.setdefault("authorization", f"Basic {credentials}")
    target = Target(
        url=shown(url),
        headers=headers,
        timeout=variables.timeout(),
        is_compressed=variables.is_compressed(),
        encoding=ENCODINGS.get(protocol, "protobuf"),
        certificate=variables.get("CERTIFICATE"),
        client_certificate=variables.get("CLIENT_CERTIFICATE"),
        client_key=variables.get("CLIENT_KEY"),
        service=service,
    )
    return target, variables.notes


def with_target(settings: Any, service: str) -> tuple[Any, list[str]]:
    """Return settings that know where traces go, if they go anywhere, and what to say of it."""
    target, notes = target_of(settings.otlp, service)
    if target is None:
        return settings.but(otlp="", otlp_target={}), notes
    return settings.but(otlp_target=target._asdict()), notes


def _completed(url: str) -> str:
    """Return a URL whose path is that of traces, where it has none."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return url if path else f"{scheme}://{host}/{PATH}"


def _relays(environ: Mapping[str, str]) -> list[str]:
    """Return the places of Buildkite's that variables name."""
    relays = [environ.get(BUILDKITE, "").strip()]
    for pair in environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(","):
        name, _, value = pair.partition("=")
        if name.strip() == RELAY:
            relays.append(unquote(value).strip())
    return [relay for relay in relays if relay]


def _is_same(url: str, other: str) -> bool:
    return url.rstrip("/").lower() == other.rstrip("/").lower()
