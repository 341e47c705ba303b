"""Prometheus' text, read by its own parsers."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from prometheus_client import parser as classic
from prometheus_client.openmetrics import parser as openmetrics

from loadtest.exports.distribution import BOUNDS_S
from loadtest.exports.prometheus import expose
from loadtest.exports.reading import IDLE
from tests.exports.snapshots import handler, newest
from tests.exports.standing import reading

OPEN = "application/openmetrics-text; version=1.0.0"
HOSTILE = [
    '<script>alert(1)</script>"} 1\nloadtest_run_exit_code 0\n# EOF',
    "\x1b[31mred\r\x00",
    "::error::\ud800",
    '\\"\\\n',
    "x" * 20_000,
    "#",
    "",
]


read_open: Callable[[str], Iterable[Any]] = openmetrics.text_string_to_metric_families
read_classic: Callable[[str], Iterable[Any]] = classic.text_string_to_metric_families


def nothing() -> None:
    """Do not wait for anybody."""


def samples(families: Iterable[Any]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the samples by name and labels; no two have the same."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/html, */*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=0.0.4; charset=utf-8"),
        (OPEN, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"),
        (
            "application/openmetrics-text;version=nonsense,text/plain;q=0.5",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        ),
    ],
    ids=["none", "browser", "plain", "open", "nonsense"],
)
def test_the_format_is_the_one_that_is_asked_for(accept: str, content_type: str) -> None:
    text, found = expose(reading(), accept, nothing)

    assert found == content_type
    assert text.endswith(b"# EOF\n") == ("openmetrics" in content_type)
    assert text.count(b"# EOF") == ("openmetrics" in content_type)


@pytest.mark.parametrize("accept", ["", OPEN], ids=["classic", "open"])
def test_both_formats_tell_the_same_figures(accept: str) -> None:
    text = expose(reading(newest(handlers=[handler("join", 3)])), accept, nothing)[0].decode()
    found = samples((read_open if accept else read_classic)(text))

    assert value(found, "loadtest_navigations_due_total") == 9
    assert value(found, "loadtest_navigations_total", outcome="left") == 1
    assert value(found, "loadtest_generator_cpu_seconds_total", generator="1") == 2.5
    assert value(found, "loadtest_server_resident_memory_bytes") == 4096
    name, labels = "loadtest_server_handler_duration_seconds", {"namespace": "/", "event": "join"}
    assert [value(found, f"{name}_bucket", le=str(bound_s), **labels) for bound_s in BOUNDS_S] == [
        *[0] * 3,
        *[3] * (len(BOUNDS_S) - 3),
    ]
    assert value(found, f"{name}_count", **labels) == 3
    assert value(found, f"{name}_sum", **labels) == pytest.approx(0.009)


def test_open_metrics_say_since_when_they_count() -> None:
    found = samples(read_open(expose(reading(), OPEN, nothing)[0].decode()))
    created = {name: told for (name, _), told in found.items() if name.endswith("_created")}

    assert set(created.values()) == {1000.0}
    assert {"loadtest_navigations_created", "loadtest_phase_duration_seconds_created"} < created.keys()
    assert b"_created" not in expose(reading(), "", nothing)[0]


@pytest.mark.parametrize("accept", ["", OPEN], ids=["classic", "open"])
def test_hostile_names_are_labels_and_nothing_else(accept: str) -> None:
    handlers = [handler(name, 2, namespace=name) for name in HOSTILE]
    text = expose(reading(newest(handlers=handlers)), accept, nothing)[0].decode()
    found = samples((read_open if accept else read_classic)(text))
    calls = {labels: told for (name, labels), told in found.items() if name.endswith("handler_calls_total")}

    assert ("loadtest_run_exit_code", frozenset()) not in found
    assert sum(calls.values()) == 2 * len(HOSTILE)
    assert all(len(label) <= 100 and label.isprintable() for labels in calls for _, label in labels)
    assert len(text) < 60_000


def test_a_flood_of_names_is_a_page_of_bounded_length() -> None:
    flood = [
        newest(str(first), handlers=[handler(f"{first + n}" + "\\" * 200) for n in range(2000)])
        for first in range(0, 10_000, 2000)
    ]
    waited: list[None] = []
    text = expose(reading(*flood), OPEN, lambda: waited.append(None))[0].decode()
    families = list(read_open(text))
    (calls,) = [family for family in families if family.name == "loadtest_server_handler_calls"]

    told = [sample.value for sample in calls.samples if sample.name.endswith("_total")]
    assert (len(told), sum(told)) == (101, 10_000)
    assert len(text) < 101 * 24 * 400
    assert len(waited) > len(text.splitlines()) / 50


def test_before_the_first_run_there_is_a_page() -> None:
    found = samples(read_open(expose(IDLE, OPEN, nothing)[0].decode()))

    assert value(found, "loadtest_run_state", state="idle") == 1
    assert len(found) == 5
