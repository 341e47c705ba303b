"""Words and numbers of a comparison."""

from collections.abc import Mapping
from types import MappingProxyType

from loadtest.comparison.estimate import Figure, Group, Judged, Scale, Unit, Word

__all__ = ["MARKS", "RATE_LABELS", "change", "interval", "label", "named", "value"]

RATE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "failures": "failed in any way",
        "refused": "refused",
        "lost": "lost",
        "timed_out": "timed out",
        "failed": "failed",
        "broken": "assertion broken",
        "dropped": "dropped",
        "late": "late",
        "server_errors": "server error",
        "residue": "left behind",
    }
)
MARKS: Mapping[Word, str] = MappingProxyType(
    {
        Word.WORSE: "worse",
        Word.BETTER: "better",
        Word.SAME: "same",
        Word.UNCLEAR: "not told apart",
        Word.LAG: "maybe lag",
        Word.NO_DATA: "too few",
    }
)
_IN_A_SENTENCE: Mapping[str, str] = MappingProxyType(
    {
        "server_errors": "with a server error",
        "residue": "that left something behind",
        "broken": "with a broken assertion",
    }
)
_NAMES: Mapping[Group, str] = MappingProxyType(
    {Group.PHASES: "{}", Group.FROM_DUE: "{} from due", Group.HANDLERS: "handler {}"}
)


def label(figure: Figure) -> str:
    """Return a figure's name within its table."""
    return RATE_LABELS.get(figure.label, figure.label) if figure.group is Group.VISITS else figure.label


def named(figure: Figure) -> str:
    """Return a figure's name in a sentence: ``handler join p50``."""
    if figure.group is Group.VISITS:
        return f"visits {_IN_A_SENTENCE.get(figure.label, label(figure))}"
    name = _NAMES.get(figure.group, "{}").format(figure.label)
    return f"{name} {figure.of}".strip()


def value(number: float | None, unit: Unit) -> str:
    """Return a figure's value for a table's cell."""
    if number is None:
        return "-"
    match unit:
        case Unit.MS:
            return f"{number:,.1f}" if number >= 1 else f"{number:.2f}"
        case Unit.SHARE:
            return f"{number:.2%}"
        case Unit.BYTES:
            return f"{number / 1e6:,.1f} MB"
        case Unit.NUMBER:
            return f"{number:,.4g}"


def change(one: Judged) -> str:
    """Return by how much a figure changed: ``+20 %``, or ``+1.50 points`` of a share."""
    if one.change is None:
        return "-"
    return _told(one.change, one.scale)


def interval(one: Judged) -> str:
    """Return the interval of the change: ``+15 to +26 %``."""
    if one.change is None:
        return "-"
    if one.low is None or one.high is None:
        return "not known"
    unit = " points" if one.scale is Scale.DIFFERENCE else " %"
    low, high = (_told(end, one.scale, has_unit=False) for end in (one.low, one.high))
    return f"{low} to {high}" + unit * (not high.startswith("x"))


def _told(number: float, scale: Scale, *, has_unit: bool = True) -> str:
    if scale is Scale.RATIO:
        percent = (number - 1) * 100
        if percent >= 900:
            return f"x{number:,.0f}"
        digits = 1 if abs(percent) < 10 else 0
        return f"{percent:+.{digits}f}" + (" %" if has_unit else "")
    return f"{number * 100:+.2f}" + (" points" if has_unit else "")
