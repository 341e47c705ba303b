"""The process that pushes: readings come in on standard input, a line each; the newest goes out.

A process of its own, because the SDK's exporters wait, try again and (gRPC) stand outside of gevent: while
they do, the one that runs must not stand still. It ends when its input does.
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterable
from typing import BinaryIO

from loadtest.errors import LoadtestError
from loadtest.exports.otlp import exporter_for, metrics_data
from loadtest.exports.otlp_target import OtlpTarget, target_of
from loadtest.exports.wire import Push, from_line
from loadtest.report.wording import clipped, shown

__all__ = ["main"]

_LONGEST = 200


class _Inbox:
    """The newest reading that has come in; one that was not taken in time is passed over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._changed = threading.Condition()
        self._line: bytes | None = None
        self._is_over = False
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def take(self) -> Push | None:
        """Wait for the next reading, and return it; None when there will be none."""
        with self._changed:
            self._changed.wait_for(lambda: self._line is not None or self._is_over)
            line, self._line = self._line, None
        return None if line is None else from_line(line)

    def _listen(self, stream: Iterable[bytes]) -> None:
        for line in stream:
            with self._changed:
                self._line = line
                self._changed.notify()
        with self._changed:
            self._is_over = True
            self._changed.notify()


class _Words(logging.Handler):
    """What the SDK logged first of a push: why it could not; later it says that it tried again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = self.text or record.getMessage()


def main() -> None:
    """Push until the input ends; say once, as a line of JSON, that nobody takes what is pushed."""
    target = target_of(os.environ, is_asked_for=True)
    if target is None:
        raise LoadtestError("OpenTelemetry's variables switch the push off")
    words = _Words()
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(words)
    logger.propagate = False
    _push_all(_Inbox(sys.stdin.buffer), target, words)


def _push_all(inbox: _Inbox, target: OtlpTarget, words: _Words) -> None:
    exporter = exporter_for(target)
    from opentelemetry.sdk.metrics.export import MetricExportResult

    has_said = False
    while (push := inbox.take()) is not None:
        words.text = ""
        result = exporter.export(metrics_data(push, os.environ))
        if result is not MetricExportResult.SUCCESS and not has_said:
            has_said = True
            why = clipped(shown(words.text), _LONGEST)
            _tell(f"OpenTelemetry: {target.address} does not take the metrics; the run goes on ({why})")


def _tell(text: str) -> None:
    print(json.dumps({"text": text}), flush=True)


if __name__ == "__main__":
    main()
