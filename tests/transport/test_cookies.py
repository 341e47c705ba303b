"""The cookies of a tab."""

import pytest

from loadtest.transport.cookies import Cookies


def test_a_tab_without_cookies_sends_no_header() -> None:
    assert Cookies().header == b""


TAKEN = [
    ([b"a=1"], b"Cookie: a=1\r\n"),
    ([b"a=1; Path=/; HttpOnly; SameSite=lax", b'b="x y"'], b'Cookie: a=1; b="x y"\r\n'),
    ([b"a=1", b"a=2"], b"Cookie: a=2\r\n"),
    ([b" a = 1=2 "], b"Cookie: a=1=2\r\n"),
    ([b"a="], b"Cookie: a=\r\n"),
    ([b"user@host=\xe9"], b"Cookie: user@host=\xe9\r\n"),
    ([b"a=1", b"b=2", b"a=; Max-Age=0"], b"Cookie: b=2\r\n"),
    ([b"a=1", b"a=gone; max-age = -1"], b""),
    ([b"a=1", b"a=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], b""),
    ([b"a=1; Max-Age=14; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], b"Cookie: a=1\r\n"),
    ([b"a=1; Max-Age=soon"], b"Cookie: a=1\r\n"),
    ([b"a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT"], b"Cookie: a=1\r\n"),
    ([b"a=1; Expires=never"], b"Cookie: a=1\r\n"),
    ([b"no cookie; a=1", b"=nameless", b"c=3"], b"Cookie: c=3\r\n"),
]


@pytest.mark.parametrize(("lines", "header"), TAKEN)
def test_cookies_are_sent_back_as_they_were_set(lines: list[bytes], header: bytes) -> None:
    cookies = Cookies()
    cookies.take(lines)
    assert cookies.header == header
