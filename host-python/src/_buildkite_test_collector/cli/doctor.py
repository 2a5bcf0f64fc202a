"""The command `doctor`: whether an upload would work from here, with these settings.

One line for each thing that an upload needs, with what to do where it is amiss. Nothing is
uploaded; Test Engine is asked one harmless question. Of a token nothing is shown, of a URL no more
than its scheme, host, port and path.
"""

from __future__ import annotations

import contextlib
import json
import platform
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import time
from typing import NamedTuple

from ..component.code import BYTECODE, COMPILED
from ..component.component import Component
from ..deadline import now
from ..delivery.answer import describe_refusal
from ..delivery.uploader import TOKEN, authorization
from ..errors import ComponentError, UploadError, why
from ..journal.run_directory import RunDirectory
from ..net.connections import Connections
from ..net.proxies import proxy_to
from ..net.trouble import describe_error
from ..net.url import Url, shown
from ..settings import Settings
from ..terminal import COMMAND
from ..version import USER_AGENT, __version__
from .upload import project_root, unsent_journals

#: What a check can find: all is well; worth knowing; an upload would not work.
FINE, NOTE, AMISS = "ok", "note", "wrong"

#: What is asked: it changes nothing (Buildkite's collector for Ruby asks it, too).
QUESTION = "metadata"

#: How long the server may take for each piece of its answer, in seconds.
PATIENCE = 15.0

#: How far this machine's clock may be off, in seconds: from then on certificates and signed tokens
#: may seem to be of another day.
CLOCK_TOLERANCE = 300

#: What tokens look like: Test Engine's own, and signed ones of an OpenID Connect provider.
_USUAL_TOKENS = re.compile(r"[A-Za-z0-9_-]{20,200}|[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

#: What to do about a token that may be another one.
COMPARE = "compare it with the one on the suite's page of settings"

#: The packages whose versions matter.
PACKAGES = ("pytest", "wasmtime", "urllib3", "certifi")


class Finding(NamedTuple):
    """What a check has found."""

    #: What was looked at, in one word.
    name: str
    #: `FINE`, `NOTE` or `AMISS`.
    status: str
    #: What is so, in a sentence.
    said: str
    #: What to do; empty where there is nothing to be done.
    advice: str = ""


def doctor(settings: Settings, *, as_json: bool) -> tuple[str, bool]:
    """Look at everything that an upload needs; return what was found, and whether it would work.

    As JSON it is an object: `works`, `version`, and `checks`, each an object with the fields of
    `Finding`.
    """
    findings = [finding for check in CHECKS for finding in check(settings)]
    works = all(finding.status != AMISS for finding in findings)
    if as_json:
        checks = [finding._asdict() for finding in findings]
        report = {"works": works, "version": __version__, "checks": checks}
        return json.dumps(report, indent=2, ensure_ascii=False), works
    lines = [line for finding in findings for line in _lines(finding)]
    verdict = "nothing speaks against an upload" if works else "an upload would fail"
    return "\n".join([*lines, "", f"{verdict} from here"]), works


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.status:<6} {finding.name:<10} {finding.said}"
    if finding.advice:
        yield f"{'':<18}{finding.advice}"


def _versions(settings: Settings) -> Iterator[Finding]:
    """Say what runs here: the first that is asked of whoever reports a fault."""
    del settings
    found = []
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    yield Finding("versions", FINE, ", ".join([f"{__version__} on {python}", *found, system]))


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.enabled:
        said = f"{settings.sources['enabled']} switches everything off"
        yield Finding("settings", AMISS, said, "set it to true, or remove it")
    for complaint in settings.complaints:
        yield Finding("settings", NOTE, complaint)
    if settings.enabled and not settings.complaints:
        names = ", ".join(sorted(set(settings.sources.values()))) or "none, all are defaults"
        yield Finding("settings", FINE, f"set: {names}")


def _token(settings: Settings) -> Iterator[Finding]:
    if not settings.token and settings.otlp:
        yield Finding("token", NOTE, "there is none: only traces are sent")
    elif not settings.token:
        advice = "set BUILDKITE_ANALYTICS_TOKEN to the token on the suite's page of settings"
        yield Finding("token", AMISS, "there is none", advice)
    elif not TOKEN.fullmatch(settings.token):
        advice = "look for a space, a quotation mark or a line break in it"
        yield Finding("token", AMISS, "it has a character that no token has", advice)
    elif not _USUAL_TOKENS.fullmatch(settings.token):
        yield Finding("token", NOTE, "it does not look like Test Engine's tokens", COMPARE)
    else:
        yield Finding("token", FINE, f"{settings.sources.get('token', '')} has the form of one")


