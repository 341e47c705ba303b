"""Whose visit a request belongs to: the same rule as the hooks in Python have."""

from loadtest.hooks.traceparent import navigation_of
from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

RUN = "00112233445566ff"
OURS = f"00-{RUN}000000000000012c-00000000000000aa-00"
HEADERS: list[dict[str, object]] = [
    {},
    {"traceparent": OURS},
    {"x-loadtest-navigation": f"{RUN}0000000000000007"},
    {"traceparent": f"00-{RUN}000000ffffffffff-00000000000000aa-01"},
    {"traceparent": OURS, "x-loadtest-navigation": "ab" * 5 + "0" * 22},
    {"traceparent": OURS, "x-loadtest-navigation": "nonsense"},
    {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
    {"traceparent": "00-0000000000000000000000000000012c-00000000000000aa-00"},
    {"traceparent": f"00-{RUN}0000010000000000-00000000000000aa-00"},
    {"traceparent": f"00-{RUN}00000000000001_c-00000000000000aa-00"},
    {"traceparent": f"00-{RUN.upper()}000000000000012c-00000000000000aa-00"},
    {"traceparent": OURS + "\n"},
    {"traceparent": f"{OURS},{OURS}"},
    {"traceparent": None, "x-loadtest-navigation": 5},
]


def test_a_navigation_is_known_by_its_header_and_a_stranger_is_not() -> None:
    def as_environ(headers: dict[str, object]) -> dict[str, object]:
        return {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}

    script = """
    const { navigationOf } = hooks("traceparent");
    const found = [...given.map(navigationOf), navigationOf(undefined)];
    tell(found.map((navigation) => navigation && [navigation.run, navigation.number]));
    """
    found = node(script, HEADERS)

    assert found[1:3] == [[RUN, 300], [RUN, 7]]
    assert [tuple(each) if each else None for each in found] == [
        *(navigation_of(as_environ(headers)) for headers in HEADERS),
        None,
    ]
