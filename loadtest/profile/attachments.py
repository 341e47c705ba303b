"""Files that a profile names: read when it is loaded, so that its text alone is enough for every worker."""

import csv
import io
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.apps.mistake import Mistake, show
from loadtest.apps.table import BUILT_IN

__all__ = ["take_in_files"]

_MOST_ROWS = 100_000


def take_in_files(data: dict[str, Any], folder: Path) -> tuple[bool, list[Mistake]]:
    """Put the rows of ``app.data`` and the text of ``app.tls.ca_file`` into a profile's data.

    Args:
        folder: where the profile lies; names are relative to it.

    Returns:
        whether anything was put in, and the mistakes.
    """
    app = data.get("app")
    if not isinstance(app, dict):
        return False, []
    mistakes: list[Mistake] = []
    has_files = False
    if isinstance(app.get("data"), str):
        has_files = True
        rows = _rows(folder / app["data"], app["data"], mistakes)
        app["data"] = app["data"] if mistakes else rows  # a name that stays is not judged any further
    tls = app.get("tls")
    if isinstance(tls, dict) and isinstance(tls.get("ca_file"), str):
        has_files = True
        name = tls.pop("ca_file")
        tls["ca"] = _certificates(folder / name, name, mistakes)
    return has_files, mistakes


def _certificates(path: Path, name: str, mistakes: list[Mistake]) -> str:
    """Read a PEM file."""
    at = ("app", "tls", "ca_file")
    told = len(mistakes)
    text = _text(path, name, at, mistakes)
    try:
        if len(mistakes) == told:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        mistakes.append(Mistake(at, f"{show(name)} holds no certificate in PEM form"))
    return text


def _text(path: Path, name: str, at: tuple[str, ...], mistakes: list[Mistake]) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        mistakes.append(Mistake(at, f"{show(name)} cannot be read: it is not UTF-8"))
        return ""
    except (OSError, ValueError) as error:  # ValueError: no name of a file has a NUL in it
        why = error.strerror if isinstance(error, OSError) else error
        mistakes.append(Mistake(at, f"{show(name)} cannot be read: {why}"))
        return ""


def _rows(path: Path, name: str, mistakes: list[Mistake]) -> list[Mapping[str, str]]:
    """Read a CSV file (RFC 4180) with a header line."""
    at = ("app", "data")
    text = _text(path, name, at, mistakes)
    if mistakes:
        return []
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[Mapping[str, str]] = []
    try:
        for row in reader:
            if None in row or None in row.values():
                wrong = f"{show(name)}: line {reader.line_num} has not as many cells as the header"
                mistakes.append(Mistake(at, wrong))
                return []
            rows.append(row)
    except csv.Error as error:
        mistakes.append(Mistake(at, f"{show(name)}: line {reader.reader.line_num}: {error}"))
        return []
    columns = reader.fieldnames or []
    if bad := [told for column in columns if (told := _wrong_column(column, columns))]:
        mistakes.append(Mistake(at, f"{show(name)}: {bad[0]}"))
    elif not rows:
        mistakes.append(Mistake(at, f"{show(name)} has no rows; write a header, and a line for each tab"))
    elif len(rows) > _MOST_ROWS:
        mistakes.append(Mistake(at, f"{show(name)} has {len(rows):,} rows, which is above {_MOST_ROWS:,}"))
    return rows


def _wrong_column(column: str, columns: Sequence[str]) -> str | None:
    if not column.isidentifier() or not column.isascii():
        return f"{show(column)} is no name for a column: letters, digits and _, no digit first"
    if column in BUILT_IN:
        return f"the column {column} is filled in by every visit; take another name"
    return f"there are two columns {column}" if columns.count(column) > 1 else None
