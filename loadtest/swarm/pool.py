"""The pool of users: how many tabs are there, and how many Locust is asked for."""

from loadtest.profile.attendance import most_users
from loadtest.profile.model import Profile

__all__ = ["spawned", "users_of"]


def users_of(profile: Profile, cap: int | None) -> int:
    """Return how many tabs a run has: as many as its closed stages want, or the pool that an open one has.

    Args:
        cap: Locust's ``-u``.
    """
    users = max(most_users(profile.stages), 1) if profile.is_closed else profile.max_users
    return min(users, cap or users)


def spawned(profile: Profile, users: int, generators: int) -> int:
    """Return how many users Locust is asked for.

    In a closed model each generator has tabs of its own, by their numbers, and Locust says not who gets one
    more than the others: so all get that one, and who needs it not lets it wait.
    """
    if not profile.is_closed:
        return users
    return -(-users // generators) * generators
