"""What of a results file a suite has accepted: receipts beside it, in `results.json.sent`.

A file of `--json` is the user's: it is not written to, and it may be changed, replaced or merged
with. So a result is known by a digest of all that it holds. One that was changed is another one,
and of a file that grows, what is new is sent. Each line is what was accepted at once:

    {"suite": "1b0c…", "run": "5f7d…", "left": 20, "results": ["9d4b…", …]}

`left` says how many results were not accepted yet: those belong to the same run as the others. The
suite is that of a token at a server, by a digest from which nobody guesses the token.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .. import private
from ..settings import Settings
from ..text import decoded, encoded
from .receipts import RECEIPTS_LIMIT, Receipts

#: How many times a guess at a token is hashed, and how much of a digest is kept, in hexadecimal.
ROUNDS, DIGEST_LENGTH = 100_000, 32

#: What a line holds, and of which type.
FIELDS = {"suite": str, "run": str, "left": int, "results": list}


class SentResults(Receipts):
    """The receipts of a results file, for one suite.

    No other user is believed: lines of theirs would keep results from being sent.
    """

    def __init__(self, path: str, settings: Settings) -> None:
        """Read what was accepted before.

        Args:
            path: The results file's path with a suffix.
            settings: The token and the server.
        """
        super().__init__(path)
        #: The run to which what is left belongs, by its id; none where nothing is.
        self.run = ""
        self._suite = _suite(settings)
        self._digests: dict[int, str] = {}
        #: Receipts of this delivery, as the component made them.
        self._receipts = ""
        #: Lines of earlier uploads, and whether the file holds anything else.
        self._entries: list[dict[str, Any]] = []
        self._is_stale = False
        #: Why nothing can be written, if that is known.
        self._obstacle: OSError | None = None
        self._read_entries()

    def unsent(self, results: Sequence[object]) -> dict[int, object]:
        """Return the results that were not accepted before, by their places, counted from 1.

        What the file does not hold any more is forgotten with the next receipt.
        """
        digests = [_digest(result) for result in results]
        self._forget_all_but(set(digests))
        accepted: Counter[str] = Counter()
        for entry in self._entries:
            if entry["suite"] == self._suite:
                accepted.update(entry["results"])
                self.run = entry["run"] if entry["left"] else ""
        unsent = {}
        for place, (digest, result) in enumerate(zip(digests, results), 1):
            if accepted[digest]:
                accepted[digest] -= 1
            else:
                unsent[place] = result
                self._digests[place] = digest
        return unsent

    def add(self, receipt: str) -> None:
        """Keep a receipt of the component: the executions are places in the file."""
        self._receipts += receipt + "\n"
        accepted = [
            digest
            for first, last in decoded(receipt)["executions"]
            for place in range(first, last + 1)
            if (digest := self._digests.pop(place, ""))
        ]
        entry = {"suite": self._suite, "run": self.run}
        super().add(encoded({**entry, "left": len(self._digests), "results": accepted}))

    def read(self) -> str:
        """Return what was accepted in this delivery: of the rest the component knows nothing."""
        return self._receipts

    def _read_entries(self) -> None:
        try:
            text = private.read(self._path, RECEIPTS_LIMIT).decode("utf-8", "replace")
        except FileNotFoundError:
            return
        except OSError as error:
            self._obstacle = error
            return
        lines = text.split("\n")
        # Without a line break at its end, the last line was torn off.
        self._is_stale = bool(lines.pop())
        for line in lines:
            entry = _entry(line)
            if entry is None:
                self._is_stale = True
            else:
                self._entries.append(entry)

    def _forget_all_but(self, digests: set[str]) -> None:
        for entry in self._entries:
            kept = [digest for digest in entry["results"] if digest in digests]
            self._is_stale |= len(kept) < len(entry["results"])
            entry["results"] = kept

    def _append(self, lines: str) -> None:
        if self._obstacle is not None:
            raise self._obstacle
        if not self._is_stale:
            super()._append(lines)
            return
        kept = [encoded(entry) + "\n" for entry in self._entries if entry["results"]]
        private.replace(self._path, "".join([*kept, lines]).encode())
        self._is_stale = False


def _entry(line: str) -> dict[str, Any] | None:
    """Read a line; none where it makes no sense."""
    try:
        entry = decoded(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    is_whole = all(isinstance(entry.get(name), kind) for name, kind in FIELDS.items())
    return entry if is_whole and all(isinstance(each, str) for each in entry["results"]) else None


def _digest(result: object) -> str:
    """Return what tells a result from any other."""
    text = json.dumps(result, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def _suite(settings: Settings) -> str:
    """Return what tells a suite at a server from any other."""
    token = settings.token.encode("utf-8", "surrogateescape")
    server = settings.upload_url.encode("utf-8", "surrogateescape")
    return hashlib.pbkdf2_hmac("sha256", token, server, ROUNDS).hex()[:DIGEST_LENGTH]
