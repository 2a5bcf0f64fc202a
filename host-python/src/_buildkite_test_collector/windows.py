"""Processes as Windows knows them, by functions of its `kernel32`.

https://learn.microsoft.com/windows/win32/toolhelp/taking-a-snapshot-and-viewing-processes
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import byref, c_int32, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p, sizeof

#: What is asked of a process: that it is there; when it began.
SYNCHRONIZE, QUERY_LIMITED_INFORMATION = 0x0010_0000, 0x1000

#: What waiting for a process says that is alive.
TIMED_OUT = 0x102

#: What is asked of a snapshot: all processes; and one that could not be taken.
SNAPSHOT_OF_PROCESSES, INVALID_HANDLE = 2, c_void_p(-1).value


class ProcessEntry(ctypes.Structure):
    """A process in a snapshot: `PROCESSENTRY32W`, in types that are as long on every system."""

    _fields_ = (
        ("size", c_uint32),
        ("usage", c_uint32),
        ("pid", c_uint32),
        ("heap", c_size_t),
        ("module", c_uint32),
        ("threads", c_uint32),
        ("parent", c_uint32),
        ("priority", c_int32),
        ("flags", c_uint32),
        ("program", c_uint16 * 260),
    )


if sys.platform == "win32":
    _kernel32 = ctypes.WinDLL("kernel32")
    _kernel32.CreateToolhelp32Snapshot.restype = c_void_p
    _kernel32.CreateToolhelp32Snapshot.argtypes = (c_uint32, c_uint32)
    _kernel32.Process32FirstW.argtypes = (c_void_p, c_void_p)
    _kernel32.Process32NextW.argtypes = (c_void_p, c_void_p)
    _kernel32.OpenProcess.restype = c_void_p
    _kernel32.OpenProcess.argtypes = (c_uint32, c_int32, c_uint32)
    _kernel32.GetProcessTimes.argtypes = (c_void_p,) * 5
    _kernel32.WaitForSingleObject.restype = c_uint32
    _kernel32.WaitForSingleObject.argtypes = (c_void_p, c_uint32)
    _kernel32.CloseHandle.argtypes = (c_void_p,)

    def parent(pid: int) -> int:
        """Return who started a process; 0 where it cannot be told."""
        snapshot = _kernel32.CreateToolhelp32Snapshot(SNAPSHOT_OF_PROCESSES, 0)
        if snapshot == INVALID_HANDLE:
            return 0
        try:
            entry = ProcessEntry(size=sizeof(ProcessEntry))
            is_there = _kernel32.Process32FirstW(snapshot, byref(entry))
            while is_there:
                if entry.pid == pid:
                    return int(entry.parent)
                is_there = _kernel32.Process32NextW(snapshot, byref(entry))
        finally:
            _kernel32.CloseHandle(snapshot)
        return 0

    def birth(pid: int) -> str:
        """Return when a process began, in tenths of microseconds; nothing where none says it."""
        process = _kernel32.OpenProcess(QUERY_LIMITED_INFORMATION, False, pid)
        if not process:
            return ""
        try:
            times = [c_uint64() for _ in range(4)]
            is_told = _kernel32.GetProcessTimes(process, *map(byref, times))
            return str(times[0].value) if is_told else ""
        finally:
            _kernel32.CloseHandle(process)

    def is_alive(pid: int) -> bool:
        """Return whether there is such a process."""
        process = _kernel32.OpenProcess(SYNCHRONIZE, False, pid)
        if not process:
            return False
        try:
            return bool(_kernel32.WaitForSingleObject(process, 0) == TIMED_OUT)
        finally:
            _kernel32.CloseHandle(process)
