"""Reading packets out of text frames."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from socketio import packet as reference

from loadtest.errors import ProtocolError
from loadtest.navigation.packet import Open, Packet, PacketKind, read_open, read_packet, write_event

READ = [
    ('0{"sid":"abc"}', Packet(PacketKind.OPEN, '{"sid":"abc"}')),
    ("1", Packet(PacketKind.CLOSE)),
    ("2", Packet(PacketKind.PING)),
    ("2probe", Packet(PacketKind.PING, "probe")),
    ("3probe", Packet(PacketKind.PONG, "probe")),
    ("6", Packet(PacketKind.NOOP)),
    ('40{"sid":"xyz"}', Packet(PacketKind.CONNECT, '{"sid":"xyz"}')),
    ('40/admin,{"sid":"xyz"}', Packet(PacketKind.CONNECT, '{"sid":"xyz"}', "/admin")),
    ("40/admin", Packet(PacketKind.CONNECT, "", "/admin")),
    ("41", Packet(PacketKind.DISCONNECT)),
    ("41/admin,", Packet(PacketKind.DISCONNECT, "", "/admin")),
    ('42["hello",1]', Packet(PacketKind.EVENT, '["hello",1]')),
    ('4212["hello"]', Packet(PacketKind.EVENT, '["hello"]', id=12)),
    ('42/admin,7["hello"]', Packet(PacketKind.EVENT, '["hello"]', "/admin", 7)),
    ("430[true]", Packet(PacketKind.ACK, "[true]", id=0)),
    ("43/admin,123456789012345678[]", Packet(PacketKind.ACK, "[]", "/admin", 123456789012345678)),
    ('44{"message":"no"}', Packet(PacketKind.CONNECT_ERROR, '{"message":"no"}')),
    (
        '451-["b",{"_placeholder":true,"num":0}]',
        Packet(PacketKind.BINARY_EVENT, '["b",{"_placeholder":true,"num":0}]', attachments=1),
    ),
    ("462-/admin,3[]", Packet(PacketKind.BINARY_ACK, "[]", "/admin", 3, 2)),
    ("450-/admin,[1]", Packet(PacketKind.BINARY_EVENT, "[1]", "/admin")),
]


@pytest.mark.parametrize(("text", "packet"), READ, ids=[text for text, _ in READ])
def test_a_frame_is_read_into_its_parts(text: str, packet: Packet) -> None:
    assert read_packet(text) == packet


REFUSED = [
    ("", "not an Engine.IO packet: ''"),
    ("5", "not an Engine.IO packet: '5'"),
    ("<html>", "not an Engine.IO packet: '<html>'"),
    ("4", "not a Socket.IO packet: '4'"),
    ("47", "not a Socket.IO packet: '47'"),
    ('45["no number"]', "a binary packet without its attachments' number: '45[\"no number\"]'"),
    ("45-[]", "a binary packet without its attachments' number: '45-[]'"),
    ("421234567890123456789[]", "a packet id of 19 digits"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_no_server_sends_is_refused_with_its_text(text: str, message: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_packet(text)
    assert str(refused.value) == message


EVENTS = [
    ('42["hello",1]', "hello"),
    ("42[]", None),
    ("42[1]", None),
    ('42{"a":1}', None),
]


@pytest.mark.parametrize(("text", "event"), EVENTS, ids=[text for text, _ in EVENTS])
def test_an_events_name_is_its_first_argument_if_that_is_text(text: str, event: str | None) -> None:
    assert read_packet(text).event == event


@pytest.mark.parametrize("text", ["42", "42[", "42[" + "[" * 100_000, '42["a"]x'])
def test_data_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="a event packet without JSON"):
        read_packet(text).decode()


def test_an_open_packet_names_the_session_and_the_ping_times_in_seconds() -> None:
    packet = read_packet('0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}')
    assert read_open(packet) == Open("abc", 25.0, 20.0)


@pytest.mark.parametrize(
    "data",
    [
        "[]",
        "{}",
        '{"sid":"abc"}',
        '{"sid":"abc","pingInterval":"soon","pingTimeout":1}',
        '{"sid":"abc","pingInterval":null,"pingTimeout":1}',
        '{"sid":"abc","pingInterval":-1,"pingTimeout":1}',
        '{"sid":"abc","pingInterval":1,"pingTimeout":NaN}',
        '{"pingInterval":1,"pingTimeout":1}',
        '{"sid":"abc","pingInterval":86400001,"pingTimeout":1}',
        '{"sid":"abc","pingInterval":1,"pingTimeout":1e300}',
        '{"sid":["abc"],"pingInterval":1,"pingTimeout":1}',
        '{"sid":null,"pingInterval":1,"pingTimeout":1}',
        '{"sid":"abc","pingInterval":1' + "0" * 400 + ',"pingTimeout":1}',
    ],
)
def test_an_open_packet_without_session_or_usable_ping_times_is_refused(data: str) -> None:
    with pytest.raises(ProtocolError, match="an open packet without sid and ping times"):
        read_open(read_packet("0" + data))


@settings(deadline=None)
@given(st.text() | st.builds("".join, st.lists(st.sampled_from(list('0123456-/,["]{}a:')), max_size=30)))
def test_any_text_is_a_packet_or_a_protocol_error(text: str) -> None:
    try:
        packet = read_packet(text)
        read_open(packet)
    except ProtocolError:
        return
    assert packet.data in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


NAMESPACES = st.sampled_from(["/", "/admin", "/a/b"])
IDS = st.none() | st.integers(0, 10**18 - 1)
KINDS = {
    reference.EVENT: PacketKind.EVENT,
    reference.ACK: PacketKind.ACK,
    reference.BINARY_EVENT: PacketKind.BINARY_EVENT,
    reference.BINARY_ACK: PacketKind.BINARY_ACK,
    reference.CONNECT: PacketKind.CONNECT,
    reference.DISCONNECT: PacketKind.DISCONNECT,
    reference.CONNECT_ERROR: PacketKind.CONNECT_ERROR,
}


@settings(deadline=None)
@given(
    kind=st.sampled_from([reference.EVENT, reference.ACK]),
    namespace=NAMESPACES,
    number=IDS,
    arguments=st.lists(JSON, max_size=3),
    attachments=st.lists(st.binary(max_size=5), max_size=3),
)
def test_what_python_socketio_writes_is_read_as_it_reads_it_itself(
    kind: int, namespace: str, number: int | None, arguments: list[object], attachments: list[bytes]
) -> None:
    frames = reference.Packet(kind, ["event", *arguments, *attachments], namespace, number).encode()
    written, sent = (frames[0], frames[1:]) if isinstance(frames, list) else (frames, [])
    packet = read_packet("4" + written)
    read = reference.Packet(encoded_packet=written)
    assert packet.kind == KINDS[read.packet_type]
    assert (packet.namespace, packet.id, packet.attachments) == (
        read.namespace or "/",
        read.id,
        read.attachment_count,
    )
    assert packet.decode() == read.data
    assert packet.attachments == len(sent)


@settings(deadline=None)
@given(
    kind=st.sampled_from([reference.CONNECT, reference.DISCONNECT, reference.CONNECT_ERROR]),
    namespace=NAMESPACES,
    data=st.none() | st.dictionaries(st.text(), JSON, max_size=3),
)
def test_what_opens_and_ends_a_namespace_is_read_as_python_socketio_reads_it(
    kind: int, namespace: str, data: object
) -> None:
    written = reference.Packet(kind, data, namespace).encode()
    packet = read_packet("4" + written)
    read = reference.Packet(encoded_packet=written)
    assert (packet.kind, packet.namespace, packet.id) == (
        KINDS[read.packet_type],
        read.namespace or "/",
        None,
    )
    assert (packet.decode() if packet.data else None) == read.data


@settings(deadline=None)
@given(namespace=NAMESPACES, event=st.text(), arguments=st.lists(JSON, max_size=3), number=IDS)
def test_events_are_written_byte_for_byte_as_python_socketio_writes_them(
    namespace: str, event: str, arguments: list[object], number: int | None
) -> None:
    written = reference.Packet(reference.EVENT, [event, *arguments], namespace, number).encode()
    assert write_event(namespace, event, arguments, number) == "4" + written
