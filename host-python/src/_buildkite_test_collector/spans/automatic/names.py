"""The libraries that the setting `auto_spans` knows: a row for each."""

from __future__ import annotations

#: By the library's name, the module that must be loaded, since what tests do not import is not
#: imported for them, and whether `on` means it. The others are asked for by name: their hooks can
#: be seen, or what they tell is not always wanted. Our module in `libraries` has the library's
#: name, with `_` for `.`.
LIBRARIES = {
    "requests": ("requests.sessions", True),
    "urllib3": ("urllib3.poolmanager", True),
    "urllib": ("urllib.request", True),
    "httpx": ("httpx", True),
    "aiohttp": ("aiohttp.client", True),
    "sqlalchemy": ("sqlalchemy.engine", True),
    "django": ("django.db", True),
    "psycopg": ("psycopg", True),
    "asyncpg": ("asyncpg.connection", True),
    "sleep": ("time", True),
    "sqlite3": ("sqlite3", False),
    "psycopg2": ("psycopg2", False),
    "pymysql": ("pymysql.cursors", False),
    "mysqlclient": ("MySQLdb.cursors", False),
    "asyncio.sleep": ("asyncio.tasks", False),
    "botocore": ("botocore.client", False),
    "otel": ("opentelemetry.sdk.trace", False),
}

MODULES = {name: module for name, (module, _) in LIBRARIES.items()}

#: Those that `on` means, and the others.
USUAL = tuple(name for name, (_, is_usual) in LIBRARIES.items() if is_usual)
BY_NAME = tuple(name for name in LIBRARIES if name not in USUAL)

#: What means all usual ones.
ON = ("on", "true", "yes", "1")


def choose(text: str) -> tuple[list[str], list[int]]:
    """Return the libraries that a setting means, and which of its words, from 1, are no names.

    `on` is all usual ones; a name adds one, and a name behind `-` takes one away.
    """
    words = [word.strip().lower() for word in text.split(",")]
    is_on = all(word.startswith("-") for word in words if word)
    chosen = dict.fromkeys(USUAL if is_on else ())
    unknown: list[int] = []
    for place, word in enumerate(words, 1):
        name = word.removeprefix("-")
        if word in ON:
            chosen |= dict.fromkeys(USUAL)
        elif name in LIBRARIES:
            if word == name:
                chosen[name] = None
            else:
                chosen.pop(name, None)
        elif word:
            unknown.append(place)
    return list(chosen), unknown


def complaints(text: str) -> list[str]:
    """Return what to say of a setting's names; they are not quoted, as no setting's value is."""
    _, unknown = choose(text)
    if not unknown:
        return []
    places = ", ".join(map(str, unknown))
    return [f"auto_spans: name {places} is no library of {', '.join(LIBRARIES)}"]
