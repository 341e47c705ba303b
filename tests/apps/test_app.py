"""Which page of an app a navigation asks for."""

from collections import Counter
from collections.abc import Sequence

from loadtest.apps.app import App, page_for
from loadtest.apps.generic import build_generic
from loadtest.apps.generic_table import GenericTable


def app_with(pages: Sequence[str] | dict[str, float]) -> App:
    return build_generic(GenericTable.model_validate({"pages": pages}))


def test_an_app_with_one_page_is_always_visited_there() -> None:
    assert {page_for(app_with(["/only"]).access, 7, number) for number in range(20)} == {"/only"}


def test_pages_are_visited_by_their_weights() -> None:
    app = app_with({"/": 3, "/never": 0, "/rare": 1})

    visits = Counter(page_for(app.access, 7, number) for number in range(4000))

    assert visits.keys() == {"/", "/rare"}
    assert 2890 < visits["/"] < 3110  # 3,000; a standard deviation is 27


def test_a_page_depends_on_seed_and_number_alone() -> None:
    app = app_with(["/a", "/b", "/c"])

    assert [page_for(app.access, 7, number) for number in range(6)] == ["/c", "/a", "/b", "/c", "/a", "/c"]
    assert page_for(app.access, 7, 5) == "/c"
