"""A line chart as HTML and SVG."""

import re

from loadtest.report.html.chart import Band, Chart, Line, Mark, Points, draw


def line(name: str, *values: float | None, look: int = 1) -> Line:
    points = Points([float(at) for at in range(len(values))], 1, values)
    return Line(name, look, points, points)


def chart(*lines: Line, **changes: object) -> str:
    told = {"title": "Open", "about": "", "lines": lines, "duration_s": 4.0, "form": str, "unit": "ms"}
    return draw(Chart(**{**told, **changes})).html  # type: ignore[arg-type]


def test_a_line_goes_through_the_middles_and_has_gaps_where_nobody_knows() -> None:
    assert 'd="M125 240h0l250-240M875 120h0"' in chart(line("p50", 0.0, 2.0, None, 1.0))


def test_nothing_to_draw_is_told_and_not_drawn() -> None:
    told = chart(line("p50", None, None), no_data="No data: nobody knows.")

    assert "<svg" not in told
    assert '<p class="none">No data: nobody knows.</p>' in told


def test_a_line_without_data_is_named() -> None:
    told = chart(line("p50", 1.0), line("p99", None, look=5))

    assert "No data of: p99." in told
    assert 'class="line l5"' not in told


def test_axes_are_words_and_no_picture() -> None:
    told = chart(line("p50", 0.0, 30.0, 10.0, 20.0))

    assert re.findall(r'bottom:([\d.]+%)">([^<]+)<', told) == [
        ("0.00%", "0.0"),
        ("50.00%", "15.0"),
        ("100.00%", "30.0"),
    ]
    assert re.findall(r'left:([\d.]+%)">([^<]+)<', told) == [
        ("0.00%", "0 s"),
        ("25.00%", "1 s"),
        ("50.00%", "2 s"),
        ("75.00%", "3 s"),
    ]


def test_each_stretch_of_time_tells_its_values_to_who_points_at_it_and_in_a_table() -> None:
    told = chart(line("p50", 1.0, None), line("p99", 2.0, 3.0))

    assert re.findall(r"<title>([^<]*)</title>", told) == [
        "0 s: p50 1.0, p99 2.0",
        "1 s: p50 no data, p99 3.0",
    ]
    assert '<tr><th scope="row">1 s</th><td>no data</td><td>3.0</td></tr>' in told
    assert 'aria-label="Open, ms: p50 from 1.0 to 1.0, p99 from 2.0 to 3.0. ' in told


def test_marks_and_bands_lie_behind_and_what_is_after_the_end_is_left_out() -> None:
    marks = [Mark(2.0, "a turn", "turn"), Mark(9.0, "too late", "stage")]
    told = chart(line("p50", 1.0), marks=marks, bands=[Band(0.0, 1.0, "warm-up")])

    assert 'class="band"><title>warm-up</title>' in told
    assert 'd="M500 0v240" class="mark turn"><title>a turn</title>' in told
    assert "too late" not in told
    assert told.index("band") < told.index('class="line l1"/><')


def test_many_marks_are_drawn_at_once_and_without_words() -> None:
    marks = [Mark(index / 4, f"stage {index}", "stage") for index in range(12)]
    told = chart(line("p50", 1.0), marks=[*marks, Mark(3.5, "a turn", "turn")])

    assert re.findall(r'd="([^"]*)" class="mark (\w+) many"', told) == [
        ("".join(f"M{round(index * 62.5)} 0v240" for index in range(12)), "stage"),
        ("M875 0v240", "turn"),
    ]
    assert "stage 3" not in told
