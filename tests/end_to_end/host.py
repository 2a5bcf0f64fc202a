"""Another host for workers: a network namespace of its own, where one can be made."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The addresses of the two ends of the wire, from the range for documentation (RFC 5737).
HERE, THERE = "192.0.2.1", "192.0.2.2"


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
    def serving(self, folder: Path) -> Iterator[str]:
        """Serve workers in a folder, at the address that is given."""
        address = THERE if self._is_apart else "127.0.0.1"
        port = _free_port()
        prefix = ["ip", "netns", "exec", self._name] if self._is_apart else []
        server = subprocess.Popen(
            [*prefix, sys.executable, "-m", "execnet.script.socketserver", f"{address}:{port}"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(address, port)
            yield f"{address}:{port}"
        finally:
            server.kill()
            server.wait()


def _ip(*arguments: str) -> None:
    program = shutil.which("ip")
    if program is None:
        raise FileNotFoundError("ip")
    subprocess.run([program, *arguments], check=True, capture_output=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _wait_for(address: str, port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody serves at {address}:{port}")
