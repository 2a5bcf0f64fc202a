"""What Windows, macOS and machines without wasmtime do differently, as far as Linux can play it.

A `sitecustomize` takes away what those systems lack, before anything of ours is loaded.
"""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from .aftermath import Aftermath
from .namespace import in_namespace
from .project import COMMAND, NOWHERE, ours

if TYPE_CHECKING:
    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it plays other systems on Linux")

TESTS = """
    import pytest

    def test_passes(): pass

    @pytest.mark.parametrize("text", ["\\u2713 \\U0001f680"])
    def test_fails(text): assert not text
"""

#: Windows removes and replaces no file that is open, in whatever process.
KEEPS_OPEN_FILES = """
import os

def kept(original, *places):
    def call(*arguments, **more):
        for place in places:
            path = os.path.realpath(os.fspath(arguments[place]))
            for fd in os.listdir("/proc/self/fd"):
                try:
                    is_open = os.readlink(f"/proc/self/fd/{fd}") == path
                except OSError:
                    continue
                if is_open:
                    with open(os.environ["COMPLAINTS"], "a", encoding="utf-8") as file:
                        file.write(f"{original.__name__} {path}\\n")
                    raise PermissionError(13, "it is open", path)
        return original(*arguments, **more)
    return call

os.unlink = os.remove = kept(os.unlink, 0)
os.replace = os.rename = kept(os.replace, 0, 1)
"""

#: No `fork`, no users, no sessions, no `poll`, no signals but those of C, no locks of `fcntl`'s.
LACKS = """
import fcntl, os, posix, select, signal, sys, types
# It takes a system with `msvcrt` for Windows, and has what it needs of POSIX already.
import subprocess

for name in ("fork", "forkpty", "getuid", "geteuid", "setsid", "killpg", "getpgid", "pread",
             "register_at_fork", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "fchmod",
             "listxattr", "getxattr"):
    delattr(os, name)
del posix.posix_spawn, os.posix_spawn, select.poll, select.PIPE_BUF
for name in ("SIGKILL", "SIGHUP", "SIGPIPE", "pthread_sigmask", "sigpending", "sigwait"):
    delattr(signal, name)

msvcrt = types.ModuleType("msvcrt")
msvcrt.LK_NBLCK = 2
msvcrt.locking = lambda fd, mode, size, lock=fcntl.lockf, how=fcntl.LOCK_EX | fcntl.LOCK_NB: (
    lock(fd, how, size, 0, os.SEEK_CUR)
)
sys.modules["msvcrt"] = msvcrt
sys.modules["fcntl"] = None
"""


def customize(project: Project, source: str) -> None:
    """Have each Python of a project begin with a source."""
    project.write({"customized/sitecustomize.py": source})
    project.environment["PYTHONPATH"] = str(project.path / "customized")
    project.environment["COMPLAINTS"] = str(project.path / "complaints.txt")


def complaints(project: Project) -> str:
    """Return which open files were to be removed or replaced."""
    path = project.path / "complaints.txt"
    return path.read_text("utf-8") if path.exists() else ""


def test_a_system_like_windows(project: Project) -> None:
    customize(project, LACKS + KEEPS_OPEN_FILES)
    run = project.test(TESTS)
    assert run.status == 1
    assert run.counts == {"passed": 1, "failed": 1}
    (line,) = run.said
    assert "2 results uploaded" in line
    assert not complaints(project)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "found"])
def test_upload_removes_no_open_file(project: Project, is_named: bool) -> None:
    """A journal that was sent stayed on Windows, for it was locked when it was removed."""
    customize(project, LACKS + KEEPS_OPEN_FILES)
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = NOWHERE
    arguments = ["--buildkite-journal=kept.ndjson"] if is_named else []
    run = project.test(TESTS, *arguments, watched=False)
    assert run.status == 1
    assert list(project.path.rglob("*.ndjson"))
    del project.environment["BUILDKITE_ANALYTICS_API_URL"]
    done = project.command("upload", *(["kept.ndjson"] if is_named else []))
    assert done.returncode == 0, done.stderr
    assert len(project.engine.executions) == 2
    assert not complaints(project)
    assert not list(project.path.rglob("*.ndjson"))
    assert not list(project.path.rglob("run.json*"))


