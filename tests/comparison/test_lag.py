"""What a busy machine may have added."""

import pytest

from loadtest.comparison.lag import Busy, Lag, busy_of, handler_lag_ms, is_here, lag_of, phase_lag_ms
from loadtest.report.info import GeneratorInfo
from loadtest.report.run import Run
from tests.comparison.synthetic import made_run
from tests.report.building import histogram, hooked, info, snapshot, visit

CALM = Lag(mean_ms=0.2, p50_ms=0.1, p95_ms=0.5, p99_ms=1.0)
LATE = Lag(mean_ms=0.5, p50_ms=0.3, p95_ms=2.5, p99_ms=4.0)
SATURATED = Lag(mean_ms=1.0, p50_ms=0.4, p95_ms=4.0, p99_ms=7.0)


def busy(generator: Lag | None, server: Lag | None = None, *, is_one_machine: bool = True) -> Busy:
    return Busy(generator, server, is_one_machine)


def test_below_the_limit_only_what_it_lagged_more_is_taken_off() -> None:
    assert phase_lag_ms(0.95, [busy(LATE)], [busy(CALM)]) == pytest.approx(20.0)
    assert phase_lag_ms(0.95, [busy(CALM)], [busy(LATE)]) == 0.0


def test_beside_a_median_stands_the_mean_which_sees_bursts() -> None:
    assert phase_lag_ms(0.5, [busy(LATE)], [busy(CALM)]) == pytest.approx(3.0)


def test_over_the_limit_ten_times_all_of_it_is_taken_off_as_of_a_threshold() -> None:
    assert phase_lag_ms(0.5, [busy(SATURATED)], [busy(SATURATED)]) == pytest.approx(70.0)


def test_each_phase_of_a_figure_may_owe_as_much() -> None:
    assert phase_lag_ms(0.5, [busy(SATURATED)], [busy(CALM)], 4) == pytest.approx(280.0)


def test_a_handler_owes_less_and_on_another_machine_nothing() -> None:
    assert handler_lag_ms(0.5, [busy(LATE)], [busy(CALM)]) == pytest.approx(0.6)
    assert handler_lag_ms(0.5, [busy(LATE, is_one_machine=False)], [busy(CALM)]) == 0.0


def test_the_servers_lag_is_the_apps_doing_unless_the_generator_lagged_too() -> None:
    blocked = Lag(mean_ms=30.0, p50_ms=20.0, p95_ms=90.0, p99_ms=99.0)

    assert handler_lag_ms(0.5, [busy(CALM, blocked)], [busy(CALM, CALM)]) == 0.0
    assert handler_lag_ms(0.5, [busy(SATURATED, blocked)], [busy(SATURATED, CALM)]) == pytest.approx(59.7)
    there, other = [busy(SATURATED, blocked)], [busy(SATURATED, CALM)]
    assert phase_lag_ms(0.95, there, other) == pytest.approx(70.0 + 895.0)


def test_lag_that_nobody_measured_takes_nothing_off() -> None:
    assert phase_lag_ms(0.95, [busy(None)], [busy(None)]) == 0.0
    assert lag_of(info(generator=None)) is None


def test_a_runs_lag_is_read_from_its_files() -> None:
    one = made_run([visit(0)], generator=GeneratorInfo(1, 0.5, histogram(*[1.0] * 98, 9.0, 9.0)))

    found = busy_of(one.run)

    assert found.generator is not None
    assert found.generator.p99_ms == pytest.approx(9.0)
    assert found.generator.mean_ms == pytest.approx(1.16)
    assert found.is_saturated
    assert found.server is None


def test_the_servers_lag_is_that_since_its_first_snapshot() -> None:
    def loop(*lags_ms: float) -> dict[str, object]:
        return {"lag": histogram(*lags_ms).to_json(), "longest_ms": None, "longest_at": None}

    server = hooked(snapshot(sequence=1, loop=loop(500.0)), snapshot(sequence=2, loop=loop(500.0, 3.0)))

    found = busy_of(Run(made_run([visit(0)]).run.path, info(), (visit(0),), server))

    assert found.server is not None
    assert found.server.p99_ms == pytest.approx(3.0, rel=0.04)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("http://127.0.0.1:80", True),
        ("http://localhost/", True),
        ("http://[::1]:8", True),
        ("https://staging.example", False),
        ("http://10.0.0.7:80", False),
        ("", False),
    ],
)
def test_an_app_is_here_by_its_address(host: str, here: bool) -> None:
    assert is_here(info(host=host)) is here
