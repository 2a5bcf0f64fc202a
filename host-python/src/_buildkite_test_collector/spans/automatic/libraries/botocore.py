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
    """Say which operation, and where it goes: the path with the names of its parameters alone."""
    del args
    service = client.meta.service_model
    http = service.operation_model(operation_name).http
    url = client.meta.endpoint_url.rstrip("/") + http.get("requestUri", "/")
    return http.get("method"), url, f"botocore.{operation_name}"
