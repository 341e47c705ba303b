"""Text from the app, cut to a length."""

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node


def test_a_long_text_keeps_its_beginning_and_its_end_and_lone_surrogates_become_question_marks() -> None:
    script = """
    const { clip } = hooks("text");
    tell([clip("short", 10), clip("0123456789abcdef", 10), clip(null, 9), clip("a\\ud800b\\udc00c", 9),
      clip("\\u{1f600}", 9)]);
    """
    assert node(script) == ["short", "012…abcdef", "null", "a?b?c", "😀"]
