"""What a page does after its handshake, as lines of a script."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.replay.script.app_part import event_begin
from loadtest.replay.script.extraction import subscripts
from loadtest.replay.script.source import CannotScriptError, json_text, literal

if TYPE_CHECKING:
    from loadtest.replay.script.telling import Telling

__all__ = ["act_lines"]

_FIRST_ACK_ID = 1
"""The handshake has 0."""


def act_lines(acts: Sequence[Act], telling: "Telling") -> list[str]:
    """Return the lines of a profile's steps.

    Raises:
        CannotScriptError: a step is more than a short script can do.
    """
    lines: list[str] = []
    ack_id = _FIRST_ACK_ID
    for act in acts:
        match act:
            case Think():
                lines += telling.stay(act.seconds.mean)
            case Wait():
                begin = event_begin(act.namespace, act.event)
                lines += _saved(telling.hear(begin), act.save, is_event=True)
            case Emit():
                lines += _emitted(act, ack_id, telling)
                ack_id += act.ack
            case _:
                assert_never(act)
    return lines


def _emitted(act: Emit, ack_id: int, telling: "Telling") -> Iterator[str]:
    if act.attachment_bytes is not None:
        raise CannotScriptError(f"step {act.event!r} sends bytes; run the written profile instead")
    space = "" if act.namespace == "/" else f"{act.namespace},"
    yield from telling.send(
        json_text(f"42{space}{ack_id if act.ack else ''}", [_as_is(act.event), *act.data])
    )
    if act.ack:
        answer = telling.hear(literal(f"43{space}{ack_id}["))
        yield from _saved(answer, act.save, is_event=False)


def _as_is(event: str) -> str:
    return event.replace("$", "$$")  # a step's event is no template


def _saved(lines: list[str], save: Mapping[str, str], *, is_event: bool) -> list[str]:
    if not save:
        return lines
    *before, hearing = lines
    behind = "[1:]" if is_event else ""
    return [
        *before,
        f"packet = {hearing}",
        f'arguments = json.loads(packet[packet.index("[") :]){behind}',
        *(f'values["{name}"] = str(arguments{subscripts(name, path)})' for name, path in save.items()),
    ]
