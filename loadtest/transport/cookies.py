"""The cookies of one tab, as the header line that its requests carry."""

import contextlib
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime

__all__ = ["Cookies"]


class Cookies:
    """Names and values for one host, parsed as browsers do (RFC 6265, 5.2).

    Of the attributes only the end (``Max-Age``, ``Expires``) is heeded, and only one that has come already:
    there is one host, every path of it gets every cookie, and a tab lives for minutes.
    """

    __slots__ = ("_values", "header")

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self.header = b""
        """``Cookie: …`` with its line end, or nothing."""

    def take(self, lines: Iterable[bytes]) -> None:
        """Take over what ``Set-Cookie`` headers say; what is no cookie is left out."""
        for line in lines:
            pair, _, attributes = line.partition(b";")
            name, equals, value = pair.partition(b"=")
            name = name.strip()
            if not equals or not name:
                continue
            if _is_over(attributes):
                self._values.pop(name, None)
            else:
                self._values[name] = value.strip()
        pairs = b"; ".join(name + b"=" + value for name, value in self._values.items())
        self.header = b"Cookie: " + pairs + b"\r\n" if pairs else b""


def _is_over(attributes: bytes) -> bool:
    """Return whether a cookie's end has come; Max-Age wins over Expires."""
    given = {}
    for attribute in attributes.split(b";"):
        name, _, value = attribute.partition(b"=")
        given[name.strip().lower()] = value.strip().decode("latin-1")
    with contextlib.suppress(KeyError, ValueError):
        return int(given[b"max-age"]) <= 0
    with contextlib.suppress(KeyError, ValueError, OverflowError):
        return parsedate_to_datetime(given[b"expires"]).timestamp() <= time.time()
    return False
