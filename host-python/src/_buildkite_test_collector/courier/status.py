"""How far the courier is: a small file that it replaces, and that the test process reads.

    {"state": "ready", "pid": 4711, "birth": "114619"}
    {"state": "delivering", …, "sent": 1500, "waiting": 500, "tries": 1}
    {"state": "finished", …, "report": {…}}
    {"state": "taken-over"}    written by the test process: it delivers by itself

A test of the same user can forge it, and nothing can be done about that: what is read here is
bounded, and of no more use than a text on the terminal.
"""

from __future__ import annotations

from typing import Any

from .. import private
from ..text import json_bytes, of_json_bytes

#: How many bytes of a status are read.
STATUS_LIMIT = 256 * 1024

READY, DELIVERING, FINISHED, TAKEN_OVER = "ready", "delivering", "finished", "taken-over"


def write_status(path: str, state: str, **fields: object) -> None:
    """Replace the status.

    Raises:
        OSError: it cannot be written.
    """
    private.replace(path, json_bytes({"state": state, **fields}))


def read_status(path: str) -> dict[str, Any]:
    """Return the status; an empty one where there is none, or none that makes sense."""
    try:
        status = of_json_bytes(private.read(path, STATUS_LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return status if isinstance(status, dict) else {}
