"""Which hosts may be loaded: loopback, and those that the user names; and which are this machine."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from loadtest.errors import UsageError
from loadtest.transport.target import Target

__all__ = ["check_host", "is_own_host"]


def check_host(url: str, allowed: Collection[str]) -> None:
    """Make sure that this address may be loaded.

    Raises:
        UsageError: the address is malformed, its name is unknown, or it is neither on this machine nor named
            by ``allowed_hosts`` or ``--allow-host``.
    """
    Target.resolve(url)
    name = urlsplit(url).hostname or ""
    if name in allowed:
        return
    addresses = {row[4][0] for row in socket.getaddrinfo(name, None)}
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise UsageError(
            f"--host: {name} is not this machine; load is sent to loopback only, unless the profile's "
            f"allowed_hosts or --allow-host {name} names it"
        )


def is_own_host(name: str, bound: str) -> bool:
    """Whether this is a name of this machine, or the address that something here was told to listen on."""
    if name in ("localhost", bound):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
