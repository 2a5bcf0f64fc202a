"""Imports as they were when the plugin was loaded, whatever has been put into their way since."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

# Held from the moment of loading, before any conftest.
_path_hooks = tuple(sys.path_hooks)


@contextlib.contextmanager
def original_path_hooks() -> Iterator[None]:
    """Import without what changes code on its way, as `beartype_all()` does: wasmtime cannot."""
    if tuple(sys.path_hooks) == _path_hooks:
        yield
        return
    changed = sys.path_hooks, sys.path_importer_cache
    # The cache holds what the changed hooks have made for each folder.
    sys.path_hooks, sys.path_importer_cache = list(_path_hooks), {}
    try:
        yield
    finally:
        sys.path_hooks, sys.path_importer_cache = changed
