"""The keys of ``[[assertions]]``: what a client must see."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.mistake import Table, mistaken, show
from loadtest.apps.steps_table import read_json
from loadtest.navigation.assertion import Assertion, Begin, Subject

__all__ = ["AssertionTable"]

_WITHIN_S = 2.0


def _read_begin(value: Any) -> Begin:
    if value not in list(Begin):
        raise mistaken(f"{show(value)} begins nothing; known: {', '.join(Begin)}")
    return Begin(value)


class AssertionTable(Table):
    """One of ``[[assertions]]``: on an ``event``, or on the acknowledgement of an emitted one (``ack``)."""

    name: str = Field(min_length=1, examples=["welcome arrives once"])
    event: str | None = None
    ack: str | None = Field(default=None, validate_default=True)
    namespace: str | None = None
    after: Annotated[Begin, PlainValidator(_read_begin)] = Begin.HANDSHAKE
    within_s: float = Field(default=_WITHIN_S, gt=0)
    times: int | None = Field(default=None, ge=0)
    every_s: float | None = Field(default=None, gt=0)
    equals: Annotated[Any, PlainValidator(read_json)] = None

    @field_validator("ack")
    @classmethod
    def _is_event_or_ack(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) == (info.data.get("event") is None):
            raise mistaken('write one of event = "welcome" and ack = "join" (the event that asked for it)')
        return value

    @field_validator("every_s")
    @classmethod
    def _is_times_or_every(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("times") is not None:
            raise mistaken("there is times already; write one of the two")
        if value is not None and info.data.get("ack") is not None:
            raise mistaken("an acknowledgement comes once; every_s is for events")
        return value

    @field_validator("equals")
    @classmethod
    def _is_list(cls, value: Any) -> Any:
        if value is not None and not isinstance(value, list):
            raise mistaken(f"{show(value)} is not the list of arguments, such as [true]")
        return value

    def build(self, namespace: str) -> Assertion:
        """Return the assertion, in the app's own namespace unless it names another."""
        return Assertion(
            name=self.name,
            subject=Subject.EVENT if self.event is not None else Subject.ACK,
            word=self.event or self.ack or "",
            after=self.after,
            within_s=self.within_s,
            times=self.times,
            every_s=self.every_s,
            namespace=self.namespace or namespace,
            equals=self.equals,
        )
