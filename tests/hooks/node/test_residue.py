"""What is left behind: numbers, or no data."""

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

HEAD = """
const { Recorder } = hooks("recorder");
const { Reading, Servers } = hooks("residue");
const recorder = new Recorder();
const servers = new Servers();
const run = "00112233445566ff";
const visit = (number, of = run) => {
  const headers = { traceparent: `00-${of}${number.toString(16).padStart(16, "0")}-00000000000000aa-00` };
  const connection = recorder.open("c" + of + number, headers);
  recorder.join(connection, "/", "s" + of + number);
  return connection;
};
const server = { engine: { clients: {} }, _nsps: new Map() };
const root = { sockets: new Map(), adapter: { rooms: new Map() } };
server._nsps.set("/", root);
servers.add(server);
const kinds = ["sids", "eio_sockets", "rooms", "environs", "pending_disconnects"];
const counts = () => {
  const reading = new Reading(recorder, servers);
  return kinds.map((kind) => reading.count(run, kind));
};
"""


def test_what_is_of_this_run_alone_is_counted_with_its_numbers() -> None:
    script = """
    const other = "00".repeat(7) + "07";
    for (const number of [3, 2, 1]) visit(number);
    visit(1, other);
    server.engine.clients["c" + run + 3] = {};
    server.engine.clients.stranger = {};
    for (const number of [1, 2]) root.sockets.set("s" + run + number, {});
    root.sockets.set("s" + other + 1, {});
    root.adapter.rooms.set("ours", new Set(["s" + run + 1, "s" + run + 2]));
    root.adapter.rooms.set("mixed", new Set(["s" + run + 1, "s" + other + 1]));
    root.adapter.rooms.set("with a stranger", new Set(["s" + run + 1, "x"]));
    root.adapter.rooms.set("empty", new Set());
    const reading = new Reading(recorder, servers);
    tell([kinds.map((kind) => reading.count(run, kind)), kinds.map((kind) => reading.numbers(run, kind))]);
    """
    assert node(HEAD + script) == [[2, 1, 1, None, None], [[1, 2], [3], [1, 2], [], []]]


def test_of_a_room_with_strangers_in_it_those_are_counted_who_have_gone() -> None:
    script = """
    const other = "00".repeat(7) + "07";
    for (const number of [1, 2, 3]) visit(number);
    for (const number of [1, 2]) visit(number, other);
    root.sockets.set("s" + run + 1, {});
    root.sockets.set("stranger", {});
    const ours = [1, 2, 3].map((number) => "s" + run + number);
    root.adapter.rooms.set("lobby", new Set(["stranger", ...ours, "s" + other + 1]));
    const reading = new Reading(recorder, servers);
    tell([run, other].map((each) => [reading.count(each, "rooms"), reading.numbers(each, "rooms")]));
    """
    assert node(HEAD + script) == [[1, [2, 3]], [1, [1]]]


def test_what_cannot_be_read_is_no_data() -> None:
    script = """
    visit(1);
    root.adapter = {};
    const reading = new Reading(recorder, servers);
    const unreadable = [...reading.unreadable.keys()];
    tell([kinds.map((kind) => reading.count(run, kind)), unreadable, recorder.connections.size]);
    """
    assert node(HEAD + script) == [[0, 0, None, None, None], ["rooms"], 1]


def test_a_connection_is_forgotten_when_nothing_was_left_twice_and_no_handler_runs() -> None:
    script = """
    const [idle, busy] = [visit(1), visit(2)];
    busy.running = 1;
    const look = () => { counts(); return recorder.connections.size; };
    const sizes = [look(), look(), look()];
    busy.running = 0;
    sizes.push(look());
    const forever = visit(3);
    forever.running = 1;
    for (let at = 0; at < 59; at += 1) look();
    tell([...sizes, recorder.connections.size, look()]);
    """
    assert node(HEAD + script) == [2, 1, 1, 0, 1, 0]
