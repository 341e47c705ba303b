"""What a server process counted after the warm-up: its cumulative counts less those that it had then."""

from loadtest.report.server import Handler, Loop, Process

__all__ = ["handler_since", "handlers_after", "loop_before", "visits_after"]


def handlers_after(process: Process) -> tuple[Handler, ...]:
    """Return the handlers' figures without the warm-up; of those that nobody called since, there are none."""
    if process.warm is None:
        return process.handlers
    earlier = {(one.namespace, one.event): one for one in process.warm.handlers}
    after = (
        handler_since(handler, earlier.get((handler.namespace, handler.event)))
        for handler in process.handlers
    )
    return tuple(one for one in after if one.calls or one.errors or one.in_flight or one.latency.count)


def handler_since(handler: Handler, earlier: Handler | None) -> Handler:
    """Return what was counted of a handler after an earlier state of it; its calls in flight are now's."""
    if earlier is None:
        return handler
    return Handler(
        handler.namespace,
        handler.event,
        calls=max(handler.calls - earlier.calls, 0),
        errors=max(handler.errors - earlier.errors, 0),
        in_flight=handler.in_flight,
        latency=handler.latency.since(earlier.latency),
        ack=handler.ack.since(earlier.ack),
    )


def visits_after(process: Process) -> int:
    """Return how many visits came to a process after the warm-up."""
    return max(process.visits - (process.warm.visits if process.warm else 0), 0)


def loop_before(process: Process) -> Loop | None:
    """Return the state of the event loop's figures that what counts is measured from; None: all counts."""
    return (process.warm and process.warm.loop) or process.first_loop