def test_a_console_of_windows(project: Project) -> None:
    """Neither the paths nor the texts are in `cp1252`, nor does anything else say UTF-8."""
    project.environment = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LANG": "C"}
    project.environment["PYTHONCOERCECLOCALE"] = "0"
    name = "Eigene Pr\u00fcfungen \u2713"
    project.write({f"{name}/pytest.ini": "[pytest]\n", f"{name}/test_it.py": TESTS})
    run = project.pytest("test_it.py", "--json=here \u2713.json", cwd=name, watched=False)
    assert run.status == 1, run.stdout + run.stderr
    assert [result["result"] for result in run.uploaded] == ["passed", "failed"]
    assert (project.path / name / "here \u2713.json").exists()
    assert {result["file_name"] for result in run.uploaded} == {"test_it.py"}


def test_the_command_has_a_path_that_a_shell_takes(project: Project) -> None:
    """A path with a space became two arguments."""
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = NOWHERE
    journal = "it's kept here.ndjson"
    run = project.test(TESTS, f"--buildkite-journal={journal}", watched=False)
    line = next(line for line in run.said if "to try again: " in line)
    _, command, path = shlex.split(line.partition("to try again: ")[2])
    assert (command, path) == ("upload", str(project.path / journal))
    del project.environment["BUILDKITE_ANALYTICS_API_URL"]
    assert project.command(command, path).returncode == 0
    assert len(project.engine.executions) == 2


def test_there_is_no_proc(project: Project) -> None:
    project.write({"test_it.py": TESTS})
    command = [sys.executable, "-m", "pytest"]
    hidden = "mount -t tmpfs none /proc"
    done = project.execute(in_namespace(command, hidden, "--mount"))
    assert done.returncode == 1
    (line,) = ours(done.stdout)
    assert "2 results uploaded" in line
    assert len(project.engine.executions) == 2


def test_a_launcher_between_parent_and_child(project: Project) -> None:
    """As the `python.exe` of an environment is: the child's parent is not who started it."""
    project.write(
        {
            "launcher": f'#!/bin/sh\n"{sys.executable}" "$@"\nexit $?\n',
            "inner/pytest.ini": "[pytest]\n",
            "inner/test_inner.py": "def test_inner(): pass\n",
            "test_it.py": """
                import pathlib, subprocess

                def test_outer():
                    launcher = pathlib.Path("launcher").resolve()
                    done = subprocess.run([launcher, "-m", "pytest"], cwd="inner", check=True)
            """,
        }
    )
    launcher = project.path / "launcher"
    launcher.chmod(0o755)
    done = project.execute([str(launcher), "-m", "pytest", "test_it.py"])
    assert done.returncode == 0, done.stdout
    assert [result["name"] for result in project.engine.executions] == ["test_outer"]


@pytest.mark.parametrize("courier", ["auto", "false"])
def test_there_is_no_wasmtime_for_this_machine(project: Project, courier: str) -> None:
    """The wheel of wasmtime for any machine is installed there, and cannot be imported."""
    why = "unsupported architecture for wasmtime: armv7l"
    project.break_wasmtime(f"raise RuntimeError({why!r})\n")
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    run = project.test(TESTS, watched=False)
    assert run.status == 1
    (kept,) = project.path.rglob("*.ndjson")
    (line,) = run.said
    advice = "to send it from another machine, copy the file there"
    assert line == (
        f"Buildkite Test Engine: wasmtime does not run on this machine: {why}; "
        f"{advice}: buildkite-test-collector upload {kept}"
    )
    for arguments in ([], [str(kept)]):
        done = project.execute([sys.executable, *COMMAND, "upload", *arguments])
        assert done.returncode == 1
        assert f"does not run on this machine: {why}; {advice}" in done.stderr
    Aftermath(project.engine, project.path, run.stdout).check({"test_passes", _parametrized()})

    copy = project.path / "another machine.ndjson"
    os.replace(kept, copy)
    del project.environment["PYTHONPATH"]
    assert project.command("upload", str(copy)).returncode == 0
    assert len(project.engine.executions) == 2


def _parametrized() -> str:
    return ascii("test_fails[\u2713 \U0001f680]")[1:-1]
