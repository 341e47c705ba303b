"""Words for figures, and text of strangers made fit to be shown."""

import math
from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "amount",
    "clipped",
    "clipped_at_word",
    "figure",
    "kept",
    "last_lines",
    "listed",
    "out_of",
    "shown",
]


def amount(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 visit``, ``2,312 visits``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def kept(counts: Mapping[str, int]) -> str:
    """Return what a server keeps, by its kinds' names, those of which there is any: ``1 sid, 4 rooms``."""
    told = (amount(count, key.removesuffix("s"), key) for key, count in counts.items() if count)
    return ", ".join(told) or "nothing"


def figure(value: float, holds: Callable[[float], bool]) -> str:
    """Return a number in as few digits as tell it: whole, or with at least three that count.

    There are more where the number would be judged otherwise for being rounded.

    Args:
        holds: the judgement.
    """
    if value == int(value):
        return f"{value:,.0f}"
    least = max(2 - math.floor(math.log10(abs(value))), 1)
    told = (decimals for decimals in range(least, 16) if holds(round(value, decimals)) == holds(value))
    text = f"{value:,.{next(told, 16)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in a sentence: ``a, b and c``."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def out_of(count: int, of: int) -> str:
    """Return a share in counts: ``412 of 412``, or ``none of 1,900``."""
    return f"{count:,} of {of:,}" if count else f"none of {of:,}"


def clipped(text: str, most: int) -> str:
    """Return text of at most so many characters, its end replaced by dots if it was longer."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def clipped_at_word(text: str, most: int) -> str:
    """Return text of at most so many characters, cut between two words where there are any."""
    if len(text) <= most:
        return text
    head = text[: most - 3]
    whole = head if text[most - 3].isspace() else head.rpartition(" ")[0]
    return f"{whole if len(whole) * 2 > most else head}".rstrip(" ,;:") + "..."


def shown(text: str, encoding: str = "utf-8") -> str:
    """Return text from an app or a system as one line that does nothing to a terminal.

    Control characters, ANSI sequences, invisible and direction-changing characters (CVE-2021-42574) and
    what the terminal's encoding does not have become backslash escapes.
    """
    escaped = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
    return escaped.encode(encoding, "backslashreplace").decode(encoding)


def last_lines(text: str, most: int, longest: int) -> Sequence[str]:
    """Return an app's text's last lines as ``shown`` does, each of at most so many characters."""
    lines = text.rstrip().splitlines()
    left_out = len(lines) - most
    head = [f"({amount(left_out, 'line')} before)"] if left_out > 0 else []
    return [*head, *(clipped(shown(clipped(line.expandtabs(4), longest)), longest) for line in lines[-most:])]
