"""rotel, a real collector of OpenTelemetry's data, run as a process."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sysconfig
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


def program() -> Path:
    """Return the program in rotel's wheel, which is for Linux alone."""
    spec = find_spec("rotel")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    found = [path for path in folder.rglob("rotel-agent") if path.is_file()] if folder else []
    library = sysconfig.get_config_var("INSTSONAME") or ""
    folder = Path(sysconfig.get_config_var("LIBDIR") or "")
    if not found or not (folder / library).exists() or ".so" not in library:
        pytest.skip("there is no rotel for this Python, which must be built as a library")
    return found[0]


class Rotel:
    """A collector that prints each span that it has understood."""

    def __init__(self, port: int, output: Path) -> None:
        self.port = port
        self._output = output

    def wait_for(self, text: str, count: int, seconds: float = 30) -> str:
        """Return what it has printed, once a text is in it so often."""
        until = time.monotonic() + seconds
        while (said := self._output.read_text("utf-8", "replace")).count(text) < count:
            assert time.monotonic() < until, said
            time.sleep(0.05)
        return said


@contextlib.contextmanager
def rotel(folder: Path) -> Iterator[Rotel]:
    """Run it."""
    ports = []
    for _ in range(2):
        with socket.socket() as place:
            place.bind(("127.0.0.1", 0))
            ports.append(place.getsockname()[1])
    output = folder / "rotel.txt"
    http, grpc = (f"127.0.0.1:{port}" for port in ports)
    arguments = ["start", "--exporter", "blackhole", "--otlp-http-endpoint", http]
    arguments += ["--otlp-grpc-endpoint", grpc]
    arguments += ["--debug-log", "traces", "--debug-log-verbosity", "detailed"]
    with output.open("w") as file:
        process = subprocess.Popen(
            [program(), *arguments],
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=folder,
            # It runs processors in Python, whose library is not where the system looks for it.
            env={**os.environ, "LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR") or ""},
        )
    try:
        until = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[0])):
                break
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield Rotel(ports[0], output)
    finally:
        process.kill()
        process.wait()
