"""Commands in namespaces of their own, where this machine allows it: processes, mounts, names."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Gives the command a `/tmp` of its own that holds what is in the real one, but for our directories
#: there: those are of the whole machine.
OWN_TMP = """
mount -t tmpfs none /mnt
mkdir /mnt/tmp
mount --rbind /tmp /mnt/tmp
mount -t tmpfs -o mode=1777 none /tmp
for each in /mnt/tmp/*/; do
    case "$each" in /mnt/tmp/buildkite-test-collector*) continue;; esac
    name=/tmp/$(basename "$each")
    mkdir "$name"
    mount --bind "$each" "$name"
done
"""

#: Gives the command a `/dev` of its own: what it does there to devices and links ends with it.
OWN_DEV = """
mount -t tmpfs none /mnt
cp -a /dev/null /dev/zero /dev/full /dev/urandom /dev/tty /dev/fd /dev/stdin /mnt
cp -a /dev/stdout /dev/stderr /mnt
mkdir /mnt/shm
mount --move /mnt /dev
"""


def in_namespace(command: Sequence[str], prepare: str, *options: str) -> list[str]:
    """Return a command that runs another one in namespaces, after a script that prepares those.

    Where that is not allowed, the test is skipped.

    Args:
        command: What to run.
        prepare: A script for `sh`.
        options: Those of `unshare` that say which namespaces there are.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare")
    # Where processes have a namespace, the shell is its first one, and stays.
    start = "" if "--pid" in options else "exec "
    script = f"set -e\n{prepare}\n{start}{shlex.join(command)}\n"
    probe = f"set -e\n{prepare}\ntrue\n"
    tried = subprocess.run(
        [unshare, *options, "sh", "-c", probe], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip(f"namespaces are not allowed here: {tried.stderr.strip()}")
    return [unshare, *options, "sh", "-c", script]
