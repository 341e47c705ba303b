"""HTTP header lines, written once for each target, and those that every browser sends."""

from collections.abc import Mapping
from types import MappingProxyType

from loadtest.errors import UsageError

__all__ = ["BROWSER", "header_lines"]

BROWSER: Mapping[str, str] = MappingProxyType(
    {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) loadtest/0.1",
        "Accept-Language": "en-US,en;q=0.9",
        "Accept-Encoding": "gzip, deflate",
    }
)


def header_lines(*layers: Mapping[str, str]) -> bytes:
    """Return HTTP header lines, each with its line end; a later layer overrides an earlier one.

    Raises:
        UsageError: a name or a value that cannot be a header's.
    """
    chosen: dict[str, tuple[str, str]] = {}
    for layer in layers:
        for name, value in layer.items():
            chosen[name.lower()] = (name, value)
    lines = []
    for name, value in chosen.values():
        if not name or any(character in name + value for character in "\r\n\0"):
            raise UsageError(f"[app] headers: {name!r}: {value!r} is no header; it is one line, without NUL")
        try:
            lines.append(f"{name}: {value}\r\n".encode("latin-1"))
        except UnicodeEncodeError as error:
            raise UsageError(f"[app] headers: {name!r}: {value!r} is not Latin-1") from error
    return b"".join(lines)
