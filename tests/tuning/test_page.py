"""The page of a search: its charts, its table, one file that needs nothing else."""

import re
from typing import Any

from loadtest.tuning.chart import draw
from loadtest.tuning.page import page


def probe(
    number: int, value: float, verdict: str, p99_ms: float | None, share: float = 0.0
) -> dict[str, Any]:
    return {
        "number": number,
        "value": value,
        "verdict": verdict,
        "reason": "<b>why</b>",
        "took_s": 30.0,
        "started": 400,
        "error_share": share,
        "p99_ms": {} if p99_ms is None else {"handshake": p99_ms, "page": 3.0},
    }


RESULT: dict[str, Any] = {
    "outcome": "found",
    "why": "the interval is narrow enough",
    "profile": "people",
    "seed": 7,
    "host": "http://127.0.0.1:8080",
    "started_at": "2026-01-02T03:04:05Z",
    "vary": "rate",
    "bounds": {"confidence": 0.9},
    "lower_is_worse": False,
    "thresholds": {"phases.handshake": ["p(99)<200"]},
    "knee": {"low": 180.0, "value": 195.5, "high": 212.0},
    "probes": [
        probe(1, 100.0, "pass", 50.0),
        probe(2, 200.0, "fail", 900.0, 0.25),
        probe(3, 150.0, "unclear", None),
    ],
}


def test_the_knee_and_its_interval_are_the_headline() -> None:
    expected = "The thresholds hold up to a navigation rate of 195.5/s (90% sure: 180 to 212/s)"

    assert f"<h1>{expected}</h1>" in page(RESULT)


def test_where_lower_is_worse_the_thresholds_hold_down_to_the_knee() -> None:
    text = page({**RESULT, "vary": "users.max", "lower_is_worse": True})

    assert "<h1>The thresholds hold down to a users.max of 195.5 (90% sure: 180 to 212)</h1>" in text


def test_a_search_that_found_nothing_says_why() -> None:
    text = page({**RESULT, "outcome": "not_found", "knee": None, "why": "it still holds at 400/s"})

    assert "<h1>No knee of the navigation rate found: it still holds at 400/s</h1>" in text


def test_every_probe_is_a_mark_with_its_story_and_a_row() -> None:
    text = page(RESULT)

    assert text.count('<circle class="pass"') == 2
    assert text.count('<path class="fail"') == 2
    assert text.count('<path class="unclear"') == 1
    assert text.count("<tr>") == 4
    assert "probe 2: 200, 900 ms, fail. &lt;b&gt;why&lt;/b&gt;" in text
    assert "<b>why" not in text


def test_the_page_is_small_and_asks_for_nothing() -> None:
    many = {**RESULT, "probes": [probe(n, 100.0 + n, "pass", 50.0) for n in range(300)]}

    assert len(page(many).encode()) < 300_000
    assert not re.search(r"(src|href)=|url\(|@import|<script", page(many))


def test_a_slower_probe_stands_higher_and_a_faster_rate_further_right() -> None:
    places = re.findall(
        r'cx="([\d.]+)" cy="([\d.]+)"',
        draw(
            [(probe(1, 100.0, "pass", 1), 50.0), (probe(2, 200.0, "pass", 1), 90.0)], None, "rate", "ms", None
        ),
    )

    (left, low), (right, high) = ((float(x), float(y)) for x, y in places)
    assert left < right
    assert low > high


def test_one_probe_alone_can_be_drawn() -> None:
    assert draw([(probe(1, 100.0, "pass", 1), 50.0)], None, "rate", "ms", None).count("<circle") == 1
    assert draw([(probe(1, 100.0, "pass", 1), 0.0)], None, "rate", "%", None).count("<circle") == 1


def test_no_probe_is_no_data() -> None:
    assert draw([], None, "rate", "ms", None) == '<p class="dim">No data.</p>'
