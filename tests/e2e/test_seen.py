"""What the matrix of departures forgives a busy machine, and what it does not."""

import pytest

from loadtest.navigation.point import Manner, Transport
from tests.e2e.seen import CONNECTED, RUNNING, SHAKEN, Story, misfits
from tests.e2e.seen_by_python import seen_by_python
from tests.e2e.witnessing import Cell, Session

(EXPECTED,) = seen_by_python(Cell("P17", Transport.WEBSOCKET, Manner.WS_CLOSE))


def session(events: Story, reason: str = "transport close") -> Session:
    return Session(events, {"disconnect": (reason,), "gone": (reason,)}, lasted_s=0.5)


USUAL = session(RUNNING)


@pytest.mark.parametrize(
    ("unusual", "forgiven"),
    [
        (session(SHAKEN), 2),  # the handler had ended
        (session(RUNNING, "ping timeout"), 1),
        (session(CONNECTED), 0),  # nothing of the handshake that was sent
    ],
    ids=["overtaken", "another reason", "another story"],
)
def test_so_many_of_five_are_forgiven_and_not_one_more(unusual: Session, forgiven: int) -> None:
    sessions = [*[unusual] * forgiven, *[USUAL] * (5 - forgiven)]
    assert misfits(EXPECTED, sessions) == []
    assert misfits(EXPECTED, [unusual, *sessions[:4]]) == [unusual] * (forgiven + 1)
