"""Which hosts may be loaded."""

import pytest

from loadtest.errors import UsageError
from loadtest.swarm.hosts import check_host, is_own_host


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://127.9.9.9:9/app/", "http://[::1]:9", "http://localhost"]
)
def test_this_machine_may_be_loaded(url: str) -> None:
    check_host(url, allowed=frozenset())


def test_a_name_elsewhere_is_refused_without_asking_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.getaddrinfo", asked)
    monkeypatch.setattr("gevent.socket.getaddrinfo", asked)

    with pytest.raises(
        UsageError, match=r"example\.com is not this machine.*--allow-host example\.com names it"
    ):
        check_host("http://example.com", allowed=frozenset())


def test_another_machine_is_refused_until_it_is_named() -> None:
    with pytest.raises(UsageError, match=r"--host: 192\.0\.2\.7 is not this machine"):
        check_host("http://192.0.2.7:8080", allowed=frozenset())

    check_host("http://192.0.2.7:8080", allowed={"192.0.2.7"})


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("box", True),
        ("example.org", False),
        ("192.0.2.1", False),
    ],
)
def test_a_name_of_this_machine_is_loopback_or_what_was_bound(name: str, is_own: bool) -> None:
    assert is_own_host(name, "box") == is_own
