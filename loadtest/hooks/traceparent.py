"""The navigation id that a visit's headers carry into the server's ``environ``."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["navigation_of"]

# 16 hex digits of the run, 16 of the number. No run has more than 2**40 visits, so the number begins with
# six zeros: the trace id of a stranger, which is random, passes once in 16 million.
_ID = "([0-9a-f]{16})0{6}([0-9a-f]{10})"
_PLAIN = re.compile(_ID)
_TRACEPARENT = re.compile("00-" + _ID + "-[0-9a-f]{16}-[0-9a-f]{2}")
_NO_RUN = "0" * 16


def navigation_of(environ: Mapping[str, object]) -> tuple[str, int] | None:
    """Return the run id and the number of the navigation that sent this request, or None for a stranger.

    ``x-loadtest-navigation`` is asked first: a proxy that restarts traces writes a ``traceparent`` of its
    own (W3C Trace Context, 3.2) and leaves ours alone.
    """
    match = None
    own = environ.get("HTTP_X_LOADTEST_NAVIGATION")
    if isinstance(own, str):
        match = _PLAIN.fullmatch(own)
    if match is None:
        standard = environ.get("HTTP_TRACEPARENT")
        if isinstance(standard, str):
            match = _TRACEPARENT.fullmatch(standard)
    if match is None or match.group(1) == _NO_RUN:
        return None
    return match.group(1), int(match.group(2), 16)
