"""A file that grows: its new bytes as whole lines, however they were written."""

from collections.abc import Iterator
from pathlib import Path

__all__ = ["Tail"]

_CHUNK_BYTES = 1 << 20


class Tail:
    """Reads a file from where it stopped before; a half line waits for its other half.

    Args:
        longest_bytes: a line that is longer is skipped, and counted; by default as much as the collector
            takes at once.
    """

    def __init__(self, path: Path, longest_bytes: int = 1 << 26) -> None:
        self.path = path
        self.skipped = 0
        """Lines that were longer than any that a run writes."""
        self._longest_bytes = longest_bytes
        self._offset = 0
        self._half = b""
        self._is_skipping = False

    def lines(self) -> Iterator[str]:
        """Yield the whole lines that are new, without their newlines; none while there is no file.

        Raises:
            OSError: the file is there and cannot be read.
        """
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        with file:
            file.seek(self._offset)
            while chunk := file.read(_CHUNK_BYTES):
                self._offset += len(chunk)
                for line in self._split(chunk):
                    # what was cut inside a character fails as JSON, and spoils nothing else
                    yield line.decode("utf-8", errors="replace")

    def _split(self, chunk: bytes) -> Iterator[bytes]:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            line, self._half = self._half + part, b""
            if not self._is_skipping:
                yield line
            self._is_skipping = False
        if not self._is_skipping:
            self._half += rest
        if len(self._half) > self._longest_bytes:
            self._half, self._is_skipping = b"", True
            self.skipped += 1
