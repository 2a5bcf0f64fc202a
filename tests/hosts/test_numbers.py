"""Numbers as writers of other languages write them: the schema allows what the component takes.

The contract tests hold both together for values of every type. Here are the texts that no value of
Rust's `serde_json` stands for: beyond 64 bits, beyond doubles, and whole numbers in any spelling.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from .test_cases import component

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json.loads((Path(__file__).parents[2] / "wit/events.schema.json").read_text("utf-8"))

NUMBERS = (
    *("0", "-0", "1", "-1", "1.0", "1e2", "1E+2", "100e-2", "-1.0", "0.0", "-0.0"),
    *("1.5", "1e-2", "1.25e1", "1.25e2", "0e400"),
    *("9007199254740991", "9007199254740992", "-9007199254740991", "-9007199254740992"),
    *("9007199254740991.0", "9007199254740992.0", "9.007199254740991e15", "1e16"),
    *("4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615"),
    *("18446744073709551616", "-9223372036854775809", "1" + "0" * 30, "1" + "0" * 400),
    *("1e400", "-1e400"),
)

EXAMPLES = {name: SCHEMA["$defs"][name]["examples"][0] for name in (
    *("run-started", "test-started", "span", "auto-span", "tag", "phase", "test-finished"),
    *("result", "uploaded", "run-finished", "run-aborted"),
)}  # fmt: skip

#: Stands for a number's text in a line.
MARK = "here is the number"


def lines(event: str) -> Iterator[str]:
    """Yield the event's example with each number for each of its fields, and for a new one."""
    example = EXAMPLES[event]
    for field in (*example, "of-another-version"):
        if field == "event":
            continue
        marked = json.dumps({**example, field: MARK})
        for number in NUMBERS:
            yield marked.replace(f'"{MARK}"', number)


def faults(line: str) -> list[str]:
    """Return what the component says of a line: that it is none, or what it ignores of it."""
    run = component().run(uploads=False, results=False)
    rejected = [str(each) for each in run._call("feed", line).rejected]
    problems = run._call("summary").problems
    return rejected + [problem for problem in problems if ", ignored field " in problem]


def is_of_doubles(value: dict[str, Any]) -> bool:
    """Return whether a double can hold each number: a schema cannot say that of any value."""
    numbers = [each for each in value.values() if isinstance(each, (int, float))]
    return all(abs(number) <= sys.float_info.max for number in numbers)


@pytest.mark.parametrize("event", EXAMPLES)
def test_the_schema_and_the_component_agree(event: str) -> None:
    validator: Any = jsonschema.Draft202012Validator(SCHEMA)
    disagreements = []
    for line in lines(event):
        found = faults(line)
        value = json.loads(line)
        is_allowed = validator.is_valid(value) and is_of_doubles(value)
        if is_allowed == bool(found):
            disagreements.append((line, found))
    assert disagreements == []


def test_there_are_many_lines() -> None:
    assert sum(1 for event in EXAMPLES for _ in lines(event)) > 2_000
