"""One table for all hosts: which variable is which field of `settings`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from _buildkite_test_collector.settings import TABLE, Settings
from _buildkite_test_collector.surroundings.run_started import SETTINGS, run_started

from .npm import NAME, install, node

ROOT = Path(__file__).parents[2]

#: The table, as hosts read it.
ROWS = [line.split(" ") for line in (ROOT / "wit/settings.txt").read_text("utf-8").splitlines()]

#: A value for each variable.
ENVIRON = {variable: "true" if switch else f"the {field}" for variable, field, *switch in ROWS}

#: What `run-started` says of them.
FIELDS = {field: True if switch else f"the {field}" for _, field, *switch in ROWS}


def test_the_plugin_has_the_table() -> None:
    event = json.loads(run_started("r", "1", Settings.of_environment(ENVIRON), ENVIRON))

    assert event["settings"] == FIELDS
    assert set(SETTINGS.values()) == set(FIELDS)
    assert {setting.name for setting in TABLE} >= set(SETTINGS)


def test_the_npm_package_has_the_table(tmp_path: Path, environ: dict[str, str]) -> None:
    install(tmp_path)
    script = f"""
        import {{ runStarted }} from "{NAME}/host";
        console.log(JSON.stringify(runStarted([], {{ name: "r" }})));
    """
    done = node(tmp_path, environ | ENVIRON, "--input-type=module", "--eval", script)

    assert json.loads(done.stdout)["settings"] == FIELDS


def test_the_schema_has_the_fields() -> None:
    schema = json.loads((ROOT / "wit/events.schema.json").read_text("utf-8"))
    settings = schema["$defs"]["run-started"]["properties"]["settings"]

    assert set(settings["properties"]) == set(FIELDS)


def test_the_page_shows_the_table() -> None:
    text = Path(__file__).with_name("README.md").read_text("utf-8")
    shown = re.findall(
        r"^\| `(BUILDKITE_ANALYTICS_\w+)` \| `settings\.(\w+)` \|", text, re.MULTILINE
    )

    assert sorted(shown) == sorted((variable, field) for variable, field, *_ in ROWS)
