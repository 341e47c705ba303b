"""Counts of one run: what is in a snapshot, and that all of it is bounded."""

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

TOLD = """
const { ErrorTallies, RunTally } = hooks("tally");
const tally = new RunTally("00");
const told = (number, line, more) => ({
  fault: { type: "Error", function: "f", file: "app.js", line }, channel: "handler", namespace: "/",
  event: "ask", number, describe: () => "stack " + line, ...more,
});
"""


def test_from_the_257th_on_all_handlers_share_one() -> None:
    script = """
    for (let at = 0; at < 1000; at += 1) tally.handler("/" + (at % 2), "e" + at).calls += 1;
    tally.handler("/0", "e0").calls += 1;
    const rows = JSON.parse(JSON.stringify(tally.toSnapshot(9).handlers));
    tell([rows.length, rows.find((row) => row.event === "(other)").calls, tally.handler("/0", "e0").calls]);
    """
    assert node(TOLD + script) == [256, 745, 2]


def test_errors_are_told_apart_by_fingerprint_channel_and_handler_and_bounded() -> None:
    script = """
    for (let number = 0; number < 30; number += 1) tally.countError(told(number, 1));
    tally.countError(told(5, 1, { channel: "rejection" }));
    tally.countError(told(5, 1, { event: null }));
    for (let line = 2; line < 100000; line += 1) tally.countError(told(1, line));
    const { errors, errors_overflow, journal } = JSON.parse(JSON.stringify(tally.toSnapshot(1e6)));
    const [first, second, third] = errors;
    tell([errors.length, errors_overflow, first, second.channel, third.event, journal.entries.length]);
    """
    count, overflow, first, channel, event, entries = node(TOLD + script)

    assert (count, overflow, channel, event) == (200, 99_998 - 197, "rejection", None)
    assert entries == 30 + 199
    assert first == {
        "id": 0,
        "what": "Error in f",
        "type": "Error",
        "function": "f",
        "file": "app.js",
        "line": 1,
        "channel": "handler",
        "namespace": "/",
        "event": "ask",
        "count": 30,
        "traceback": "stack 1",
        "navigations": list(range(20)),
    }


def test_the_journal_forgets_what_has_arrived_and_says_what_it_lost() -> None:
    script = """
    for (let number = 0; number < 100010; number += 1) tally.countError(told(number, 1));
    const before = tally.toSnapshot(3).journal;
    tally.acknowledge(99998);
    tally.acknowledge(5);
    const after = tally.toSnapshot(10).journal;
    tally.acknowledge(1e9);
    tell([before.from, before.lost, before.entries.length, after.from, after.entries.map((e) => e.number),
      tally.hasJournal]);
    """
    assert node(TOLD + script) == [0, 10, 3, 99_998, [99_998, 99_999], False]
