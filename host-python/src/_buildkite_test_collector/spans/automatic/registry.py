"""Hooks into the libraries that are wanted, as soon as they are loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from .hooks import Hooks
from .names import MODULES
from .recorder import CallRecorder


class Registry:
    """The libraries that are wanted, and what was done to those that are loaded."""

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
