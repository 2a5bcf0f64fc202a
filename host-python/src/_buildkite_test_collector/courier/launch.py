"""How the test process starts the courier, and what may keep it from that.

The courier is nobody's child and holds nothing of its caller's: what is spawned here forks and
ends, and the test process waits for that one before the first test runs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from .. import process
from ..clock import Clock
from ..deadline import now
from ..journal.run_directory import RunDirectory
from ..settings import Settings
from ..version import __version__
from .job import JOB_LIMIT, Job
from .processors import usable_processors

#: The variable that keeps the plugin quiet in whatever is started here by mistake; `plugin` has it,
#: too, which must not import this.
GUARD = "BUILDKITE_TEST_COLLECTOR_IS_COURIER"

#: The program; its name is what people see among the processes.
PROGRAM = os.path.join(os.path.dirname(__file__), "deliver_test_results.py")

#: The folder of our package.
PACKAGE = os.path.dirname(os.path.dirname(__file__))

#: What the courier imports that is not in the standard library. Some are dependencies of others.
IMPORTS = ("wasmtime", "urllib3", "certifi", "idna", "socks", "importlib_resources", "zipp")

#: How long a run may be before the courier loads what it needs, in seconds: a shorter one ends
#: sooner without it. Where there is one processor alone, the tests have it for longer.
PATIENCE, PATIENCE_ON_ONE_PROCESSOR = 0.05, 2.0

#: Variables by which somebody else's code would come into the courier.
UNWANTED_VARIABLES = ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES")

#: Variables that name files, seen from the directory where the tests were started.
PATH_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

#: How long the process in between may take to end, in seconds. What calls itself Python may be
#: anything, and the tests wait for it.
REAP_TIMEOUT = 5.0

#: How often it is looked whether it has ended, in seconds.
REAP_INTERVAL = 0.002

try:
    # Not that of `os`, which debuggers and suites replace before this is loaded.
    from posix import posix_spawn as _spawn
except ImportError:
    _spawn = None  # type: ignore[assignment]

# Held from the moment of loading: tests replace functions of `os` and `time`.
_pipe, _write, _close, _waitpid = os.pipe, os.write, os.close, os.waitpid
_kill_group, _sleep = getattr(os, "killpg", None), time.sleep
_listdir, _get_inheritable = os.listdir, os.get_inheritable


class CannotStartError(Exception):
    """There can be no courier; the text says why."""

    def __init__(self, why: str, *, is_usual: bool = False) -> None:
        super().__init__(why)
        #: Whether it is so in each run of this kind, and nobody need be told.
        self.is_usual = is_usual


class Launch:
    """A courier that was started, and the process in between that is to be waited for."""

    def __init__(self, pid: int, patience: float) -> None:
        #: The process in between; it leads the group that the courier is in at first.
        self._pid = pid
        #: For how many seconds the courier leaves the run to this process.
        self.patience = patience
        #: When it was launched, in seconds on the clock of `now`.
        self.time = now()

    def reap(self) -> None:
        """Wait for the process in between, which has next to nothing to do.

        Where the courier would become this process's child, as in a container whose first process
        this is, it ends as well, and is waited for here: no test must meet it.
        """
        until = self.time + REAP_TIMEOUT
        while self._pid:
            try:
                ended, _ = _waitpid(-self._pid, os.WNOHANG)
            except InterruptedError:
                continue
            except ChildProcessError:
                self._pid = 0
                return
            if ended:
                continue
            if now() > until and _kill_group is not None:
                # This is no Python of ours. The courier's group is another by now.
                with contextlib.suppress(OSError):
                    _kill_group(self._pid, signal.SIGKILL)
            _sleep(REAP_INTERVAL)


def start(directory: RunDirectory, journal: str, settings: Settings, origin: int) -> Launch:
    """Start the courier for a run of this process, which began at `origin` on our `Clock`.

    Raises:
        CannotStartError: it cannot be started here.
    """
    if _spawn is None or not hasattr(os, "setsid"):
        raise CannotStartError("this system cannot spawn one", is_usual=True)
    if os.getpid() == 1:
        raise CannotStartError("this is the first process of a container", is_usual=True)
    name = os.path.basename(sys.executable or "").lower()
    if getattr(sys, "frozen", False) or not ("python" in name or "pypy" in name):
        raise CannotStartError("Python is embedded in another program")
    if not os.path.isfile(PROGRAM):
        raise CannotStartError("the package is no folder")
    is_alone = usable_processors() < 2
    pid = os.getpid()
    job = Job(
        pid=pid,
        birth=process.birth(pid),
        stack=process.stack(pid),
        directory=directory.path,
        journal=journal,
        settings=dict(settings.values),
        patience=PATIENCE_ON_ONE_PROCESSOR if is_alone else PATIENCE,
        package=PACKAGE,
        version=__version__,
        prefix=sys.base_prefix,
        python=sys.version,
        epoch=Clock.epoch,
        origin=origin,
        path=_import_path(),
    )
    try:
        return Launch(_spawn_with(job.encode(), settings.token), job.patience)
    except (OSError, NotImplementedError, ValueError) as error:
        raise CannotStartError(str(error)) from error


def _import_path() -> list[str]:
    """Return the folders of our package and of what it needs, and no others of this process's."""
    from importlib.util import find_spec

    folders = {os.path.dirname(PACKAGE): None}
    for name in IMPORTS:
        try:
            spec = find_spec(name)
        except (ImportError, ValueError, AttributeError):
            continue
        origin = spec.origin if spec is not None else None
        if spec is not None and origin is not None and os.path.isfile(origin):
            folder = os.path.dirname(origin)
            folders[os.path.dirname(folder) if spec.submodule_search_locations else folder] = None
    return list(folders)


