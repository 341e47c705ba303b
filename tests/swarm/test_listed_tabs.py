"""The tabs that a list names."""

from typing import Any

from loadtest.profile.load import parse_profile
from loadtest.profile.pacing import Arrival
from loadtest.profile.text import write_text
from loadtest.swarm.listed_tabs import ListedTabs
from loadtest.transport.tab import Tab


class Watched(Tab):
    """A tab that says when it is closed."""

    closed = False

    def close(self) -> None:
        super().close()
        self.closed = True


def of_list(*tabs: int | None) -> tuple[ListedTabs, list[Arrival]]:
    rows: list[dict[str, Any]] = [
        {"due_s": place, **({} if tab is None else {"tab": tab})} for place, tab in enumerate(tabs)
    ]
    text = write_text({"app": {"preset": "generic"}, "visits": rows})
    listing = parse_profile(text, name="x", source="x").listing
    arrivals = [Arrival(place, float(place), 0.0, place, tab=tab) for place, tab in enumerate(tabs)]
    return ListedTabs(listing, lambda index: Watched(index=index)), arrivals


def test_a_tab_is_the_same_from_its_first_visit_to_its_last_and_closed_then() -> None:
    tabs, (first, second) = of_list(7, 7)

    tab = tabs.lend(first)
    assert isinstance(tab, Watched)
    assert tab.index == 7
    tabs.give_back(first)
    assert (tabs.lend(second), tab.closed) == (tab, False)
    tabs.give_back(second)
    assert tab.closed


def test_a_visit_without_a_tab_is_anybodys() -> None:
    tabs, (arrival,) = of_list(None)

    assert tabs.lend(arrival) is None
    tabs.give_back(arrival)


def test_what_is_left_is_closed_at_the_end() -> None:
    tabs, (first, _) = of_list(7, 7)
    tab = tabs.lend(first)
    assert isinstance(tab, Watched)

    tabs.close()

    assert tab.closed
