"""The load shape: it sizes the pool of users, and ends the test when the run is concluded."""

from typing import Protocol

from locust import LoadTestShape

__all__ = ["PoolShape", "RunState"]


class RunState(Protocol):
    """What the shape asks of the run that is on."""

    @property
    def pool_size(self) -> int:
        """Users that the pool holds."""

    @property
    def is_over(self) -> bool:
        """Whether the verdict is there, or the run was called off."""


class PoolShape(LoadTestShape):
    """Asks for the whole pool at once; the pace is kept inside the users, not by their number.

    Locust's shapes set user counts once a second, which is no navigation rate.
    """

    use_common_options = True
    """``-u`` and ``-t`` are heard: the first caps the pool, the second the time."""

    def hide_common_options(self) -> None:
        """Switch the form's number of users off: it would start at 1, and cap the pool of any profile."""
        vars(self)["use_common_options"] = False

    run_state: RunState | None = None

    def tick(self) -> tuple[int, float] | None:
        """Return the pool's size, or None once the run is over."""
        state = self.run_state
        if state is None or state.is_over:
            return None
        return state.pool_size, float(state.pool_size)
