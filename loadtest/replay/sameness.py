"""Whether a finding of one run is a finding of another: line numbers may have moved in between."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import assert_never

from loadtest.report.finding import Finding, FindingKind

__all__ = ["moved_lines", "same_findings"]

_PARTS = 2
"""Of a file's path that are compared, from its end: the same package may be installed elsewhere."""
_STANDSTILL = "answer"
"""What every finding of a server that stood still says, and none of one that died."""


def same_findings(finding: Finding, others: Sequence[Finding]) -> list[Finding]:
    """Return which of another run's findings are the same.

    An error is its type and function (that is what it is called by) in the same file: on the same line if
    one is there. What clients saw is the assertion that was broken. What stayed on the server is the same
    if some of it is of the same kind.
    """
    same = [other for other in others if _is_same(finding, other)]
    on_the_line = [other for other in same if other.line == finding.line]
    return on_the_line or same


def moved_lines(finding: Finding, same: Sequence[Finding]) -> list[int]:
    """Return the lines on which it is now, if they are others."""
    return sorted({other.line for other in same if other.line is not None and other.line != finding.line})


def _is_same(one: Finding, other: Finding) -> bool:
    if one.kind is not other.kind:
        return False
    match one.kind:
        case FindingKind.SERVER_ERROR:
            return one.what == other.what and _tail(one.file) == _tail(other.file)
        case FindingKind.RESIDUE:
            return bool(one.left_behind.keys() & other.left_behind.keys())
        case FindingKind.CLIENT:
            return _assertion(one) == _assertion(other)
        case FindingKind.LIVENESS:
            return (_STANDSTILL in one.what) == (_STANDSTILL in other.what)
        case _:
            assert_never(one.kind)


def _tail(file: str | None) -> tuple[str, ...]:
    return PurePosixPath((file or "").replace("\\", "/")).parts[-_PARTS:]


def _assertion(finding: Finding) -> str:
    """Return its name: ``"name": what was seen`` is what such a finding is called."""
    for variant in finding.variants:
        finding_name = finding.what.removesuffix(f": {variant}")
        if finding_name != finding.what:
            return finding_name
    return finding.what