def _spawn_with(job: bytes, token: str) -> int:
    """Spawn the process in between, with a job on its standard input; return its id."""
    if len(job) > JOB_LIMIT:
        raise ValueError("the settings are too long")
    reading, writing = _pipe()
    try:
        os.set_blocking(writing, False)
        # Its other end is open in this process: nobody gets a SIGPIPE.
        if _write(writing, job) != len(job):
            raise OSError("a pipe takes too little")
        _close(writing)
        writing = -1
        arguments = [sys.executable, "-I", "-S", *_passed_options(), PROGRAM]
        pid: int = _spawn(
            sys.executable,
            arguments,
            _environment(token),
            file_actions=_file_actions(reading),
            setsigmask=[],
            setsigdef=_resettable_signals(),
            setsid=True,
        )
        return pid
    finally:
        _close(reading)
        if writing >= 0:
            _close(writing)


def _passed_options() -> list[str]:
    """Return options of this Python that isolated mode would not take from the environment."""
    options = ["-B"] if sys.dont_write_bytecode else []
    if sys.pycache_prefix:
        options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    if sys.flags.utf8_mode:
        options += ["-X", "utf8"]
    return options


def _environment(token: str) -> dict[str, str]:
    """Return the environment to start with, which everybody of this user can read in `/proc`.

    Nothing of it holds the token, under whatever name.

    A CI system's own variables stay in it, by which it finds and ends what a job has left behind.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "BUILDKITE_ANALYTICS_"))
        and name not in UNWANTED_VARIABLES
        and not (token and token in value)
    }
    environment[GUARD] = "1"
    for name in PATH_VARIABLES:
        if name in environment:
            environment[name] = os.path.abspath(environment[name])
    return environment


def _file_actions(job: int) -> list[tuple[int, ...] | tuple[int, int, str, int, int]]:
    """Return what to open, and all to close that the new process would inherit."""
    nothing = os.devnull
    actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = [
        (os.POSIX_SPAWN_DUP2, job, 0),
        (os.POSIX_SPAWN_OPEN, 1, nothing, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, nothing, os.O_WRONLY, 0),
    ]
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            descriptors = [int(name) for name in _listdir(folder)]
        except (OSError, ValueError):
            continue
        inherited = [each for each in descriptors if each > 2 and _is_inheritable(each)]
        actions += [(os.POSIX_SPAWN_CLOSE, each) for each in inherited]
        break
    return actions


def _is_inheritable(descriptor: int) -> bool:
    try:
        return _get_inheritable(descriptor)
    except OSError:
        # The one that listed the others.
        return False


def _resettable_signals() -> list[int]:
    fixed = (signal.SIGKILL, signal.SIGSTOP)
    return [number for number in signal.valid_signals() if number not in fixed]
