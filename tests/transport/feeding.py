"""A line without a network: what comes is given, what goes is kept."""

from collections.abc import Iterable, Iterator

from loadtest.transport.line import Line

__all__ = ["Fed", "splits"]


class Fed(Line):
    """Hands out one chunk for each ``fill``, then the end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.buffer = b""
        self.sent = b""
        self._chunks = iter([chunk for chunk in chunks if chunk])

    def fill(self) -> bool:
        """Add the next chunk to the buffer."""
        data = next(self._chunks, b"")
        self.buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        """Keep what is sent."""
        self.sent += data


def splits(data: bytes) -> Iterator[list[bytes]]:
    """Yield the data whole, byte by byte, and cut in two at every place."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]
