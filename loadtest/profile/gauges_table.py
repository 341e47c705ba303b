"""The keys of ``[[gauges]]``: numbers of the app's own that the hooks read."""

import re

from pydantic import Field, field_validator

from loadtest.apps.mistake import Table, mistaken, show
from loadtest.profile.model import Gauge

__all__ = ["GaugeTable"]

_NAME = re.compile(r"[A-Za-z_][\w-]{0,99}", re.ASCII)
_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_PLACE = re.compile(f"{_DOTTED}:{_DOTTED}")
_LONGEST = 300


class GaugeTable(Table):
    """One of ``[[gauges]]``."""

    name: str = Field(examples=["clients"])
    value: str = Field(examples=["myapp.state:clients"])

    @field_validator("name")
    @classmethod
    def _is_a_word(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise mistaken(
                f"{show(value)} is no name: letters, digits, _ and -, a letter or _ first, such as clients"
            )
        return value

    @field_validator("value")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        path = value[4:-1] if value.startswith("len(") and value.endswith(")") else value
        if not _PLACE.fullmatch(path) or len(value) > _LONGEST:
            raise mistaken(
                f'{show(value)} is not module:attribute, such as "myapp.state:clients" (a number, or what '
                'has a length) or "len(myapp.state:clients)"'
            )
        return value

    def build(self) -> Gauge:
        """Return the gauge."""
        return Gauge(self.name, self.value)
