"""What the component costs in wasmtime-py: to start it, and to have it fold events.

``python component.py WASM EVENTS TARGET`` prints milliseconds of CPU, sizes and rates as JSON. The
target is `native`, or `pulley64`: the bytecode that every wasmtime can run.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from engine import engine

INTERFACE = "buildkite:test-collector/collector@2.1.0"

#: As the plugin feeds events, in characters.
CHUNK = 256 * 1024


class Watch:
    """CPU time of this process, from one reading to the next."""

    def __init__(self) -> None:
        self._last = _cpu()

    def read(self) -> float:
        """Return milliseconds since the last time."""
        now = _cpu()
        spent, self._last = now - self._last, now
        return spent


def main(wasm: str, events: str, target: str) -> None:
    """Measure and print."""
    code = Path(wasm).read_bytes()
    chunks = list(_chunks(Path(events).read_text(encoding="utf-8").splitlines(keepends=True)))
    costs: dict[str, float] = {}
    # It is there before any plugin, and has much of what wasmtime imports.
    import pytest  # noqa: F401

    watch = Watch()

    from wasmtime import Store, WasiConfig, component

    costs["import"] = watch.read()
    chosen = None if target == "native" else target
    component.Component(engine("none", chosen), code)
    costs["compile_unoptimized"] = watch.read()
    optimized = engine("speed", chosen)
    compiled = component.Component(optimized, code)
    costs["compile"] = watch.read()
    artefact = compiled.serialize()
    costs["serialize"] = watch.read()
    loaded = component.Component.deserialize(optimized, artefact)
    costs["load"] = watch.read()
    linker = component.Linker(optimized)
    linker.add_wasip2()
    store = Store(optimized)
    store.set_wasi(WasiConfig())
    instance = linker.instantiate(store, loaded)
    interface = instance.get_export_index(store, INTERFACE)

    def function(name: str) -> Any:
        index = instance.get_export_index(store, name, interface)
        assert index is not None
        return instance.get_func(store, index)

    run = function("[constructor]run")(store, {"uploads"})
    feed, finish, take = (
        function(f"[method]run.{name}") for name in ("feed", "finish", "take-upload")
    )
    costs["instantiate"] = watch.read()
    for chunk in chunks:
        feed(store, run, chunk)
    finish(store, run)
    costs["feed"] = watch.read()
    size = 0
    while (upload := take(store, run, 500)) is not None:
        size += len(upload.body)
    costs["take"] = watch.read()
    costs["artefact_bytes"] = len(artefact)
    costs["events"] = sum(chunk.count("\n") for chunk in chunks)
    costs["fed_bytes"] = sum(map(len, chunks))
    costs["taken_bytes"] = size
    print(json.dumps(costs))


def _chunks(lines: list[str]) -> list[str]:
    chunks, chunk, size = [], [], 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if size >= CHUNK:
            chunks.append("".join(chunk))
            chunk, size = [], 0
    return [*chunks, "".join(chunk)]


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


if __name__ == "__main__":
    main(*sys.argv[1:])
