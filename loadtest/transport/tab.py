"""A browser tab: what one user keeps from navigation to navigation."""

import uuid

from loadtest.transport.cookies import Cookies
from loadtest.transport.line import Line

__all__ = ["Tab"]


class Tab:
    """The tab's id (as an app keeps it in sessionStorage), its cookies, its kept-alive connection."""

    __slots__ = ("cookies", "line", "tab_id")

    def __init__(self) -> None:
        self.tab_id = str(uuid.uuid4())
        self.cookies = Cookies()
        self.line: Line | None = None
        """The connection that pages came over, while it can be used again."""

    def close(self) -> None:
        """Close the kept-alive connection; never waits."""
        line, self.line = self.line, None
        if line is not None:
            line.close()
