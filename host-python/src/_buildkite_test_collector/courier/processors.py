"""How many processors this process may use."""

from __future__ import annotations

import os

#: Where Linux has control groups.
CGROUPS = "/sys/fs/cgroup"

#: Where it says which of them this process is in.
MEMBERSHIP = "/proc/self/cgroup"


def usable_processors() -> int:
    """Return it, by affinity and by the quotas of control groups; at least 1."""
    try:
        count = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        count = os.cpu_count() or 1
    quota = _quota()
    return max(1, count if quota is None else min(count, int(quota)))


def _quota() -> float | None:
    """Return how many processors' time the control groups around this process allow.

    https://docs.kernel.org/admin-guide/cgroup-v2.html, and `cpu.cfs_quota_us` of version 1.
    """
    lines = _text(MEMBERSHIP).splitlines()
    groups = {fields[1]: fields[2] for line in lines if len(fields := line.split(":", 2)) == 3}
    quotas = []
    # In a container, the path is seen from outside, and the files are at the top.
    for folder in {"", *_with_parents(groups.get("", ""))}:
        quota, _, period = _text(f"{CGROUPS}{folder}/cpu.max").partition(" ")
        quotas.append((quota, period))
    for name, group in groups.items():
        if "cpu" in name.split(","):
            for folder in {"", *_with_parents(group)}:
                place = f"{CGROUPS}/cpu{folder}"
                quotas.append(
                    (_text(f"{place}/cpu.cfs_quota_us"), _text(f"{place}/cpu.cfs_period_us"))
                )
    allowed = []
    for quota, period in quotas:
        try:
            if int(quota) > 0:
                allowed.append(int(quota) / int(period))
        except (ValueError, ZeroDivisionError):
            continue
    return min(allowed, default=None)


def _with_parents(group: str) -> list[str]:
    parts = group.strip("/").split("/") if group.strip("/") else []
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(4096).strip()
    except OSError:
        return ""
