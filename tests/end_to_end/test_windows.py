"""Windows's processes, with a `kernel32` that knows Linux's: nothing here runs on Windows."""

from __future__ import annotations

import json
import subprocess
import sys
from ctypes import sizeof

import pytest
from _buildkite_test_collector.windows import ProcessEntry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it plays Windows on Linux")

#: Plays `kernel32`, and prints what the plugin learns from it.
PLAYED = """
import ctypes, json, os, subprocess, sys, time
from pathlib import Path

open_handles = []

class Function:
    def __init__(self, call):
        self.call = call
    def __call__(self, *arguments):
        assert len(arguments) == len(self.argtypes)
        return self.call(*arguments)

def fields(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

def snapshot(flags, _):
    assert flags == 2
    pids = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    open_handles.append(iter(pids))
    return len(open_handles)

def next_process(handle, reference):
    entry = reference._obj
    assert entry.size == ctypes.sizeof(entry)
    for pid in open_handles[handle - 1]:
        try:
            entry.pid, entry.parent = pid, int(fields(pid)[1])
        except OSError:
            continue
        return 1
    return 0

def open_process(access, inherit, pid):
    assert access in (0x1000, 0x100000) and not inherit
    if not Path(f"/proc/{pid}").exists():
        return None
    open_handles.append(pid)
    return len(open_handles)

def times(handle, *references):
    references[0]._obj.value = int(fields(open_handles[handle - 1])[19])
    return 1

def wait(handle, milliseconds):
    assert milliseconds == 0
    return 0 if fields(open_handles[handle - 1])[0] == "Z" else 0x102

def close(handle):
    assert open_handles[handle - 1] is not None
    open_handles[handle - 1] = None
    return 1

class Kernel32:
    CreateToolhelp32Snapshot = Function(snapshot)
    Process32FirstW = Process32NextW = Function(next_process)
    OpenProcess = Function(open_process)
    GetProcessTimes = Function(times)
    WaitForSingleObject = Function(wait)
    CloseHandle = Function(close)

ctypes.WinDLL = lambda name: {"kernel32": Kernel32}[name]
child = subprocess.Popen(["sleep", "60"])
zombie = subprocess.Popen(["true"])
while fields(zombie.pid)[0] != "Z":
    time.sleep(0.01)
birth = fields(child.pid)[19]
sys.platform = "win32"
from _buildkite_test_collector import process

print(json.dumps({
    "parent": process.parent(child.pid) == os.getpid(),
    "no parent": process.parent(2**22 + 1),
    "birth": process.birth(child.pid) == birth,
    "no birth": process.birth(2**22 + 1),
    "alive": process.is_alive(child.pid, birth) and process.is_alive(child.pid, ""),
    "another": process.is_alive(child.pid, "1"),
    "dead": process.is_alive(zombie.pid, "") or process.is_alive(2**22 + 1, ""),
    "left open": sum(handle is not None for handle in open_handles),
}))
sys.platform = "linux"
child.kill()
"""


def test_a_process_in_a_snapshot_lies_where_windows_has_it() -> None:
    """As `tlhelp32.h` has it, on a processor with 64 bits."""
    assert (ProcessEntry.pid.offset, ProcessEntry.parent.offset) == (8, 32)
    assert (ProcessEntry.program.offset, sizeof(ProcessEntry)) == (44, 568)


def test_parents_births_and_deaths() -> None:
    done = subprocess.run([sys.executable, "-c", PLAYED], capture_output=True, check=True)

    assert json.loads(done.stdout) == {
        "parent": True,
        "no parent": 0,
        "birth": True,
        "no birth": "",
        "alive": True,
        "another": False,
        "dead": False,
        "left open": 0,
    }
