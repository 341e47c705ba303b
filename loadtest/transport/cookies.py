"""The cookies of one tab, as the header line that its requests carry."""

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

__all__ = ["Cookies"]


class Cookies:
    """Names and values, for one host; every path of it gets all of them.

    Only an end set by ``Max-Age=0`` or an empty value with ``Expires`` is heeded: a tab lives for minutes.
    """

    __slots__ = ("_values", "header")

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self.header = b""
        """``Cookie: …`` with its line end, or nothing."""

    def take(self, lines: Iterable[bytes]) -> None:
        """Take over what ``Set-Cookie`` headers say; what cannot be read is left out, as browsers do."""
        for line in lines:
            cookie = SimpleCookie()
            try:
                cookie.load(line.decode("latin-1"))
            except CookieError:
                continue
            for name, morsel in cookie.items():
                if morsel["max-age"].startswith(("0", "-")) or (morsel["expires"] and not morsel.value):
                    self._values.pop(name, None)
                else:
                    self._values[name] = morsel.coded_value
        pairs = "; ".join(f"{name}={value}" for name, value in self._values.items())
        self.header = f"Cookie: {pairs}\r\n".encode("latin-1") if pairs else b""
