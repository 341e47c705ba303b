"""A figure of ``summary.json`` on the page: it is looked up by its path, and says which that is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from loadtest.report.html.markup import Markup, element

__all__ = [
    "NO_DATA",
    "Figures",
    "Form",
    "count",
    "decimal",
    "megabytes",
    "ms",
    "path_of",
    "percent",
    "signed",
]

NO_DATA = "no data"

Form: TypeAlias = Callable[[float], str]


def count(value: float) -> str:
    """Return a whole number."""
    return f"{value:,.0f}"


def signed(value: float) -> str:
    """Return by how many there are more, or fewer."""
    return f"{value:+,.0f}"


def ms(value: float) -> str:
    """Return milliseconds, without their unit."""
    return f"{value:,.1f}"


def decimal(value: float) -> str:
    """Return any number, with at most six digits that count."""
    return f"{value:,.6g}"


def percent(value: float) -> str:
    """Return a share of one."""
    return f"{value:.0%}"


def megabytes(value: float) -> str:
    """Return by how many bytes there are more, or fewer."""
    return f"{value / 1e6:+,.1f} MB"


@dataclass(frozen=True, slots=True)
class Nth:
    """A step into an object whose keys strangers named: to its value at this place."""

    place: int

    def __str__(self) -> str:
        return f"#{self.place}"


Step: TypeAlias = str | int | Nth


def path_of(*steps: Step) -> str:
    """Return a path into ``summary.json``: its steps with dots between: ``server.gauges.#0.value``."""
    return ".".join(map(str, steps))


@dataclass(frozen=True, slots=True)
class Figures:
    """The summary, by paths."""

    summary: Mapping[str, Any]

    def value(self, *steps: Step) -> Any:
        """Return what is there; None where something on the way is."""
        here: Any = self.summary
        for step in steps:
            if here is None:
                return None
            here = list(here.values())[step.place] if isinstance(step, Nth) else here[step]
        return here

    def shown(self, *steps: Step, form: Form = count, tag: str = "span", no_data: str = NO_DATA) -> Markup:
        """Return an element with a figure: its text, its path and its value."""
        value = self.value(*steps)
        return element(
            tag,
            no_data if value is None else form(value),
            class_="none" if value is None else "number" if tag == "td" else None,
            data_path=path_of(*steps),
            data_value=json.dumps(value),
        )

    def share(self, part: tuple[Step, ...], whole: tuple[Step, ...], form: Form) -> Markup:
        """Return an element with one figure divided by another; the second is not 0."""
        value = self.value(*part) / self.value(*whole)
        return element(
            "span",
            form(value),
            data_path=path_of(*part),
            data_per=path_of(*whole),
            data_value=json.dumps(value),
        )
