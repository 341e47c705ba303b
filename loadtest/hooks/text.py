"""Text from the app, cut to a length and fit for JSON and UTF-8."""

from __future__ import annotations

__all__ = ["clip"]


def clip(text: object, limit: int) -> str:
    """Return the text with at most ``limit`` characters: its beginning and, after an ellipsis, its end.

    Lone surrogates (names that a client sent, file names that are not UTF-8) become question marks,
    since no file in UTF-8 could hold them.
    """
    clipped = text if isinstance(text, str) else str(text)
    if len(clipped) > limit:
        head = limit // 3
        clipped = clipped[:head] + "…" + clipped[len(clipped) - (limit - head - 1) :]
    return clipped.encode("utf-8", "replace").decode("utf-8")
