"""A search conducted to each of its ends; probes that are made up, no load."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from loadtest.errors import ExitCode
from loadtest.profile.load import parse_profile
from loadtest.tuning.judgement import Judgement, Word
from loadtest.tuning.knob import Pace, read_knob
from loadtest.tuning.probe import Probed, Prober
from loadtest.tuning.recovery import Patient
from loadtest.tuning.search import Bounds, Search
from loadtest.tuning.tune import Outcome, Tuner

PROFILE = parse_profile(
    '[app]\npreset = "nicegui"\n[[stages]]\nduration_s = 5\nrate_per_s = 40\n', name="p", source="p.toml"
)
Answer = Callable[[float], Judgement]
HOLDS, FAILS = Judgement(Word.PASS, "holds"), Judgement(Word.FAIL, "too slow")
LIMIT = Judgement(Word.UNCLEAR, "the generator is the limit", advice="send from more processes: --workers 2")


@dataclass(frozen=True)
class MadeUp(Prober):
    """Answers without a run."""

    answer: Answer = lambda value: HOLDS if value < 100 else FAILS

    def probe(self, number: int, value: float) -> Probed:
        """Answer."""
        return Probed(number, value, number, None, 0.0, self.answer(value))


@dataclass
class Server(Patient):
    """A server that says how it is without a visit."""

    wrong: str = ""
    recovers_s: float | None = 1.0
    asked: list[str] = field(default_factory=list)

    def greet(self) -> str:
        """Say what is wrong."""
        return self.wrong

    def recover(self, tell: Callable[[str], None]) -> float | None:
        """Say how long it took."""
        self.asked.append("recover")
        tell("waiting")
        return self.recovers_s


def _nothing(line: str) -> None:
    """Say it to nobody."""


def tuner_of(
    answer: Answer | None = None,
    *,
    server: Server | None = None,
    bounds: Bounds | None = None,
    budget_s: float = 1e6,
) -> Tuner:
    prober = MadeUp(
        PROFILE, read_knob(PROFILE, "rate"), Pace(20.0, 5.0), Path("probes"), "http://127.0.0.1:1"
    )
    if answer:
        prober = replace(prober, answer=answer)
    return Tuner(
        prober=prober,
        search=Search(bounds or Bounds(5, 1000)),
        patient=server or Server(PROFILE, "http://127.0.0.1:1"),
        budget_s=budget_s,
        say=_nothing,
        show=_nothing,
    )


def said_by(tuner: Tuner) -> list[str]:
    lines: list[str] = []
    tuner.say = lines.append
    tuner.run()
    return lines


def test_a_knee_is_found() -> None:
    tuner = tuner_of()
    lines = said_by(tuner)

    assert (tuner.outcome, tuner.exit_code) == (Outcome.FOUND, ExitCode.PASS)
    assert tuner.knee is not None
    assert tuner.knee.value == pytest.approx(100, rel=0.05)
    assert lines[0] == "probe 1: 5/s holds: holds"
    assert lines[-1].startswith(f"probe {len(lines)}: ")
    assert " · knee between " in lines[-1]
    assert "(90% sure)" in lines[-1]


def test_a_server_that_does_not_answer_gets_no_probe() -> None:
    tuner = tuner_of(server=Server(PROFILE, "", wrong="one visit: failed, connection refused"))
    tuner.run()

    assert (tuner.probes, tuner.exit_code) == ([], ExitCode.INCONCLUSIVE)
    assert tuner.why.endswith("one visit: failed, connection refused")


def test_a_generator_that_is_the_limit_ends_the_search_and_says_what_to_do() -> None:
    tuner = tuner_of(lambda value: HOLDS if value < 60 else LIMIT)
    tuner.run()

    assert tuner.exit_code == ExitCode.INCONCLUSIVE
    assert tuner.why == "at 80/s: the generator is the limit; it holds at 40/s"
    assert tuner.advice == "send from more processes: --workers 2"
    assert [one.value for one in tuner.probes] == [5, 10, 20, 40, 80, 80, 80]


def test_one_probe_that_says_nothing_is_sent_again() -> None:
    answers = iter([LIMIT])
    tuner = tuner_of(lambda value: next(answers, HOLDS if value < 100 else FAILS))
    tuner.run()

    assert tuner.outcome is Outcome.FOUND
    assert [one.value for one in tuner.probes[:2]] == [5, 5]


def test_the_lowest_rate_that_fails_says_why() -> None:
    tuner = tuner_of(lambda value: FAILS)  # noqa: ARG005
    tuner.run()

    assert tuner.exit_code == ExitCode.INCONCLUSIVE
    assert (tuner.why, tuner.advice) == ("even 5/s fails: too slow", "give a lower --from")


def test_what_holds_everywhere_says_so() -> None:
    tuner = tuner_of(lambda value: HOLDS, bounds=Bounds(5, 20))  # noqa: ARG005
    tuner.run()

    assert (tuner.exit_code, tuner.why) == (ExitCode.INCONCLUSIVE, "it still holds at 20/s")


def test_a_budget_that_is_spent_without_a_knee_is_said() -> None:
    tuner = tuner_of(budget_s=0.0)
    tuner.run()

    assert tuner.exit_code == ExitCode.INCONCLUSIVE
    assert tuner.why == "the budget of 0 s is spent, and no knee was seen"


def test_the_server_is_waited_for_after_a_probe_that_was_far_too_much() -> None:
    server = Server(PROFILE, "")
    tuner = tuner_of(
        lambda value: HOLDS if value < 100 else replace(FAILS, error_share=0.5 if value > 150 else 0.0),
        server=server,
    )
    tuner.run()

    overloads = sum((one.judgement.error_share or 0) > 0 for one in tuner.probes)
    assert overloads >= 1
    assert len(server.asked) == overloads


def test_where_lower_is_worse_a_probe_far_below_what_holds_is_waited_for() -> None:
    server = Server(PROFILE, "")
    tuner = tuner_of(
        lambda value: HOLDS if value > 90 else FAILS,
        server=server,
        bounds=Bounds(5, 1000, may_fall=True),
    )
    tuner.run()

    verdicts = [(one.value, one.judgement.word) for one in tuner.probes[:5]]
    assert verdicts == [
        (5, Word.FAIL),
        (1000, Word.PASS),
        (13.02, Word.FAIL),
        (460.8, Word.PASS),
        (77.2, Word.FAIL),
    ]
    assert min(one.value for one in tuner.probes[5:]) > 77
    assert len(server.asked) == 3  # after each of these fails, and none that is nearer


def test_a_server_that_does_not_recover_gets_no_more_load() -> None:
    tuner = tuner_of(
        lambda value: HOLDS if value < 100 else replace(FAILS, error_share=0.5),
        server=Server(PROFILE, "", recovers_s=None),
    )
    tuner.run()

    assert tuner.exit_code == ExitCode.INCONCLUSIVE
    assert tuner.why == "the server has not recovered within a minute after the last probe"
    assert tuner.probes[-1].value == 160


def test_an_interrupt_keeps_what_is_known() -> None:
    def answer(value: float) -> Judgement:
        if value > 15:
            raise KeyboardInterrupt
        return HOLDS

    tuner = tuner_of(answer)
    tuner.run()

    assert (tuner.outcome, tuner.exit_code) == (Outcome.INTERRUPTED, ExitCode.INTERRUPTED)
    assert [one.value for one in tuner.probes] == [5, 10]


def test_it_is_written_down_after_every_probe() -> None:
    tuner = tuner_of(bounds=Bounds(5, 10))
    counts: list[int] = []
    tuner.keep = lambda: counts.append(len(tuner.probes))
    tuner.run()

    assert counts == [1, 2, 3]
