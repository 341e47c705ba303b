"""Which hosts may be loaded: loopback, and those that the user names; and which are this machine."""

import ipaddress
import socket
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from loadtest.errors import UsageError
from loadtest.transport.target import Target

__all__ = ["check_host", "is_own_host"]

_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_HOSTS = Path("/etc/hosts")


def check_host(url: str, allowed: Collection[str]) -> None:
    """Make sure that this address may be loaded.

    Raises:
        UsageError: the address is malformed, its name is unknown, or it is neither on this machine nor named
            by ``allowed_hosts`` or ``--allow-host``.
    """
    name = _name_in(url)
    if name and name not in allowed and not _may_be_here(name):
        raise _elsewhere(name)  # before anybody is asked for it
    Target.resolve(url)
    if name in allowed:
        return
    addresses = {row[4][0] for row in socket.getaddrinfo(name, None)}
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise _elsewhere(name)


def _elsewhere(name: str) -> UsageError:
    return UsageError(
        f"--host: {name} is not this machine; load is sent to loopback only, unless the profile's "
        f"allowed_hosts or --allow-host {name} names it"
    )


def _name_in(url: str) -> str:
    """Return the host's name in an address that can be loaded; empty for others, which ``Target`` refuses."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in _SCHEMES else ""
    except ValueError:
        return ""


def _may_be_here(name: str) -> bool:
    """Whether this can be a name of this machine: told without a look-up in the network."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        pass
    try:
        rows = _HOSTS.read_text(encoding="utf-8", errors="replace").lower().splitlines()
    except OSError:
        rows = []
    listed = {word for row in rows for word in row.partition("#")[0].split()[1:]}
    return (
        name == "localhost" or name.endswith(".localhost") or name in listed | {socket.gethostname().lower()}
    )


def is_own_host(name: str, bound: str) -> bool:
    """Whether this is a name of this machine, or the address that something here was told to listen on."""
    if name in ("localhost", bound):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
