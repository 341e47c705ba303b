"""Bytes that are written in pieces, and the rows that a stream of messages comes to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from loadtest.report.live.backlog import Backlog


def cut(data: bytes) -> st.SearchStrategy[list[int]]:
    """Return where to cut: any places, in order."""
    return st.lists(st.integers(0, len(data)), max_size=12).map(sorted)


def pieces_of(data: bytes, places: Sequence[int]) -> Iterator[bytes]:
    """Yield the data in pieces."""
    for start, end in zip([0, *places], [*places, len(data)], strict=True):
        yield data[start:end]


def final_rows(messages: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """Return the rows of one type that a browser has at last, in order of time."""
    backlog = Backlog()
    for message in messages:
        backlog.add(message)
    rows = [row for message in backlog.since(0) if message["type"] == kind for row in message["rows"]]
    return sorted(rows, key=lambda row: int(row["t"]))
