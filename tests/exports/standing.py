"""A run's standing, and its reading, for tests."""

from typing import Any

from loadtest.exports.metric import Reading
from loadtest.exports.reading import Standing, read
from loadtest.exports.server import Newest, ServerTally
from loadtest.exports.visits import VisitTally
from loadtest.metrics.histogram import Histogram

__all__ = ["reading", "values"]

LINE = (
    '{"number":1,"navigation":"%s","page":"/","due_s":1.0,"started_s":1.5,"left_s":2.0,'
    '"planned":{"at":"P16","manner":"ws_close","move":"navigate"},"actual":{"at":"P16","manner":"ws_close"},'
    '"transport":"websocket","move":"navigate","previous":null,"was_ahead":false,"outcome":"left",'
    '"phases_ms":{"page":3.0,"open":30.0},"assertions":{"seen":"was not"},"error":null,"detail":null}'
)


def standing(**changes: Any) -> Standing:
    """Return the standing of a run under load, with these fields changed."""
    lag = Histogram()
    lag.record(0.002)
    fields: dict[str, Any] = {
        "run": "00c0ffee00c0ffee",
        "profile": "demo",
        "seed": 7,
        "host": "http://me:secret@127.0.0.1:80/x",
        "version": "0.1.0",
        "created_at": 1000.0,
        "t0_at": 1003.5,
        "state": "load",
        "due": 9,
        "late": 2,
        "dropped": 3,
        "under_way": 5,
        "cpu_s": {0: 1.5, 1: 2.5},
        "loop_lag": lag,
        "newest": (),
        "summary": {},
    }
    return Standing(**(fields | changes))


def reading(*newest: Newest, **changes: Any) -> Reading:
    """Return a reading of it, with one visit."""
    visits = VisitTally()
    visits.add([LINE % ("0" * 32)])
    return read(standing(newest=newest, **changes), visits, ServerTally(1003.5), lambda: None)


def values(read: Reading) -> dict[str, dict[tuple[str, ...], Any]]:
    """Return the values by metric and labels."""
    return {
        family.metric.name: {sample.labels: sample.value for sample in family.samples}
        for family in read.families
    }
