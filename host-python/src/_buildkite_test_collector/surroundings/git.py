"""What git knows of the commit that is tested: asked where the user wants it, and never trusted."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from typing import Any

#: How long git may take, in seconds.
PATIENCE = 2.0

#: How many commits are asked for, and how much of git's answer is used, in characters.
COMMITS, ANSWER = 20, 256 * 1024

#: What may be a commit's hash, alone or in the message of a merge.
_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{7,64}(?![0-9A-Za-z])")

#: Between a commit's parts, and between commits: neither is in any message.
_PART, _COMMIT = "\x00", "\x1e"


def known(texts: Iterable[str]) -> dict[str, Any]:
    """Return the branch and the commits that git knows: the checked out one and its parents first.

    Those whose hashes are in the texts follow. Without git, a repository or an answer in time there
    are none. No network is used, and nothing is written.
    """
    said = _git("rev-parse", "--abbrev-ref", "HEAD")
    if said is None:
        return {}
    hashes = dict.fromkeys(match for text in texts for match in _HASH.findall(text[:1000]))
    log = _git(
        "log",
        "--no-walk=unsorted",
        "--ignore-missing",
        "--no-show-signature",
        "--format=%H%x00%B%x1e",
        "HEAD",
        "HEAD^@",
        *list(hashes)[:COMMITS],
        "--",
    )
    commits = []
    for commit in (log or "")[:ANSWER].split(_COMMIT):
        sha, _, message = commit.strip("\n").partition(_PART)
        if _HASH.fullmatch(sha):
            commits.append({"sha": sha, "message": message.strip()})
    return {"branch": said.strip(), "commits": commits}


def _git(*arguments: str) -> str | None:
    """Return what a command says; none where it fails or takes long."""
    environ = {
        **os.environ,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "--no-pager", *arguments],  # noqa: S607
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
