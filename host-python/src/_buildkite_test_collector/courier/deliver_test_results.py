"""The program of the courier. It becomes nobody's child, learns its job, and does it.

Until it is needed it imports next to nothing: the test process waits for the first process here,
short runs are over before anything else pays, and on one processor the tests need that.
"""

import fcntl
import gc
import marshal
import posix
import select
import sys
import time


def main() -> None:
    """Run the courier."""
    become_nobodys_child()
    # The test process has written it.
    job = marshal.loads(read_all(0))  # noqa: S302
    if posix.getppid() == job["pid"]:
        # We would be a child of the test process after all, which waits for us and delivers.
        posix._exit(0)
    posix.setsid()
    nothing = posix.open("/dev/null", posix.O_RDONLY)
    posix.dup2(nothing, 0)
    posix.close(nothing)
    posix.chdir("/")
    wake = open_pipe(job["directory"] + "/wake")
    owner = open_process(job["pid"])
    wait_until_needed(owner, wake, job["patience"])
    # Held to our end: whoever else would deliver this run sees by it that we do.
    lock = take_lock(job["directory"] + "/run.json")
    if lock is None:
        remove_pipe(job["directory"])
        return
    # Nothing that is loaded goes away again: to look for garbage takes a tenth of the time.
    gc.disable()
    sys.path += job["path"]
    from _buildkite_test_collector.courier.courier import deliver
    from _buildkite_test_collector.courier.job import Job

    deliver(Job(**job), wake, owner)
    # All is written, and to take apart what is loaded would cost a twentieth of all.
    posix._exit(0)


def become_nobodys_child() -> None:
    """Fork and end, and return in the child once it has another parent."""
    parent = posix.getpid()
    if posix.fork():
        posix._exit(0)
    while posix.getppid() == parent:
        time.sleep(0.001)


def read_all(descriptor: int) -> bytes:
    """Return what is in a pipe."""
    data = b""
    while block := posix.read(descriptor, 64 * 1024):
        data += block
    return data


def open_pipe(path: str) -> "int | None":
    """Make and open the pipe by which we are woken; some file systems have none."""
    try:
        posix.mkfifo(path, 0o600)
        # For both ways, so that it has no end while nobody writes.
        return posix.open(path, posix.O_RDWR | posix.O_NONBLOCK | posix.O_CLOEXEC)
    except OSError:
        return None


def open_process(pid: int) -> "int | None":
    """Return a descriptor of a process, which says how it ended also when that is long ago."""
    try:
        return posix.pidfd_open(pid)
    except (AttributeError, OSError):
        # It is dead, or the system has no such descriptors.
        return None


def remove_pipe(directory: str) -> None:
    """Remove the pipe of a run that was over, and removed, just when the pipe was made."""
    try:
        posix.stat(directory + "/run.json")
    except OSError:
        try:
            posix.unlink(directory + "/wake")
            for _ in ("run", "project", "all"):
                posix.rmdir(directory)
                directory = directory.rpartition("/")[0]
        except OSError:
            pass


def wait_until_needed(owner: "int | None", wake: "int | None", seconds: float) -> None:
    """Wait for as long as the run may be too short for us, or until it ends."""
    poll = select.poll()
    for descriptor in (wake, owner):
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
    poll.poll(1000 * (seconds if owner is not None else min(seconds, 0.25)))


def take_lock(path: str) -> "int | None":
    """Lock a file, or return nothing: somebody else has, or there is none."""
    try:
        # For writing: NFS locks no other file.
        lock = posix.open(path, posix.O_RDWR | posix.O_NOFOLLOW | posix.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    return lock


if __name__ == "__main__":
    main()
