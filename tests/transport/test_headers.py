"""HTTP header lines."""

import pytest

from loadtest.errors import UsageError
from loadtest.transport.headers import header_lines


def test_each_header_is_a_line() -> None:
    assert header_lines({"Host": "a", "X-Name": "é"}) == b"Host: a\r\nX-Name: \xe9\r\n"


def test_a_later_header_overrides_an_earlier_one_whatever_its_case() -> None:
    assert header_lines({"Accept": "a", "Host": "b"}, {"accept": "c"}) == b"accept: c\r\nHost: b\r\n"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X": "a\r\nY: b"}, "[app] headers: 'X': 'a\\r\\nY: b' is no header; it is one line, without NUL"),
        ({"X\n": "a"}, "[app] headers: 'X\\n': 'a' is no header; it is one line, without NUL"),
        ({"": "a"}, "[app] headers: '': 'a' is no header; it is one line, without NUL"),
        ({"X": "a\0"}, "[app] headers: 'X': 'a\\x00' is no header; it is one line, without NUL"),
        ({"X": "→"}, "[app] headers: 'X': '→' is not Latin-1"),
    ],
)
def test_what_cannot_be_a_header_is_refused(headers: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        header_lines(headers)
    assert str(refused.value) == message
