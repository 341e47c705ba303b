"""Ways to leave a server that speaks TLS: what python-socketio sees is what it sees without."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from loadtest.apps.app import Tls
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from tests.e2e.seen import is_noticed_late, misfits
from tests.e2e.seen_by_python import seen_by_python
from tests.e2e.witnessing import Cell, witnessing
from tests.transport.certificates import CERTIFICATE

WITNESS = Path(__file__).parent / "apps" / "witness.py"
COMMAND = [sys.executable, str(WITNESS), "--tls", str(CERTIFICATE), str(CERTIFICATE.with_name("key.pem"))]
VISITS = 5

CELLS = [
    Cell("P00", Transport.WEBSOCKET, Manner.FIN),
    Cell("P01", Transport.WEBSOCKET, Manner.RST),
    Cell("P03", Transport.WEBSOCKET, Manner.SILENT),
    Cell("P07", Transport.POLLING, Manner.FIN),
    Cell("P07b", Transport.POLLING, Manner.EIO_CLOSE),
    Cell("P10", Transport.UPGRADE, Manner.RST),
    Cell("P13", Transport.WEBSOCKET, Manner.WS_CLOSE),
    Cell("P15", Transport.WEBSOCKET, Manner.WS_CLOSE),
    Cell("P16", Transport.WEBSOCKET, Manner.FIN),
    Cell("P16", Transport.WEBSOCKET, Manner.RST),
    Cell("P16", Transport.WEBSOCKET, Manner.SILENT),
    Cell("P16", Transport.POLLING, Manner.SIO_DISCONNECT),
    Cell("P17", Transport.UPGRADE, Manner.SIO_DISCONNECT),
    Cell("P19", Transport.WEBSOCKET, Manner.EIO_CLOSE),
    Cell("P20", Transport.UPGRADE, Manner.FIN),
    Cell("P25", Transport.WEBSOCKET, Manner.WS_CLOSE),
]

TRUSTED = {"own authority": Tls(ca=CERTIFICATE.read_text()), "not verified": Tls(verify=False)}


@pytest.mark.parametrize("tls", TRUSTED.values(), ids=TRUSTED)
def test_leaving_is_seen_through_tls_as_without_it(tls: Tls, tmp_path: Path) -> None:
    sessions = VISITS * sum(len(seen_by_python(cell)) for cell in CELLS)
    for cell, visits in witnessing(COMMAND, tmp_path, CELLS, VISITS, sessions, tls=tls).items():
        assert endings(visit.record for visit in visits) == {
            (Outcome.LEFT, ActualDeparture(cell.at, cell.manner), None): VISITS
        }
        for number, seen in enumerate(seen_by_python(cell)):
            seen_sessions = [visit.sessions[number] for visit in visits]
            assert misfits(seen, seen_sessions) == [], f"{cell}: expected {seen}"
            assert is_noticed_late(visits, number) == seen.is_late


def endings(
    records: Iterable[NavigationRecord],
) -> Counter[tuple[Outcome, ActualDeparture | None, str | None]]:
    return Counter((record.outcome, record.actual, record.error) for record in records)


def test_a_certificate_that_nobody_vouches_for_fails_each_visit_by_name(tmp_path: Path) -> None:
    for visits in witnessing(COMMAND, tmp_path, CELLS, VISITS, sessions=0).values():
        assert endings(visit.record for visit in visits) == {
            (Outcome.FAILED, ActualDeparture("P00", None), "no TLS"): VISITS
        }
        assert [visit.order for visit in visits] == [()] * VISITS
