"""The sentences about how a server fared, made from ``summary.json`` alone: its loops, growth, gauges."""

from collections.abc import Mapping
from typing import Any

from loadtest.report.wording import amount, clipped

__all__ = ["gauges", "growth", "loop", "stall"]

_LONG_STALL_MS = 1000.0
_NAMES = 3
_LONGEST_NAME = 60
_SINCE = "since the run began"


def loop(server: Mapping[str, Any]) -> str:
    """Return how the event loop fared, or nothing where there is none."""
    lag_ms, stall_ms, at_s = (server["loop"][key] for key in ("lag_p99_ms", "longest_stall_ms", "at_s"))
    if lag_ms is None:
        return ""
    longest = "" if stall_ms is None else f", longest stall {stall_ms:,.0f} ms, {at_s:,.1f} s into the run"
    return f"lag p99 {lag_ms:,.1f} ms{longest}"


def stall(server: Mapping[str, Any]) -> str:
    """Return that the event loop stood still for long, or nothing; its stack's last frames come below it."""
    figures = server["loop"]
    if (figures["longest_stall_ms"] or 0.0) <= _LONG_STALL_MS:
        return ""
    doing = "; it was in" if figures["stack"] else "; what it did there nobody could see"
    return (
        f"The server's event loop stood still for {figures['longest_stall_ms'] / 1000:,.1f} s, "
        f"{figures['at_s']:,.1f} s into the run, and nobody was answered{doing}"
    )


def growth(server: Mapping[str, Any]) -> str:
    """Return what became more, or less, where that is known."""
    grown, names = server["residue"], server["inventory"]
    memory = grown["rss_bytes"]
    told = [] if memory is None else [f"memory {memory / 1e6:+,.1f} MB"]
    for key, words in {"threads": "threads", "open_files": "open files", "tasks": "tasks"}.items():
        count = grown[key]
        told += [] if count is None else [f"{words} {count:+,}{_by_name(count, names.get(key, {}))}"]
    return f"; {', '.join(told)} {_SINCE}" if told else ""


def _by_name(count: int, grown: Mapping[str, int]) -> str:
    more = {name: number for name, number in grown.items() if number > 0}
    if count <= 0 or not more:
        return ""
    names = [f"{number:,} {clipped(name, _LONGEST_NAME)}" for name, number in list(more.items())[:_NAMES]]
    rest = [amount(len(more) - _NAMES, "more name")] if len(more) > _NAMES else []
    return f" ({', '.join([*names, *rest])})"


def gauges(server: Mapping[str, Any]) -> str:
    """Return what each gauge was at last, and by how much it grew; nothing where the profile names none."""
    told = []
    for name, figures in server["gauges"].items():
        value, grown = figures["value"], figures["growth"]
        more = "" if grown is None else f" ({grown:+,.10g} {_SINCE})"
        told.append(f"{name} not known" if value is None else f"{name} {value:,.10g}{more}")
    return ", ".join(told)
