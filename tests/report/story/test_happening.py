"""What a story is made of."""

from loadtest.report.story.happening import Happening, Side, in_order


def test_what_happened_stands_in_the_order_of_time_the_clients_first_and_unknown_times_last() -> None:
    told = [
        Happening(None, Side.CLIENT, "f"),
        Happening(2.0, Side.SERVER, "d"),
        Happening(2.0, Side.CLIENT, "b"),
        Happening(2.0, Side.CLIENT, "c"),
        Happening(-1.0, Side.SERVER, "a"),
        Happening(None, Side.SERVER, "g"),
    ]

    assert [one.what for one in in_order(told)] == ["a", "b", "c", "d", "f", "g"]
