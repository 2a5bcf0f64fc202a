"""A run as Test Engine's page would list it: the uploads that share a key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .request import Request
    from .schema import JsonObject


@dataclass
class Run:
    """What was kept of one CI run."""

    key: str
    #: The page that an answer's ``run_url`` names. Nothing is served there.
    url: str
    #: Of the run's first upload.
    run_env: JsonObject
    #: The tags of the run's first upload.
    tags: JsonObject
    #: The uploads that were taken, in the order of arrival.
    requests: list[Request] = field(default_factory=list, repr=False)

    @property
    def executions(self) -> list[JsonObject]:
        """Its results in the order of arrival."""
        return [result for request in self.requests for result in request.kept]


def run_id(key: str) -> str:
    """The same id for the same key, in every process."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def run_url(site: str, key: str) -> str:
    """The run's page; ``site`` is the scheme and host, without a slash at the end."""
    return f"{site}/runs/{run_id(key)}"


def runs(requests: Iterable[Request], site: str) -> list[Run]:
    """The runs that these requests belong to, by their first arrival; refused ones have none."""
    found: dict[str, Run] = {}
    for request in requests:
        if not request.taken:
            continue
        run_env = request.body["run_env"]
        key = run_env["key"]
        tags = request.body.get("tags", {})
        run = found.setdefault(key, Run(key, run_url(site, key), run_env, tags))
        run.requests.append(request)
    return list(found.values())
