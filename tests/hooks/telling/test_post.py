"""One snapshot over real HTTP, and what may come instead of an answer."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest

from loadtest.hooks.telling.post import Answer, post
from loadtest.hooks.telling.rendezvous import Collector
from tests.hooks.receiver import RUN


def answering(answer: bytes) -> tuple[socket.socket, str]:
    """Return a listener that gives one answer, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):  # whoever asked may have gone, and the listener with them
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"run": "a"}', b'{"run": 1, "journal": 0}', b'{"journal": 1}']
)
def test_an_answer_that_no_collector_gives_is_a_mistake(body: bytes) -> None:
    listener, url = answering(http(body))
    with listener, pytest.raises(ValueError):  # noqa: PT011  # json's own is one too
        post(Collector(url, "secret", RUN), b"{}", 2)


@pytest.mark.parametrize("answer", [b"", b"\x00" * 100])
def test_what_is_no_http_counts_as_nobody_there(answer: bytes) -> None:
    listener, url = answering(answer)
    with listener, pytest.raises(OSError):  # noqa: PT011
        post(Collector(url, "secret", RUN), b"{}", 2)


def test_an_answer_is_read() -> None:
    listener, url = answering(http(b'{"run": "ab", "journal": 7}'))
    with listener:
        assert post(Collector(url, "secret", RUN), b"{}", 2) == Answer(200, "ab", 7, ())


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    listener, url = answering(b'HTTP/1.0 200 OK\r\n\r\n{"run": "ab", "journal": 7}')
    with listener:
        assert post(Collector(url, "secret", RUN), b"{}", 2) == Answer(200, "ab", 7, ())


def test_a_redirect_is_not_followed() -> None:
    other, elsewhere = answering(http(b'{"run": "ab", "journal": 7}'))
    listener, url = answering(f"HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\n\r\n".encode())
    with listener, other:
        assert post(Collector(url, "secret", RUN), b"{}", 2) == Answer(302, "", 0, ())


def test_a_huge_answer_is_none_of_a_collectors() -> None:
    listener, url = answering(http(b" " * 10_000_000 + b'{"run": "ab", "journal": 7}'))
    with listener, pytest.raises(ValueError):  # noqa: PT011
        post(Collector(url, "secret", RUN), b"{}", 5)


def test_an_answer_that_drips_does_not_stretch_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        is_over = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                while not is_over.wait(0.02):
                    connection.sendall(b"H")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began_s = time.monotonic()
        with pytest.raises(OSError, match=r"no answer in time|timed out"):
            post(Collector(f"http://127.0.0.1:{listener.getsockname()[1]}", "s", RUN), b"{}", 0.5)
        took_s = time.monotonic() - began_s
        is_over.set()
        thread.join()

    assert 0.5 <= took_s < 5  # without the deadline it would drip for ever


def test_nothing_heavy_is_imported_for_it() -> None:
    source = (
        "import sys, loadtest.hooks.telling.post\n"
        "print([name for name in ('ssl', 'http.client', 'email') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("url", ["https://127.0.0.1:5", "ftp://x", "nonsense", "http://", "http://h:port"])
def test_an_address_that_cannot_be_a_collectors_is_a_mistake(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        post(Collector(url, "secret", RUN), b"{}", 2)
