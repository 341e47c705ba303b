"""Figures that say where in ``summary.json`` they are from."""

from loadtest.report.html.figures import Figures, Nth, megabytes, ms, percent, signed

FIGURES = Figures(
    {
        "phases": {"open": {"p95_ms": 7.94, "p99_ms": None}},
        "server": None,
        "gauges": {"a.<b>": 1},
        "rows": [{"hit": 1, "of": 3}],
    }
)


def test_a_figure_has_its_path_its_value_and_its_text() -> None:
    assert FIGURES.shown("phases", "open", "p95_ms", form=ms).html == (
        '<span data-path="phases.open.p95_ms" data-value="7.94">7.9</span>'
    )


def test_what_nobody_knows_is_no_data_and_never_a_number() -> None:
    assert FIGURES.shown("phases", "open", "p99_ms", form=ms, tag="td").html == (
        '<td class="none" data-path="phases.open.p99_ms" data-value="null">no data</td>'
    )
    assert FIGURES.shown("server", "errors").html == (
        '<span class="none" data-path="server.errors" data-value="null">no data</span>'
    )


def test_a_share_has_both_paths() -> None:
    assert FIGURES.share(("rows", 0, "hit"), ("rows", 0, "of"), percent).html == (
        '<span data-path="rows.0.hit" data-per="rows.0.of" data-value="0.3333333333333333">33%</span>'
    )


def test_what_strangers_named_is_found_by_its_place() -> None:
    assert FIGURES.shown("gauges", Nth(0)).html == '<span data-path="gauges.#0" data-value="1">1</span>'


def test_growth_has_its_sign() -> None:
    assert [signed(3), signed(0), signed(-2), megabytes(1_250_000)] == ["+3", "+0", "-2", "+1.2 MB"]
