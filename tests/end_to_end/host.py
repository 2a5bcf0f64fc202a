"""Another host for workers: a network namespace of its own, where one can be made."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The addresses of the two ends of the wire, from the range for tests of networks (RFC 2544); other
#: tests may have wires of their own.
HERE, THERE = (f"198.18.{os.getpid() % 256}.{end}" for end in (1, 2))


class Host:
    """A host that serves workers; without the rights for a namespace, this one by its loopback."""

    def __init__(self) -> None:
        # An interface's name has at most 15 characters.
        self._name = f"bk{os.getpid()}"
        self._is_apart = False

    def __enter__(self) -> Host:
        """Make the namespace, and a wire into it."""
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            _ip("netns", "add", self._name)
            try:
                # It remounts the root, which is no mount where somebody has changed that.
                _ip("netns", "exec", self._name, "true")
            except subprocess.CalledProcessError:
                _ip("netns", "del", self._name)
                raise
            self._is_apart = True
            wire = f"{self._name}w"
            _ip("link", "add", wire, "type", "veth", "peer", "name", "wire", "netns", self._name)
            _ip("addr", "add", f"{HERE}/24", "dev", wire)
            _ip("link", "set", wire, "up")
            _ip("-n", self._name, "addr", "add", f"{THERE}/24", "dev", "wire")
            _ip("-n", self._name, "link", "set", "wire", "up")
            _ip("-n", self._name, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the namespace, and the wire with it."""
        if self._is_apart:
            _ip("netns", "del", self._name)

    @contextlib.contextmanager
    def serving(self, folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
        """Serve workers in a folder, at the address that is given."""
        address = THERE if self._is_apart else "127.0.0.1"
        port = _free_port()
        prefix = ["ip", "netns", "exec", self._name] if self._is_apart else []
        server = subprocess.Popen(
            [*prefix, sys.executable, "-um", "execnet.script.socketserver", f"{address}:{port}"],
            cwd=folder,
            env=dict(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            # It takes one connection, which must not be a probe's: it says when it listens.
            assert server.stdout is not None
            assert b"Entering Accept loop" in server.stdout.readline()
            yield f"{address}:{port}"
        finally:
            server.kill()
            server.communicate()


def _ip(*arguments: str) -> None:
    program = shutil.which("ip")
    if program is None:
        raise FileNotFoundError("ip")
    subprocess.run([program, *arguments], check=True, capture_output=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
