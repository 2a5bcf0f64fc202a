"""Processes, told apart from later ones that got the same id.

On Linux from `/proc` (proc(5)), on other systems like it from `ps` (POSIX), which is a process of a
few milliseconds; on Windows from its kernel. What is not known is said by empty values.
"""

from __future__ import annotations

import os
import sys

#: Fields of `/proc/<pid>/stat`, counted from the process's state on.
_STATE, _PARENT, _BIRTH, _STACK, _EXIT_CODE = 0, 1, 19, 25, 49

#: How long `ps` may take, in seconds.
PS_TIMEOUT = 5.0

# Held from the moment of loading: tests replace functions of `os`.
_open, _read, _close, _getpid = os.open, os.read, os.close, os.getpid


def birth(pid: int) -> str:
    """Return when a process began, in a form that tells it from a later one of the same id."""
    if sys.platform == "win32":
        from . import windows

        return windows.birth(pid)
    return _field(pid, _BIRTH) or _ask_ps(pid, "lstart")


def stack(pid: int) -> str:
    """Return where a process's stack begins: another program in the same process has another."""
    return _field(pid, _STACK)


def parent(pid: int) -> int:
    """Return a process's parent; 0 where it cannot be told."""
    if sys.platform == "win32":
        from . import windows

        return windows.parent(pid)
    text = _field(pid, _PARENT) or _ask_ps(pid, "ppid")
    return int(text) if text.isdecimal() else 0


def wait_status(pid: int) -> int | None:
    """Return how a process ended that nobody has waited for yet, as `os.wait` gives it."""
    fields = status(pid)
    if len(fields) <= _EXIT_CODE or fields[_STATE] not in ("Z", "X"):
        return None
    return int(fields[_EXIT_CODE])


def is_alive(pid: int, born: str) -> bool:
    """Return whether the process that was born then is alive: a zombie is not."""
    if sys.platform == "win32":
        from . import windows

        return windows.is_alive(pid) and born in ("", windows.birth(pid))
    fields = status(pid)
    if len(fields) > _BIRTH:
        return fields[_STATE] not in ("Z", "X") and (not born or fields[_BIRTH] == born)
    if os.path.isdir("/proc/self"):
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def status(pid: int) -> list[str]:
    """Return what Linux says of a process, from its state on; nothing where it says nothing."""
    try:
        descriptor = _open(f"/proc/{pid}/stat", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return []
    try:
        text = _read(descriptor, 4096).decode("utf-8", "replace")
    except OSError:
        return []
    finally:
        _close(descriptor)
    return text.rpartition(")")[2].split()


def _ask_ps(pid: int, column: str) -> str:
    """Ask where there is no `/proc`, as on macOS; nothing where nobody answers."""
    if os.name != "posix" or status(_getpid()):
        return ""
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603
            ["ps", "-o", f"{column}=", "-p", str(pid)],  # noqa: S607
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=PS_TIMEOUT,
            check=False,
            # Dates as everybody's `ps` writes them.
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def _field(pid: int, index: int) -> str:
    fields = status(pid)
    return fields[index] if len(fields) > index else ""
