"""What would be sent from here, where each value comes from, and whether anything would be."""

from __future__ import annotations

import json
from typing import Any

from ..component.component import Component
from ..net.url import shown
from ..settings import TABLE, Settings
from ..settings.setting import SECRET
from ..surroundings.run_started import SETTINGS


def overview(component: Component, run_started: str, settings: Settings) -> str:
    """Return it as a text for people."""
    event = json.loads(run_started)
    run_env = json.loads(component.run_env(run_started))
    origins = _origins(component, event, run_env, settings)
    lines = ["run_env"]
    lines += [_row(name, str(value), origins.get(name, "")) for name, value in run_env.items()]
    lines += ["", "settings"]
    for setting in TABLE:
        value = getattr(settings, setting.name)
        source = settings.sources.get(setting.name, "default")
        if setting.name in SECRET:
            value = "set" if value else "not set"
        if setting.name == "api_url" and value:
            value = shown(value)
        if value != "" or source != "default":
            lines.append(_row(setting.name, _text(value), source))
    lines += ["", f"upload: {_whether(settings)}"]
    lines += settings.complaints
    return "\n".join(lines)


def _whether(settings: Settings) -> str:
    if not settings.enabled:
        return f"no, {settings.sources['enabled']} switches it off"
    if not settings.token:
        return "no, BUILDKITE_ANALYTICS_TOKEN is not set"
    if not settings.api_url:
        return "no, it is not known where to"
    return f"yes, to {shown(settings.upload_url)}"


def _origins(
    component: Component, event: dict[str, Any], run_env: dict[str, Any], settings: Settings
) -> dict[str, str]:
    """Return what each value of `run_env` comes from: that without which it would be another."""
    origins: dict[str, list[str]] = {}
    ours = {theirs: settings.sources.get(name, "") for name, theirs in SETTINGS.items()}
    for group in ("environment", "settings", "found"):
        for name, value in event.get(group, {}).items():
            rest = {key: each for key, each in event[group].items() if key != name}
            without = json.loads(component.run_env(json.dumps({**event, group: rest})))
            is_another = without["CI"] != run_env["CI"]
            for field, text in run_env.items():
                # Without what gives a CI system away, everything is another.
                is_part = field == "CI" or str(value) in str(text)
                if without.get(field) != text and (not is_another or is_part):
                    origins.setdefault(field, []).append(ours.get(name, name))
    if "git" in event:
        without = json.loads(component.run_env(json.dumps({**event, "git": None})))
        for field, text in run_env.items():
            if without.get(field) != text:
                origins.setdefault(field, []).append("git")
    if run_env["key"] == event["id"]:
        origins["key"] = ["at random, for this run alone"]
    return {field: ", ".join(names) for field, names in origins.items()}


def _row(name: str, value: str, origin: str) -> str:
    cut = value if len(value) <= 60 else f"{value[:59]}…"
    return f"  {name:<22} {' '.join(cut.split()):<60} {origin}".rstrip()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
