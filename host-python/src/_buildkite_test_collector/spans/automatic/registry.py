"""Which libraries there are, which are wanted, and which are loaded: a row for each library."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from .hooks import Hooks
from .recorder import CallRecorder

#: The module that must be loaded, by the library's name in the setting: what tests do not import is
#: not imported for them. The module in `libraries` has that name, with `_` for `.`.
MODULES = {
    "requests": "requests.sessions",
    "urllib3": "urllib3.poolmanager",
    "urllib": "urllib.request",
    "httpx": "httpx",
    "aiohttp": "aiohttp.client",
    "sqlalchemy": "sqlalchemy.engine",
    "django": "django.db",
    "psycopg": "psycopg",
    "asyncpg": "asyncpg.connection",
    "sleep": "time",
    "sqlite3": "sqlite3",
    "psycopg2": "psycopg2",
    "pymysql": "pymysql.cursors",
    "mysqlclient": "MySQLdb.cursors",
    "asyncio.sleep": "asyncio.tasks",
    "botocore": "botocore.client",
    "otel": "opentelemetry.sdk.trace",
}


class Registry:
    """Hooks into the libraries that are wanted, as soon as they are loaded."""

    def __init__(self, names: Iterable[str], recorder: CallRecorder) -> None:
        """Hook into libraries of those names."""
        self._recorder = recorder
        self._awaited = dict.fromkeys(names)
        self._hooks: list[Hooks] = []
        #: What went wrong, in sentences.
        self.problems: list[str] = []

    def look(self) -> None:
        """Hook into what was loaded since the last time."""
        modules = sys.modules
        for name in list(self._awaited):
            module = modules.get(MODULES[name])
            if module is None:
                continue
            # While it is being imported, by another thread, say, it is not whole.
            package = modules.get(MODULES[name].partition(".")[0])
            if any(_is_being_imported(each) for each in (module, package)):
                continue
            del self._awaited[name]
            hooks = Hooks(self._recorder)
            self._hooks.append(hooks)
            try:
                import_module(f".libraries.{name.replace('.', '_')}", __package__).install(hooks)
            except Exception as error:
                # Another version of it, of which we know nothing.
                hooks.remove()
                self.problems.append(f"auto_spans: {name} is not recorded: {error!r}")

    def remove(self) -> None:
        """Take all hooks away."""
        self._recorder.close()
        for hooks in reversed(self._hooks):
            hooks.remove()


def _is_being_imported(module: ModuleType | None) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
