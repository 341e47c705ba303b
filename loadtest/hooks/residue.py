"""What is left of a run's visits in the servers of this process: sids, rooms, environs, sockets."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from .counting.connection import Connection
from .counting.recorder import Recorder

__all__ = ["KINDS", "Reading", "Servers"]

KINDS = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
_MAX_NUMBERS = 20_000
_CHUNK = 300
_MAX_TRIES = 50
Item = TypeVar("Item")


class Servers:
    """The servers that this run's visits have reached; none is kept alive."""

    def __init__(self) -> None:
        self._socketio: weakref.WeakSet[Any] = weakref.WeakSet()
        self._engineio: weakref.WeakSet[Any] = weakref.WeakSet()

    def add_socketio(self, server: Any) -> None:
        """Take note of a python-socketio server; what is not one is passed over."""
        if hasattr(server, "manager") and server not in self._socketio:
            self._socketio.add(server)

    def add_engineio(self, server: Any) -> None:
        """Take note of a python-engineio server."""
        if server not in self._engineio:
            self._engineio.add(server)

    def socketio(self) -> list[Any]:
        """Return those of python-socketio that still live."""
        return _listed(self._socketio)

    def engineio(self) -> list[Any]:
        """Return those of python-engineio that still live."""
        return _listed(self._engineio)


class Reading:
    """What was left at one moment, by run; taken on the push thread, while the app runs.

    A kind that cannot be read (a layout that no version known to us has) is no data, not 0.
    """

    def __init__(self, recorder: Recorder, servers: Servers) -> None:
        self.unreadable: dict[str, str] = {}
        """Kind -> why."""
        self._counts: dict[tuple[str, str], int] = {}
        self._numbers: dict[tuple[str, str], set[int]] = {}
        self._held: set[Connection] = set()
        self._recorder = recorder
        if recorder.connections:
            for server in servers.engineio():
                self._read("eio_sockets", server, self._read_sockets)
            for server in servers.socketio():
                self._read("environs", server, self._read_environs)
                self._read("sids", server, self._read_sids)
                self._read("rooms", server, self._read_rooms)
                self._read("pending_disconnects", server, self._read_pending)
            self._forget_the_unheld()

    def count(self, run: str, kind: str) -> int | None:
        """Return how many of this kind are left of a run, or None when that cannot be read."""
        return None if kind in self.unreadable else self._counts.get((run, kind), 0)

    def numbers(self, run: str, kind: str) -> list[int]:
        """Return the navigations that they belong to: the lowest 20,000 numbers."""
        return sorted(self._numbers.get((run, kind), ()))[:_MAX_NUMBERS]

    def _read(self, kind: str, server: Any, read: Callable[[Any], None]) -> None:
        try:
            read(server)
        except Exception as error:
            self.unreadable[kind] = f"{type(error).__name__} in {type(server).__module__}"

    def _read_sockets(self, server: Any) -> None:
        for eio_sid in _gently(_listed(server.sockets)):
            self._found("eio_sockets", self._recorder.connections.get(eio_sid))

    def _read_environs(self, server: Any) -> None:
        for eio_sid in _gently(_listed(server.environ)):
            self._found("environs", self._recorder.connections.get(eio_sid))

    def _read_sids(self, server: Any) -> None:
        for namespace, rooms in _listed(server.manager.rooms.items()):
            everyone: Iterable[str] = rooms.get(None, ())
            for sid in _gently(_listed(everyone)):
                self._found("sids", self._owner(namespace, sid))

    def _read_rooms(self, server: Any) -> None:
        for namespace, rooms in _listed(server.manager.rooms.items()):
            # names alone: a list of 20,000 pairs would set off the garbage collector, and the app would wait
            for name in _gently(_listed(rooms)):
                if name is not None:
                    self._read_room(namespace, rooms.get(name, ()))

    def _read_room(self, namespace: str, members: Iterable[str]) -> None:
        owners = _tried(lambda: self._owners(namespace, members))
        if len({owner.tally.run for owner in owners}) != 1:
            return
        run = owners[0].tally.run
        self._counts[run, "rooms"] = self._counts.get((run, "rooms"), 0) + 1
        self._numbers.setdefault((run, "rooms"), set()).update(owner.number for owner in owners)
        self._held.update(owners)

    def _owners(self, namespace: str, members: Iterable[str]) -> list[Connection]:
        """Return the members' connections; none at all when a stranger is among them."""
        owners = []
        for sid in members:
            owner = self._owner(namespace, sid)
            if owner is None:
                return []
            owners.append(owner)
        return owners

    def _read_pending(self, server: Any) -> None:
        for namespace, sids in _listed(server.manager.pending_disconnect.items()):
            for sid in _gently(list(sids)):
                self._found("pending_disconnects", self._owner(namespace, sid))

    def _owner(self, namespace: str, sid: str) -> Connection | None:
        session = self._recorder.sessions.get((namespace, sid))
        return None if session is None else session.connection

    def _found(self, kind: str, connection: Connection | None) -> None:
        if connection is not None:
            key = (connection.tally.run, kind)
            self._counts[key] = self._counts.get(key, 0) + 1
            self._numbers.setdefault(key, set()).add(connection.number)
            self._held.add(connection)

    def _forget_the_unheld(self) -> None:
        """Let go of connections of which the framework has nothing, now and when it was last looked.

        The second look leaves time for a handler that the framework had started as a task of its own
        before the visitor left.
        """
        if self.unreadable:
            return
        for connection in _gently(_listed(self._recorder.connections.values())):
            if connection in self._held:
                connection.is_unheld = False
            elif connection.is_unheld:
                self._recorder.forget(connection)
            else:
                connection.is_unheld = True


def _listed(items: Iterable[Any]) -> list[Any]:
    """Return a copy of something that the app may be changing."""
    return _tried(lambda: list(items))


def _tried(read: Callable[[], list[Item]]) -> list[Item]:
    for _ in range(_MAX_TRIES):
        try:
            return read()
        except RuntimeError:  # changed size during iteration
            time.sleep(0)
    return read()


def _gently(items: list[Item]) -> Iterator[Item]:
    """Give the items, letting the app's threads in every now and then."""
    for start in range(0, len(items), _CHUNK):
        yield from items[start : start + _CHUNK]
        time.sleep(0)
