"""botocore, and boto3 over it: `_make_api_call`, once for a call with its retries."""

from __future__ import annotations

from typing import Any

from botocore.client import BaseClient

from ..hooks import Hooks
from ..recorder import HTTP, Detail


def install(hooks: Hooks) -> None:
    """Record each operation as a request to its service."""
    hooks.wrap(BaseClient, "_make_api_call", HTTP, _describe)


def _describe(client: Any, operation_name: str, *args: Any) -> Detail:
    del args
    return operation_name, client.meta.endpoint_url, "botocore"
