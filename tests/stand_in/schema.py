"""The documented form of an upload: ``upload.schema.json``, and the rules it has no words for.

Numbers need no rule of their own here: JSON has no infinity and no NaN, and ``intake`` refuses a
body that spells one anyway.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

JsonObject = dict[str, Any]

SCHEMA: JsonObject = json.loads(
    Path(__file__).with_name("upload.schema.json").read_text(encoding="utf-8")
)

#: A tag's value has less bytes of UTF-8 than this.
TAG_VALUE_BYTES = 128

#: How much of a complaint is kept, in characters: jsonschema quotes the whole value before it says
#: what is wrong with it, and that value can be all of an upload.
COMPLAINT_LENGTH = 200

_formats = FormatChecker(formats=())


@_formats.checks("tag-keys", raises=ValueError)
def _is_free_of_prefixes(tags: object) -> bool:
    """No key is a dotted prefix of another (``service`` beside ``service.name``)."""
    keys = tags if isinstance(tags, dict) else {}
    for key in keys:
        parts = key.split(".")
        for end in range(1, len(parts)):
            prefix = ".".join(parts[:end])
            if prefix in keys:
                raise ValueError(f"{prefix!r} is a dotted prefix of {key!r}")
    return True


@_formats.checks("tag-value", raises=ValueError)
def _is_short_in_bytes(value: object) -> bool:
    """A value of few characters can still have many bytes."""
    size = len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else 0
    if size >= TAG_VALUE_BYTES:
        raise ValueError(f"has {size} bytes, must have less than {TAG_VALUE_BYTES}")
    return True


def _validator(schema: JsonObject) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=_formats)


# Test Engine judges the envelope as a whole and then result by result: one bad result is skipped,
# a bad envelope refuses all. The one schema file is the source of both.
_data = {key: rule for key, rule in SCHEMA["properties"]["data"].items() if key != "items"}
_envelope = _validator({**SCHEMA, "properties": {**SCHEMA["properties"], "data": _data}})
_result = _validator({"$ref": "#/$defs/result", "$defs": SCHEMA["$defs"]})


def envelope_problems(body: object) -> list[str]:
    """What is wrong with an upload apart from its results, a line each.

    For example ``body.run_env: 'key' is a required property``.
    """
    return _told(_envelope.iter_errors(body), "body")


def result_problems(result: object, index: int) -> list[str]:
    """What is wrong with one result, a line each; ``index`` is its place in ``data``, from 0.

    For example ``data[3].history: 'duration' is a required property``.
    """
    try:
        return _told(_result.iter_errors(result), f"data[{index}]")
    except RecursionError:
        return [f"data[{index}]: spans are nested too deep to be checked"]


def _told(errors: Iterator[ValidationError], root: str) -> list[str]:
    return sorted(
        f"{error.json_path.replace('$', root, 1)}: {_shortened(str(error.cause or error.message))}"
        for error in errors
    )


def _shortened(complaint: str) -> str:
    if len(complaint) <= COMPLAINT_LENGTH:
        return complaint
    half = COMPLAINT_LENGTH // 2
    return f"{complaint[:half]} … {complaint[-half:]}"
