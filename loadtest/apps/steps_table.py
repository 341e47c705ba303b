"""The keys of ``[[app.steps]]``: what a page does between its handshake and its leaving."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.distribution import Seconds
from loadtest.apps.mistake import KeyPath, Mistake, Table, mistaken, near, show
from loadtest.apps.template import names_in
from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.navigation.draw import Distribution

__all__ = ["StepTable", "leaves", "read_json", "unknown_names"]

_WITHIN_S = 10.0


def leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Walk over a value out of TOML: its leaves, and the keys of its tables."""
    match value:
        case dict():
            for key, inner in value.items():
                yield (*path, key), key
                yield from leaves(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from leaves(inner, (*path, index))
        case _:
            yield path, value


def _wrong_leaf(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a finite number"
    if not isinstance(value, str | int | float):
        return f"{show(str(value))} is a date or a time; write it as a string"
    return None


def read_json(value: Any) -> Any:
    """Return a value that can be sent as JSON.

    Raises:
        ValidationError: a part of it cannot.
    """
    if mistakes := [Mistake(at, wrong) for at, leaf in leaves(value) if (wrong := _wrong_leaf(leaf))]:
        raise mistaken(mistakes)
    return value


def unknown_names(value: Any, known: Sequence[str]) -> list[Mistake]:
    """Return a mistake for each ``$name`` in a value that nothing gives a value to."""
    return [
        Mistake(at, f"${name} is not known ($$ is a dollar sign); {near(name, known)}")
        for at, leaf in leaves(value)
        for name in sorted(names_in(leaf).difference(known))
    ]


def _read_save(value: Any) -> Mapping[str, str]:
    import jmespath
    from jmespath.exceptions import JMESPathError

    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ token = "[0].token" }}')
    mistakes = []
    for name, expression in value.items():
        if not name.isidentifier() or not name.isascii():
            mistakes.append(Mistake((name,), "is not a name: letters, digits and _, no digit first"))
        elif not isinstance(expression, str):
            mistakes.append(Mistake((name,), f"{show(expression)} is not a string"))
        else:
            try:
                jmespath.compile(expression)
            except JMESPathError as error:
                text = str(error).splitlines()[0]
                mistakes.append(Mistake((name,), f"{show(expression)} is not a JMESPath expression: {text}"))
    if mistakes:
        raise mistaken(mistakes)
    return value


class StepTable(Table):
    """One of ``[[app.steps]]``: just one of ``emit``, ``wait_for`` and ``think_s``."""

    emit: str | None = None
    wait_for: str | None = None
    think_s: Seconds | None = Field(default=None, validate_default=True)
    data: Annotated[Any, PlainValidator(read_json)] = None
    args: Annotated[list[Any] | None, PlainValidator(read_json)] = None
    namespace: str | None = None
    ack: bool = False
    bytes: int | None = Field(default=None, ge=0, le=16 * 1024 * 1024)
    within_s: float = Field(default=_WITHIN_S, gt=0)
    save: Annotated[Mapping[str, str], PlainValidator(_read_save)] = Field(default_factory=dict)

    @field_validator("think_s")
    @classmethod
    def _is_one_act(cls, value: Distribution | None, info: ValidationInfo) -> Distribution | None:
        given = [name for name in ("emit", "wait_for") if info.data.get(name) is not None]
        given += ["think_s"] if value is not None else []
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "is missing"
            raise mistaken(f'{found}; a step has one of emit = "event", wait_for = "event", think_s = 0.5')
        return value

    @field_validator("data", "args", "ack", "bytes")
    @classmethod
    def _is_of_an_emit(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("emit") is None and info.data.keys() >= {"emit", "wait_for", "think_s"}:
            raise mistaken("only a step with emit has it; leave it out")
        return value

    @field_validator("namespace", "within_s", "save")
    @classmethod
    def _is_of_no_pause(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("think_s") is not None:
            raise mistaken("a step that thinks neither sends nor waits for anything; leave it out")
        return value

    @field_validator("args")
    @classmethod
    def _is_list(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and not isinstance(value, list):
            raise mistaken(f"{show(value)} is not a list of arguments; write data for one")
        if value is not None and info.data.get("data") is not None:
            raise mistaken("there is data already; write one of the two")
        return value

    @field_validator("save")
    @classmethod
    def _is_answered(cls, value: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if value and info.data.get("emit") is not None and not info.data.get("ack"):
            raise mistaken("nothing answers this event: write ack = true to save what the answer holds")
        return value

    def act(self, namespace: str) -> Act:
        """Return the step, in the app's own namespace unless it names another."""
        namespace = self.namespace or namespace
        if self.think_s is not None:
            return Think(self.think_s)
        if self.wait_for is not None:
            return Wait(self.wait_for, namespace, self.within_s, self.save)
        data = tuple(self.args) if self.args is not None else () if self.data is None else (self.data,)
        return Emit(
            event=self.emit or "",
            data=data,
            namespace=namespace,
            ack=self.ack,
            within_s=self.within_s,
            attachment_bytes=self.bytes,
            save=self.save,
        )
