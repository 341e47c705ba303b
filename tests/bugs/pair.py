"""A pair of the bug bench, read from its folder's ``pair.toml``."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Expected", "Pair", "Version", "read_pair"]


@dataclass(frozen=True, slots=True)
class Version:
    """How one of the two is started."""

    packages: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    """Of the app, after its port."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to be found in the bad version, and nothing else."""

    kind: str
    at: tuple[str, ...]
    left_behind: tuple[str, ...]
    what: str
    manners: tuple[str, ...] | None = None
    """The manners of leaving that are blamed; None: any."""
    is_every_visit: bool = True
    """Whether every visit that left so must show it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A bug: an app on the version that has it, and on the version that does not."""

    name: str
    app: Path
    run: tuple[str, ...]
    """The arguments of ``loadtest run``."""
    bad: Version
    fixed: Version
    finding: Expected


def read_pair(folder: Path) -> Pair:
    """Read a folder's ``pair.toml``; a key that is unknown or missing is an error."""
    data = tomllib.loads((folder / "pair.toml").read_text(encoding="utf-8"))
    bad, fixed, finding = (_frozen(data.pop(key)) for key in ("bad", "fixed", "finding"))
    return Pair(
        name=folder.name,
        app=folder / data.pop("app"),
        run=tuple(str(folder / word) if word.endswith(".toml") else word for word in data.pop("run")),
        bad=Version(**bad),
        fixed=Version(**fixed),
        finding=Expected(**finding),
        **data,
    )


def _frozen(table: dict[str, object]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
