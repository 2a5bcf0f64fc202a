"""The names of libraries in the setting `auto_spans`."""

from __future__ import annotations

#: Those that `on` means.
USUAL = (
    "requests",
    "urllib3",
    "urllib",
    "httpx",
    "aiohttp",
    "sqlalchemy",
    "django",
    "psycopg",
    "asyncpg",
    "sleep",
)

#: Those that are asked for by name: what they tell is not always wanted.
BY_NAME = (
    "sqlite3",
    "psycopg2",
    "pymysql",
    "mysqlclient",
    "asyncio.sleep",
    "botocore",
    "otel",
)


def choose(text: str) -> tuple[list[str], list[str]]:
    """Return the libraries that a setting means, and what in it is no name.

    `on` is all usual ones; a name adds one, and a name behind `-` takes one away.
    """
    chosen: dict[str, None] = {}
    unknown: list[str] = []
    words = [word.strip().lower() for word in text.split(",")]
    if words and all(word.startswith("-") for word in words if word):
        words.insert(0, "on")
    for word in words:
        name = word.removeprefix("-")
        if word in ("on", "true", "yes", "1"):
            chosen |= dict.fromkeys(USUAL)
        elif name not in (*USUAL, *BY_NAME):
            unknown += [word] if word else []
        elif word == name:
            chosen[name] = None
        else:
            chosen.pop(name, None)
    return list(chosen), unknown


def complaints(text: str) -> list[str]:
    """Return what to say of a setting's names; they are not quoted, as no setting's value is."""
    _, unknown = choose(text)
    if not unknown:
        return []
    known = ", ".join((*USUAL, *BY_NAME))
    positions = ", ".join(
        str(place)
        for place, word in enumerate(text.split(","), 1)
        if word.strip().lower() in unknown
    )
    return [f"auto_spans: name {positions} is no library of {known}"]
