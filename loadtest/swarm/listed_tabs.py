"""The tabs that a list of visits names: each is there from its first visit to its last."""

from collections import Counter
from collections.abc import Callable

from loadtest.profile.listing import Listing
from loadtest.profile.pacing import Arrival
from loadtest.transport.tab import Tab

__all__ = ["ListedTabs"]


class ListedTabs:
    """Lends a listed tab to whoever makes its next visit.

    Args:
        new_tab: makes the tab with a number, which says its row of the ``data`` file.
    """

    def __init__(self, listing: Listing | None, new_tab: Callable[[int], Tab]) -> None:
        visits = listing.visits if listing else ()
        self._left = Counter(visit.tab for visit in visits if visit.tab is not None)
        self._new_tab = new_tab
        self._tabs: dict[int, Tab] = {}

    def lend(self, due: Arrival) -> Tab | None:
        """Return the tab that makes this visit; None when any user's may."""
        if due.tab is None:
            return None
        if due.tab not in self._tabs:
            self._tabs[due.tab] = self._new_tab(due.tab)
        return self._tabs[due.tab]

    def give_back(self, due: Arrival) -> None:
        """Close a tab after its last visit."""
        if due.tab is None:
            return
        self._left[due.tab] -= 1
        if not self._left[due.tab]:
            self._tabs.pop(due.tab).close()

    def close(self) -> None:
        """Close those that are left; never waits."""
        tabs, self._tabs = self._tabs, {}
        for tab in tabs.values():
            tab.close()
