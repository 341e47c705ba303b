"""The lines of a script that leave, in each manner."""

from typing import assert_never

from loadtest.navigation.departure import STAY
from loadtest.navigation.point import Manner, Transport
from loadtest.replay.script.telling import ONLY_PAGE, Telling

__all__ = ["leave_lines"]

_UPGRADING = frozenset({"P08", "P09", "P10"})
_DRAINED = "time.sleep(0.1)  # closed at once, the server would never read it"


def leave_lines(telling: Telling) -> list[str]:
    """Return the lines with which a visit leaves that has come to its point."""
    sockets = _sockets(telling)
    manner = telling.way.manner
    if telling.way.at == STAY and telling.is_polling and manner is Manner.WS_CLOSE:
        manner = Manner.FIN
    match manner:
        case Manner.FIN:
            return _fin_lines(sockets)
        case Manner.WS_CLOSE:
            return ['ws.send_close(1001, b"")  # "going away"', *_fin_lines(sockets)]
        case Manner.RST:
            return [
                f"for sock in {_as_list(sockets)}:",
                '    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))',
                "    sock.close()  # RST",
            ]
        case Manner.SIO_DISCONNECT:
            return _goodbye(telling, sockets, _disconnects(telling))
        case Manner.EIO_CLOSE:
            return _goodbye(telling, sockets, ['"1"'])
        case Manner.SILENT:
            return ["# the connection stays open now, and nobody answers pings"]
        case _:
            assert_never(manner)


def _fin_lines(sockets: str) -> list[str]:
    """Return the lines that close TCP with a FIN, whatever lies unread."""
    if sockets.startswith("["):
        return [f"for sock in {sockets}:", "    sock.shutdown(socket.SHUT_WR)  # FIN"]
    return [f"{sockets}.shutdown(socket.SHUT_WR)  # FIN"]


def _as_list(sockets: str) -> str:
    return sockets if sockets.startswith("[") else f"[{sockets}]"


def _sockets(telling: Telling) -> str:
    at = telling.way.at
    if at in ONLY_PAGE:
        return "sock" if at == "P03" else "page.sock"
    if telling.way.transport is Transport.WEBSOCKET:
        return "get.sock" if at == "P12" else "ws.sock"
    if at == "P05" and "post" not in telling.connections:
        return "[get.sock] if get.sock else []"  # a server may close after each answer
    if not telling.has_socket:
        return (
            "[item.sock for item in (get, post) if item.sock]"
            if "post" in telling.connections
            else "get.sock"
        )
    return "[ws.sock, get.sock]" if at in _UPGRADING else "ws.sock"


def _disconnects(telling: Telling) -> list[str]:
    everything = list(telling.app.disconnects)
    return everything[:-1] if telling.way.at == "P26" else everything


def _goodbye(telling: Telling, sockets: str, packets: list[str]) -> list[str]:
    lines = telling.send(*packets)
    if telling.is_polling:
        return [*lines, *telling.finish_posting(), *_fin_lines(sockets)]
    return [*lines, _DRAINED, *_fin_lines(sockets)]
