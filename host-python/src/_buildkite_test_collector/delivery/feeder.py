"""Feeds a run's lines to the component, but for those on which it fails."""

from __future__ import annotations

from collections.abc import Iterator

from ..component.component import Run
from ..errors import ComponentError

#: How many lines are left out at most. Where more fail, it is not the lines.
LEFT_OUT_LIMIT = 5

#: How often it may fail on lines: on each of these with others, and twice by itself.
FAILURE_LIMIT = 3 * LEFT_OUT_LIMIT


class Feeder:
    """Knows which lines a component has failed on, beyond that component's end.

    A component that has failed is of no use any more. Another one gets all lines again: those among
    which it happened one by one, and in the end all but the line on which that happens every time.
    """

    def __init__(self) -> None:
        #: The numbers of the lines that are left out, counted from 1.
        self.left_out: list[int] = []
        self._fed = 0
        self._failures = 0
        #: Among which lines the component has failed.
        self._suspects = range(0)

    def begin(self) -> None:
        """Begin with the first line, and another component."""
        self._fed = 0

    def feed(self, run: Run, lines: str) -> None:
        """Feed whole lines that follow those before.

        Raises:
            ComponentError: the component has failed; `may_help` says whether another one may not.
        """
        if self._is_doubtful(range(self._fed + 1, self._fed + 1 + _count(lines))):
            for line in _split(lines):
                self._feed(run, line)
        else:
            self._feed(run, lines)

    def may_help(self) -> bool:
        """Return whether all but a few lines can be fed: without the first there is no run."""
        is_bounded = self._failures <= FAILURE_LIMIT and len(self.left_out) <= LEFT_OUT_LIMIT
        return is_bounded and 1 not in self.left_out

    def _is_doubtful(self, numbers: range) -> bool:
        first, last = self._suspects.start, self._suspects.stop - 1
        is_suspect = first <= last and first <= numbers[-1] and last >= numbers[0]
        return is_suspect or any(number in numbers for number in self.left_out)

    def _feed(self, run: Run, part: str) -> None:
        first, count = self._fed + 1, _count(part)
        if first in self.left_out:
            # In its place, so that the lines behind it keep their numbers.
            part = "\n"
        try:
            run.feed(part)
        except ComponentError:
            self._failures += 1
            suspects = range(first, first + count)
            if count == 1 and suspects == self._suspects and first not in self.left_out:
                # For the second time by itself: that is no accident.
                self.left_out.append(first)
            self._suspects = suspects
            raise
        self._fed += count


def _count(lines: str) -> int:
    return lines.count("\n") + (not lines.endswith("\n"))


def _split(lines: str) -> Iterator[str]:
    """Give each line; `str.splitlines` knows more line breaks than JSON has."""
    *whole, rest = lines.split("\n")
    for line in whole:
        yield f"{line}\n"
    if rest:
        yield rest
