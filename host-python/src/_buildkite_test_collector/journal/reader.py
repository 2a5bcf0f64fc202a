"""The read side of the journal: whole lines, while somebody still writes them."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence

from .. import private

#: How much is read at once, in bytes.
BLOCK = 256 * 1024

#: How many bytes before the place of reading must be what they were.
TAIL = 64

#: What the lines begin with that say that an upload, or traces, were accepted.
RECEIPTS = (b'{"event":"uploaded"', b'{"event":"exported"')


class JournalReader:
    """Reads on in a journal from where it read last.

    The journal is its files, one behind the other, and what no file took. Its first file is opened
    once: whoever removes it removes nothing that was written. What the writer makes in its place
    begins with the first line once more.
    """

    def __init__(
        self, files: Sequence[str], unwritten: Callable[[], Iterable[bytes]] = tuple
    ) -> None:
        """Read files of which the first must be there, and what comes behind them.

        Args:
            files: The paths, in order; none where all is in memory.
            unwritten: Returns what the files do not hold; called when all of them are read.
        """
        #: What a person should hear of, in sentences.
        self.notes: list[str] = []
        #: How many bytes were read.
        self.position = 0
        self._files = files
        self._unwritten = unwritten
        self._descriptor: int | None = None
        self._index = 0
        self._identity = (0, 0)
        self._offset = 0
        #: The last bytes that were read of the file.
        self._tail = b""
        self._first_line = b""
        self._partial = b""
        self._unwritten_read = 0

    def rewind(self) -> None:
        """Begin with the first line again, of what is still there."""
        self.close()
        self._index = 0
        self._first_line = self._partial = b""
        self.position = self._unwritten_read = 0

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def size(self) -> int:
        """Return how many bytes there are now, read or not."""
        total = sum(map(len, self._unwritten()))
        for path in self._files:
            with contextlib.suppress(OSError):
                total += os.stat(path).st_size
        return total

    def holds(self, text: bytes) -> bool:
        """Return whether a text is in it."""
        other = JournalReader(self._files, self._unwritten)
        end = b""
        try:
            for block in other._blocks():
                if text in end + block:
                    return True
                end = block[-len(text) :]
        finally:
            other.close()
        return False

    def chunks(self) -> Iterator[str]:
        """Give back the whole lines that were added since the last time, some at once."""
        for block in self._blocks():
            end = block.rfind(b"\n") + 1
            if not end:
                self._partial += block
                continue
            lines, self._partial = self._partial + block[:end], block[end:]
            yield lines.decode("utf-8", "replace")

    def partial_line(self) -> str:
        """Return what stands behind the last line break: a line that is not whole, or nothing."""
        partial, self._partial = self._partial, b""
        return partial.decode("utf-8", "replace")

    def _blocks(self) -> Iterator[bytes]:
        while True:
            if self._descriptor is None and not self._open():
                break
            if self._was_truncated():
                self._begin_again()
            while block := os.read(self._descriptor, BLOCK):  # type: ignore[arg-type]
                self._offset += len(block)
                self._tail = (self._tail + block)[-TAIL:]
                self.position += len(block)
                yield self._without_first_line(block)
            if not self._moves_on():
                break
        skipped = self._unwritten_read
        for part in self._unwritten():
            fresh = part[skipped:]
            skipped = max(0, skipped - len(part))
            self._unwritten_read += len(fresh)
            self.position += len(fresh)
            yield fresh

    def _open(self) -> bool:
        """Open the file that comes next; return whether it is there."""
        if not self._files:
            return False
        try:
            self._descriptor = private.open_for_reading(self._files[self._index])
            status = os.fstat(self._descriptor)
            if stat.S_ISDIR(status.st_mode):
                self.close()
                raise IsADirectoryError(self._files[self._index])
        except OSError:
            if self._index == 0 and not self._unwritten_read:
                return self._skip_missing_file()
            return False
        self._identity = (status.st_dev, status.st_ino)
        self._offset = 0
        self._tail = b""
        return True

    def _skip_missing_file(self) -> bool:
        """Go on with the second file where the first never was."""
        if len(self._files) > 1 and os.path.exists(self._files[1]):
            self._index = 1
            return self._open()
        return False

    def _moves_on(self) -> bool:
        """Return whether there is another file to read, when one is read to its end."""
        path = self._files[self._index]
        with contextlib.suppress(OSError):
            status = os.stat(path)
            if (status.st_dev, status.st_ino) != self._identity:
                self.close()
                return True
            if status.st_size < self._offset:
                self._begin_again()
                return True
        if self._index + 1 < len(self._files) and os.path.exists(self._files[self._index + 1]):
            self._index += 1
            self.close()
            return True
        return False

    def _was_truncated(self) -> bool:
        """Return whether what was read is gone, though the file has grown beyond it since."""
        if not self._tail or self._descriptor is None:
            return False
        # Without `pread`, which Windows does not have.
        os.lseek(self._descriptor, self._offset - len(self._tail), os.SEEK_SET)
        there = os.read(self._descriptor, len(self._tail))
        os.lseek(self._descriptor, self._offset, os.SEEK_SET)
        # What is shorter is seen by its size.
        return len(there) == len(self._tail) and there != self._tail

    def _begin_again(self) -> None:
        """Read a file from its first byte that somebody has truncated."""
        self._note(f"{self._files[self._index]} was truncated while the tests ran")
        os.lseek(self._descriptor or 0, 0, os.SEEK_SET)
        self._offset = 0
        self._tail = self._partial = b""

    def _without_first_line(self, block: bytes) -> bytes:
        """Return a block without the first line of a file that was made in another's place."""
        if self._offset != len(block) or self._index:
            return block
        line = block[: block.find(b"\n") + 1]
        if not self._first_line:
            self._first_line = line
            return block
        if line == self._first_line:
            return block[len(line) :]
        self._note(f"{self._files[0]} was replaced by another file while the tests ran")
        return block

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)
