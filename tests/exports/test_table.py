"""The table of metrics, against the naming guides and the README."""

import re
from pathlib import Path

import pytest

from loadtest.exports.metric import Kind, Metric
from loadtest.exports.table import METRICS, markdown_table

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "prometheus", "otel"),
    [
        ("run.info", "loadtest_run_info", "loadtest.run.info"),
        ("navigations", "loadtest_navigations_total", "loadtest.navigations"),
        ("phase.duration", "loadtest_phase_duration_seconds", "loadtest.phase.duration"),
        (
            "server.resident_memory",
            "loadtest_server_resident_memory_bytes",
            "loadtest.server.resident_memory",
        ),
        ("generator.cpu", "loadtest_generator_cpu_seconds_total", "loadtest.generator.cpu"),
    ],
)
def test_a_metric_is_named_as_each_guide_wants(name: str, prometheus: str, otel: str) -> None:
    assert (METRICS[name].prometheus_name, METRICS[name].otel_name) == (prometheus, otel)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_names_and_labels_are_of_the_characters_that_everybody_takes(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", metric.prometheus_name)
    assert all(re.fullmatch(r"[a-z]+", label) for label in metric.labels)
    assert not {"le", "quantile", "job", "instance"} & {*metric.labels}
    assert metric.text
    assert not metric.text.endswith(".")
    assert metric.unit == "s" or metric.kind is not Kind.HISTOGRAM


def test_no_two_metrics_have_the_same_name() -> None:
    names = [metric.family_name for metric in METRICS.values()]

    assert len(set(names)) == len(names)


def test_the_readmes_table_of_metrics_is_the_codes() -> None:
    assert markdown_table() in README, markdown_table()


def test_the_table_has_a_line_for_each_metric() -> None:
    assert markdown_table().splitlines()[3] == (
        "| `loadtest_run_state` | gauge | `state` | 1 for what it does: idle, hooks, load, quiet or over |"
    )
    assert len(markdown_table().splitlines()) == len(METRICS) + 4
