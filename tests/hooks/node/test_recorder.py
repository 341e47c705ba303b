"""What is counted, by navigation."""

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

HEAD = """
const { Recorder } = hooks("recorder");
const { performance } = require("perf_hooks");
const recorder = new Recorder();
const run = "00112233445566ff";
const headers = (number, of = run) =>
  ({ traceparent: `00-${of}${number.toString(16).padStart(16, "0")}-00000000000000aa-00` });
const end = (call) => recorder.end(call, performance.now());
"""


def test_a_stranger_is_not_watched_and_a_visit_is_counted_once() -> None:
    script = """
    const first = recorder.open("a", headers(7));
    tell([recorder.open("s", {}), recorder.page({}), first === recorder.open("a", headers(7)),
      recorder.tally(run).visits, recorder.runs(), recorder.connections.size]);
    """
    assert node(HEAD + script) == [None, None, True, 1, ["00112233445566ff"], 1]


def test_events_have_their_begin_and_duration_and_of_too_many_the_last_is_kept() -> None:
    script = """
    const connection = recorder.open("a", headers(7));
    const session = recorder.join(connection, "/", "s");
    const open = recorder.begin(session, "open", true);
    for (let number = 0; number < 100; number += 1) end(recorder.begin(session, "e" + number, true));
    end(recorder.begin(session, "(part)", false));
    end(recorder.begin(session, "x".repeat(500), false));
    recorder.close(connection, "transport close");
    recorder.close(connection, "again");
    end(open);
    const { entries } = recorder.tally(run).toSnapshot(9).journal;
    const [{ events, begun_at_ms, took_ms, reason }] = entries;
    tell([entries.length, reason, events.length, events[0], events[1], events[63], begun_at_ms.length,
      took_ms[0], took_ms.slice(1).every((took) => took >= 0), connection.running]);
    """
    assert node(HEAD + script) == [
        1,
        "transport close",
        64,
        "open",
        "e0",
        "e99",
        64,
        None,
        True,
        0,
    ]


def test_all_is_bounded() -> None:
    script = """
    const connection = recorder.open("a", headers(7));
    for (let number = 0; number < 1000; number += 1) recorder.join(connection, "/", "s" + number);
    const session = connection.sessions[255];
    for (let id = 0; id < 1000; id += 1) recorder.expectAck(session, id, "ask");
    for (let id = 0; id < 1000; id += 1) recorder.sendAck(session, id);
    for (let number = 1; number < 40; number += 1) {
      recorder.open("r" + number, headers(1, number.toString(16).padStart(16, "0")));
    }
    tell([recorder.sessions.size, connection.sessions.length, connection.tally.handler("/", "ask").ack.count,
      recorder.runs().length]);
    """
    assert node(HEAD + script) == [256, 256, 256, 16]


def test_a_session_that_came_again_with_its_sid_is_not_forgotten_with_the_old_connection() -> None:
    script = """
    const first = recorder.open("a", headers(1));
    recorder.join(first, "/", "s");
    const second = recorder.open("b", headers(2));
    recorder.join(second, "/", "s");
    recorder.forget(first);
    const found = recorder.ownerOf("/", "s");
    recorder.forget(second);
    tell([found.number, recorder.ownerOf("/", "s") === undefined, recorder.connections.size]);
    """
    assert node(HEAD + script) == [2, True, 0]


def test_an_acknowledgement_counts_from_the_events_arrival_and_once() -> None:
    script = """
    const session = recorder.join(recorder.open("a", headers(7)), "/", "s");
    recorder.expectAck(session, 3, "ask");
    setTimeout(() => {
      recorder.sendAck(session, 3);
      recorder.sendAck(session, 3);
      recorder.sendAck(session, 4);
      const { ack } = session.connection.tally.handler("/", "ask");
      tell([ack.count, ack.sumUs > 25000]);
    }, 30);
    """
    assert node(HEAD + script) == [1, True]


def test_names_that_a_client_sent_are_cut_and_fit_for_utf_8() -> None:
    script = """
    const connection = recorder.open("a", headers(7));
    const session = recorder.join(connection, "/\\ud800", "s");
    for (const event of ["\\ud800", "x".repeat(500), Symbol("s"), 5, "\\ud800"]) {
      end(recorder.begin(session, event, true));
    }
    for (let number = 0; number < 300; number += 1) connection.tally.handler("/", "e" + number);
    end(recorder.begin(session, "late\\udfff", true));
    const { handlers } = JSON.parse(JSON.stringify(connection.tally.toSnapshot(0)));
    tell([handlers.slice(0, 4).map((row) => [row.namespace, row.event.length, row.calls]), handlers[0].event,
      connection.events.map((event) => event.slice(0, 5))]);
    """
    assert node(HEAD + script) == [
        [["/?", 1, 2], ["/?", 100, 1], ["/?", 9, 1], ["/?", 1, 1]],
        "?",
        ["?", "xxxxx", "Symbo", "5", "?", "late?"],
    ]
