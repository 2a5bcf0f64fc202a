"""What the user wants: the command line and the environment, as one typed object."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

#: Where Test Engine takes uploads
#: (https://buildkite.com/docs/test-engine/test-collection/importing-json).
API_URL = "https://analytics-api.buildkite.com/v1"


@dataclass(frozen=True)
class Settings:
    """What the user wants."""

    #: The suite's token; without one nothing is uploaded. Never in a repr.
    token: str | None = field(default=None, repr=False)
    #: The base of the API, without a trailing slash.
    api_url: str = API_URL
    #: How long all uploads at the end of a run may take, in seconds.
    upload_timeout: float = 60.0
    #: How many results go into one upload.
    batch_size: int = 500
    #: Where to write the results as JSON.
    json_path: str | None = None
    #: Whether that file's results are kept.
    merge_json: bool = False
    #: Where to keep the run's events.
    journal_path: str | None = None

    #: Whether to upload a run that a test of another one has started.
    is_nested_wanted: bool = False

    @property
    def is_active(self) -> bool:
        """Whether anybody wants to know of this run."""
        return bool(self.token or self.json_path or self.journal_path)

    @property
    def upload_url(self) -> str:
        """Where uploads go."""
        return f"{self.api_url}/uploads"

    def without_upload(self) -> Settings:
        """Return these settings without a token."""
        return replace(self, token=None)

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings without a command line."""
        return cls(
            token=environ.get("BUILDKITE_ANALYTICS_TOKEN", "").strip() or None,
            api_url=environ.get("BUILDKITE_ANALYTICS_API_URL", "").strip().rstrip("/") or API_URL,
            upload_timeout=_number(environ, "UPLOAD_TIMEOUT", cls.upload_timeout),
            batch_size=int(_number(environ, "UPLOAD_BATCH_SIZE", cls.batch_size)),
        )

    @classmethod
    def of_config(cls, config: pytest.Config) -> Settings:
        """Return the settings of a pytest run."""
        environment = cls.of_environment()
        return cls(
            token=environment.token,
            api_url=environment.api_url,
            upload_timeout=environment.upload_timeout,
            batch_size=environment.batch_size,
            json_path=config.getoption("jsonpath"),
            merge_json=config.getoption("mergejson"),
            is_nested_wanted=config.getoption("buildkite_nested"),
            journal_path=config.getoption("buildkite_journal"),
        )


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    """Return a variable that is a positive number, or the default."""
    try:
        number = float(environ.get(f"BUILDKITE_ANALYTICS_{name}", ""))
    except ValueError:
        return default
    return number if 0 < number < 1e6 else default