def _server(settings: Settings) -> Iterator[Finding]:
    """Look at the way to the server, and at its certificate, clock and word on the token."""
    if not settings.api_url:
        yield Finding("server", AMISS, "it is not known where to", "check the API's URL")
        return
    try:
        url = Url.parse(f"{settings.api_url}/{QUESTION}")
        proxy = proxy_to(url)
        connections = Connections(url, 1, allow_http=settings.allow_http)
    except ValueError:
        yield Finding("server", AMISS, "the API's URL cannot be read", "check the API's URL")
        return
    except UploadError as error:
        yield Finding("server", AMISS, str(error), "change the setting that is named")
        return
    yield Finding("proxy", FINE, f"by way of {proxy}" if proxy else "none on the way")
    try:
        yield from _answer(settings, connections)
    finally:
        connections.close()


def _answer(settings: Settings, connections: Connections) -> Iterator[Finding]:
    place = shown(settings.api_url)
    headers = {"User-Agent": USER_AGENT}
    if TOKEN.fullmatch(settings.token):
        headers["Authorization"] = authorization(settings.token)
    try:
        response = connections.get(headers=headers, timeout=PATIENCE, retries=False)
        body = response.read(4096)
    except Exception as error:
        # Its own text may quote a header.
        advice = "try to reach it with curl from here; check HTTPS_PROXY and the API's URL"
        yield Finding("server", AMISS, f"{place}: {describe_error(error)}", advice)
        return
    secure = ", and its certificate is trusted" if place.startswith("https:") else ""
    yield Finding("server", FINE, f"{place} answers{secure}")
    yield from _clock(response.headers.get("Date", ""))
    if "Authorization" not in headers:
        return
    said = describe_refusal(settings.token, response.status, response.reason, body)
    if response.status in range(200, 300):
        yield Finding("access", FINE, "the token is accepted")
    elif response.status == 401:
        yield Finding("access", AMISS, said, COMPARE)
    else:
        advice = "whether the token is accepted will be seen at the first upload"
        yield Finding("access", NOTE, f"the server does not say: {said}", advice)


def _clock(date: str) -> Iterator[Finding]:
    """Compare this machine's clock with an answer's header."""
    try:
        theirs = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        yield Finding("clock", NOTE, "the server does not say what time it is")
        return
    off = time() - theirs
    if abs(off) > CLOCK_TOLERANCE:
        said = f"it is {abs(off):.0f} s {'fast' if off > 0 else 'slow'}"
        yield Finding("clock", AMISS, said, "set this machine's clock")
    else:
        yield Finding("clock", FINE, "it agrees with the server's")


def _component(settings: Settings) -> Iterator[Finding]:
    """Load the component as a run does."""
    del settings
    began = now()
    try:
        kind = Component(size=0).kind
    except ComponentError as error:
        said = f"{error}; runs are recorded all the same"
        advice = f"send their events from a machine with wasmtime: {COMMAND}"
        yield Finding("component", AMISS, said, advice)
        return
    took = f"{kind}, ready in {1000 * (now() - began):.0f} ms"
    if kind == COMPILED:
        advice = f"install the version of wasmtime that {__version__} has code for, to save time"
        yield Finding("component", NOTE, took, advice)
    else:
        more = ", and compiled for long runs" if kind == BYTECODE else ""
        yield Finding("component", FINE, f"{took}{more}")


def _journals(settings: Settings) -> Iterator[Finding]:
    """Look where runs are kept, and which were not sent."""
    del settings
    root = project_root(Path.cwd())
    try:
        directory = RunDirectory.make(str(root))
        place = Path(directory.path).parent
        directory.remove()
        yield Finding("journals", FINE, f"runs are kept in {place}")
    except OSError as error:
        said = f"there is no place to keep a run: {why(error)}"
        advice = "set XDG_STATE_HOME or TMPDIR to a directory that can be written to"
        yield Finding("journals", AMISS, said, advice)
    for journal in unsent_journals(root):
        said = f"{journal} is of a run that was not sent"
        yield Finding("unsent", NOTE, said, f"to send it: {COMMAND}")


#: All that is looked at, in this order.
CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _versions,
    _settings,
    _token,
    _server,
    _component,
    _journals,
)
