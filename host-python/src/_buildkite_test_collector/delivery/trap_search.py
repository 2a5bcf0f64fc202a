"""Finds the line at which the component traps, so that all others are delivered without it.

After a trap another component is fed from the first line on, and the lines among which it trapped
in smaller and smaller pieces: a half of them, a half of the rest and so on, until a piece is one
line that makes it trap again. From then on an empty line is fed in its stead.
"""

from __future__ import annotations

from collections.abc import Iterator

#: How many components are tried for all of it, and how many lines are passed over. A line takes up
#: to a dozen; where one follows another, it is not the lines that are at fault.
TRIES, LINES = 40, 3


class TrapSearch:
    """What is known of the lines that make the component trap, by their numbers from 1."""

    def __init__(self) -> None:
        #: The lines that are passed over.
        self.passed_over: list[int] = []
        self._tries = 0
        #: Lines one of which makes it trap, as far as is known.
        self._suspects = range(0)
        #: What is being fed, and the line that comes next.
        self._piece = range(0)
        self._next = 1

    def begin(self) -> None:
        """Another component is fed from the first line on."""
        self._piece = range(0)
        self._next = 1

    def pieces(self, lines: str) -> Iterator[str]:
        """Give whole lines that are to be fed next, in pieces; the next one, once one is fed."""
        count = lines.count("\n") + (not lines.endswith("\n"))
        numbers = range(self._next, self._next + count)
        if not any(each in numbers for each in (*self.passed_over, *self._suspects)):
            parts = {numbers: lines}
        else:
            each = lines.split("\n")
            kept = ["" if n in self.passed_over else each[n - self._next] for n in numbers]
            parts = {
                piece: "\n".join(kept[piece.start - self._next : piece.stop - self._next]) + "\n"
                for piece in self._cut(numbers)
            }
        for piece, text in parts.items():
            self._piece = piece
            yield text
            self._piece = range(0)
        self._next = numbers.stop

    def trapped(self) -> bool:
        """The component has trapped at the piece that was given last.

        Return whether that was one, and another component may get further.
        """
        if not self._piece:
            return False
        self._tries += 1
        if self._piece.start in self.passed_over:
            # It traps at an empty line: the lines are not at fault.
            self._tries = TRIES
        elif len(self._piece) == 1 and self._piece == self._suspects:
            # For the second time: what happens once may be no fault of the line's.
            self.passed_over.append(self._piece.start)
            self._suspects = range(0)
        else:
            self._suspects = self._piece
        return self._tries < TRIES and len(self.passed_over) <= LINES

    def _cut(self, numbers: range) -> Iterator[range]:
        """Cut lines into those before the suspects, ever smaller pieces of these, and the rest."""
        low, high = self._suspects.start, self._suspects.stop
        cuts = [low]
        while high - low > 1:
            low += (high - low + 1) // 2
            cuts.append(low)
        start = numbers.start
        for cut in [*cuts, high, numbers.stop]:
            stop = min(max(cut, start), numbers.stop)
            if stop > start:
                yield range(start, stop)
            start = stop
