"""Conducts a search: probe after probe, until the knee is known or cannot be."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from loadtest.errors import ExitCode
from loadtest.tuning.judgement import Word
from loadtest.tuning.probe import Probed, Prober
from loadtest.tuning.reading import Knee, Reading
from loadtest.tuning.recovery import Patient
from loadtest.tuning.search import Ending, Search
from loadtest.tuning.telling import probe_line, remaining

__all__ = ["Outcome", "Tuner"]

_MOST_UNCLEAR = 3
"""So many probes in a row that say nothing about the server end the search."""
_GROSSLY = 2.0
"""A probe at so many times what is known to hold has overloaded the server."""


class Outcome(StrEnum):
    """What came of it."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    INTERRUPTED = "interrupted"


@dataclass(slots=True)
class Tuner:
    """One search. ``run`` may be interrupted at any time: what was measured until then is kept."""

    prober: Prober
    search: Search
    patient: Patient
    budget_s: float
    say: Callable[[str], None]
    show: Callable[[str], None]
    keep: Callable[[], None] = lambda: None
    """Writes down what is known, after each probe."""
    probes: list[Probed] = field(default_factory=list)
    outcome: Outcome = Outcome.NOT_FOUND
    why: str = ""
    advice: str = ""
    _began: float = 0.0

    @property
    def knee(self) -> Knee | None:
        """What is known of the knee."""
        return self.search.knee

    @property
    def exit_code(self) -> ExitCode:
        """0 found, 98 not found, 105 interrupted."""
        match self.outcome:
            case Outcome.FOUND:
                return ExitCode.PASS
            case Outcome.NOT_FOUND:
                return ExitCode.INCONCLUSIVE
            case Outcome.INTERRUPTED:
                return ExitCode.INTERRUPTED

    def run(self) -> None:
        """Search to the end."""
        self._began = time.monotonic()
        try:
            if wrong := self.patient.greet():
                self._end(f"the server does not answer as this profile expects: {wrong}")
                return
            while not self._is_over():
                self._step()
        except KeyboardInterrupt:
            self.outcome, self.why = Outcome.INTERRUPTED, "interrupted"

    def _is_over(self) -> bool:
        if self.why:
            return True
        ending, lowest, highest = self.search.ending, self.search.bounds.lowest, self.search.bounds.highest
        if self.search.lower_is_worse:
            lowest, highest = highest, lowest
        told = self.prober.knob.told
        match ending:
            case Ending.FOUND:
                self.outcome, self.why = Outcome.FOUND, "the interval is narrow enough"
            case Ending.FAILS_AT_LOWEST:
                reason = self.probes[-1].judgement.reason
                if self.search.bounds.may_fall and not self.search.lower_is_worse:
                    self._end(f"{told(lowest)} fails, and so does {told(highest)}: {reason}")
                else:
                    self._end(f"even {told(lowest)} fails: {reason}", "give a lower --from")
            case Ending.HOLDS_AT_HIGHEST:
                self._end(f"it still holds at {told(highest)}", "give a higher --to")
            case None:
                self._spend()
        return bool(self.why)

    def _spend(self) -> None:
        took_s = [one.took_s for one in self.probes]
        next_s = sum(took_s) / len(took_s) if took_s else 0.0
        if time.monotonic() - self._began + next_s < self.budget_s:
            return
        knee = self.knee
        if knee is None:
            self._end(
                f"the budget of {self.budget_s:.0f} s is spent, and no knee was seen", "give more --budget-s"
            )
        else:
            self.outcome = Outcome.FOUND
            self.why = f"the budget of {self.budget_s:.0f} s is spent: the interval is {knee.width:.0%} wide"

    def _end(self, why: str, advice: str = "") -> None:
        self.outcome, self.why, self.advice = Outcome.NOT_FOUND, why, advice

    def _step(self) -> None:
        value = self.search.next_value
        number = len(self.probes) + 1
        self.show(f"probe {number}: {self.prober.knob.told(value)} …{self._eta()}")
        probed = self.prober.probe(number, value)
        if probed.was_interrupted:
            self.outcome, self.why = Outcome.INTERRUPTED, "interrupted"
            return
        self.probes.append(probed)
        judgement = probed.judgement
        if judgement.word is not Word.UNCLEAR:
            self.search.add(Reading(value, judgement.word is Word.PASS, judgement.grades))
        self.keep()
        self.say(probe_line(probed, self.prober.knob, self.knee, self.search.bounds) + self._eta())
        if judgement.word is Word.UNCLEAR:
            self._take_unclear()
        elif judgement.word is Word.FAIL and self._was_too_much(probed):
            self._recover()

    def _take_unclear(self) -> None:
        last = self.probes[-_MOST_UNCLEAR:]
        if len(last) == _MOST_UNCLEAR and all(one.judgement.word is Word.UNCLEAR for one in last):
            held = [one.value for one in self.probes if one.judgement.word is Word.PASS]
            told = self.prober.knob.told
            until = f"; it holds at {told(max(held))}" if held else ""
            self._end(
                f"at {told(last[-1].value)}: {last[-1].judgement.reason}{until}", last[-1].judgement.advice
            )

    def _was_too_much(self, probed: Probed) -> bool:
        share = probed.judgement.error_share or 0.0
        held = [one.value for one in self.probes if one.judgement.word is Word.PASS]
        if probed.was_called_off or share > 0 or not held:
            return True
        beyond = min(held) / probed.value if self.search.lower_is_worse else probed.value / max(held)
        return beyond > _GROSSLY

    def _recover(self) -> None:
        if self.patient.recover(self.show) is None:
            self._end(
                "the server has not recovered within a minute after the last probe", "look at the server"
            )

    def _eta(self) -> str:
        return remaining(
            self.search, [one.took_s for one in self.probes], self.budget_s - (time.monotonic() - self._began)
        )
