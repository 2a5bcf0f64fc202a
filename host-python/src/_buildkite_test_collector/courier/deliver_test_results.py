"""The program of the courier. It becomes nobody's child, learns its job, and does it.

The first process forks and ends at once, since the test process waits for it: as little as
possible is imported before.
"""

import posix
import sys
import time


def main() -> None:
    """Run the courier."""
    middle = posix.getpid()
    if posix.fork():
        posix._exit(0)
    # The first process is about to end, and its parent or the system becomes ours.
    while posix.getppid() == middle:
        time.sleep(0.001)
    data = b""
    while block := posix.read(0, 64 * 1024):
        data += block
    import json

    fields = json.loads(data)
    if posix.getppid() == fields["pid"]:
        # We would be a child of the test process after all, which waits for us and delivers.
        posix._exit(0)
    posix.setsid()
    posix.dup2(posix.open("/dev/null", posix.O_RDONLY), 0)
    posix.chdir("/")
    sys.path += fields["path"]
    from _buildkite_test_collector.courier.courier import deliver
    from _buildkite_test_collector.courier.job import Job

    deliver(Job.decode(data))


if __name__ == "__main__":
    main()
