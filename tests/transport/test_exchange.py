"""HTTP over one kept-alive connection."""

import socket

import pytest

from loadtest.navigation.record import Outcome
from loadtest.transport.exchange import Answer, Exchange
from loadtest.transport.fault import VisitError
from loadtest.transport.head import Head
from loadtest.transport.target import Target
from tests.transport.server import Peer, Served, acts, answer, resets, sends, serve

GET = b"GET / HTTP/1.1\r\n\r\n"


def exchange_of(served: Served) -> Exchange:
    return Exchange(Target.resolve(served.url))


def ask(exchange: Exchange, request: bytes = GET) -> bytes:
    exchange.send(request)
    return exchange.read().body


def test_one_connection_carries_one_exchange_after_the_other() -> None:
    def script(peer: Peer) -> None:
        for number in range(3):
            peer.request()
            peer.send(answer(f"answer {number}"))
        peer.end()

    with serve(script) as served:
        exchange = exchange_of(served)
        assert exchange.line is None
        assert [ask(exchange) for _ in range(3)] == [b"answer 0", b"answer 1", b"answer 2"]
        exchange.close()
        assert exchange.line is None


def test_it_waits_from_the_request_until_the_answer_is_read() -> None:
    with serve(acts(Peer.request, sends(answer("x")), Peer.end)) as served:
        exchange = exchange_of(served)
        waiting = [exchange.is_waiting]
        exchange.send(GET)
        waiting.append(exchange.is_waiting)
        exchange.await_answer()
        waiting.append(exchange.is_waiting)
        exchange.read()
        waiting.append(exchange.is_waiting)
        exchange.close()
    assert waiting == [False, True, True, False]


def test_a_connection_that_is_given_is_used() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer("x"))
        peer.end()

    with serve(script) as served:
        target = Target.resolve(served.url)
        line = target.connect()
        exchange = Exchange(target, line)
        assert ask(exchange) == b"x"
        assert exchange.line is line
        exchange.close()


def test_a_given_connection_that_is_dead_is_replaced_once() -> None:
    with serve(lambda _: None, acts(Peer.request, sends(answer("x")))) as served:
        target = Target.resolve(served.url)
        exchange = Exchange(target, target.connect())
        assert ask(exchange) == b"x"
        exchange.close()


def test_a_replaced_connection_that_dies_too_is_the_end() -> None:
    with serve(lambda _: None, Peer.request) as served:
        target = Target.resolve(served.url)
        exchange = Exchange(target, target.connect())
        with pytest.raises(VisitError) as failed:
            ask(exchange)
        exchange.close()
    assert (failed.value.outcome, failed.value.error) == (Outcome.LOST, "the server closed the connection")


def test_a_new_connection_that_is_reset_is_an_error_of_the_system() -> None:
    with serve(acts(Peer.request, resets)) as served:
        exchange = exchange_of(served)
        with pytest.raises(ConnectionResetError):
            ask(exchange)
        exchange.close()


def test_a_new_connection_that_is_refused_is_not_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    exchange = Exchange(Target.resolve(url))
    with pytest.raises(ConnectionRefusedError):
        ask(exchange)
    exchange.close()


def test_a_kept_connection_is_not_replaced_once_an_answer_has_begun() -> None:
    with serve(acts(Peer.request, sends(answer("x")), Peer.request, sends(b"HTTP/1.1 200"))) as served:
        exchange = exchange_of(served)
        assert ask(exchange) == b"x"
        with pytest.raises(VisitError, match="the server closed the connection"):
            ask(exchange)
        exchange.close()


def test_a_connection_that_is_not_kept_is_spent() -> None:
    closing = acts(Peer.request, sends(answer("a", b"Connection: close\r\n")), Peer.end)
    with serve(closing, acts(Peer.request, sends(answer("b")), Peer.end)) as served:
        exchange = exchange_of(served)
        assert ask(exchange) == b"a"
        assert exchange.is_spent
        assert ask(exchange) == b"b"
        assert not exchange.is_spent
        exchange.close()


def test_bytes_behind_an_answer_make_its_connection_useless() -> None:
    with serve(
        acts(Peer.request, sends(answer("a") + b"garbage"), Peer.end),
        acts(Peer.request, sends(answer("b")), Peer.end),
    ) as served:
        exchange = exchange_of(served)
        assert [ask(exchange), ask(exchange)] == [b"a", b"b"]
        exchange.close()


def test_hints_that_come_before_an_answer_are_passed_over() -> None:
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    with serve(acts(Peer.request, sends(hints + answer("x")), Peer.end)) as served:
        exchange = exchange_of(served)
        assert ask(exchange) == b"x"
        exchange.close()


def test_connecting_waits_until_the_connection_stands() -> None:
    with serve(Peer.end) as served:
        exchange = exchange_of(served)
        assert exchange.connect() is exchange.line
        assert exchange.connect() is exchange.line
        exchange.close()


WORDS = [
    ({b"content-type": b"text/plain"}, b"  not you \n", "not you"),
    ({b"content-type": b"text/html"}, b"x" * 300, "x" * 200),
    ({b"content-type": b"text/html"}, b"\xff", "\ufffd"),
    ({b"content-type": b"text/html"}, b"  ", None),
    ({b"content-type": b"image/png"}, b"x", None),
    ({b"content-type": b"text/html", b"content-encoding": b"gzip"}, b"x", None),
    ({}, b"x", None),
]


@pytest.mark.parametrize(("fields", "body", "words"), WORDS)
def test_a_refusals_words_are_those_that_can_be_read(
    fields: dict[bytes, bytes], body: bytes, words: str | None
) -> None:
    assert Answer(Head(400, b"HTTP/1.1", fields, (), 0), body).words == words
