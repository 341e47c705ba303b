"""Whose visit a request belongs to."""

import pytest

from loadtest.hooks.traceparent import navigation_of

RUN = "00112233445566ff"
OURS = f"00-{RUN}000000000000012c-00000000000000aa-00"


@pytest.mark.parametrize(
    ("environ", "navigation"),
    [
        ({}, None),
        ({"HTTP_TRACEPARENT": OURS}, (RUN, 300)),
        ({"HTTP_X_LOADTEST_NAVIGATION": f"{RUN}0000000000000007"}, (RUN, 7)),
        ({"HTTP_TRACEPARENT": f"00-{RUN}0000000000000000-00000000000000aa-01"}, (RUN, 0)),
        # a proxy has begun a trace of its own
        (
            {"HTTP_TRACEPARENT": OURS, "HTTP_X_LOADTEST_NAVIGATION": "ab" * 5 + "0" * 22},
            ("ab" * 5 + "0" * 6, 0),
        ),
        ({"HTTP_TRACEPARENT": OURS, "HTTP_X_LOADTEST_NAVIGATION": "nonsense"}, (RUN, 300)),
        # strangers: random trace ids, no run, more visits than any run has
        ({"HTTP_TRACEPARENT": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, None),
        ({"HTTP_TRACEPARENT": "00-0000000000000000000000000000012c-00000000000000aa-00"}, None),
        ({"HTTP_TRACEPARENT": f"00-{RUN}0000010000000000-00000000000000aa-00"}, None),
        # what int() would read, and a traceparent does not allow
        ({"HTTP_TRACEPARENT": f"00-{RUN}00000000000001_c-00000000000000aa-00"}, None),
        ({"HTTP_TRACEPARENT": f"00-{RUN.upper()}000000000000012c-00000000000000aa-00"}, None),
        ({"HTTP_TRACEPARENT": OURS + "\n"}, None),
        ({"HTTP_TRACEPARENT": f"{OURS},{OURS}"}, None),
        ({"HTTP_TRACEPARENT": None, "HTTP_X_LOADTEST_NAVIGATION": 5}, None),
    ],
)
def test_a_navigation_is_known_by_its_header_and_a_stranger_is_not(
    environ: dict[str, object], navigation: tuple[str, int] | None
) -> None:
    assert navigation_of(environ) == navigation
