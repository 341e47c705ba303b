"""Places, and how they are handed on."""

import asyncio
import contextvars

from loadtest.hooks.context import TASK, Place, context_with, current, enter, leave

PLACE = Place("00112233445566ff", 7, "/", "tick")


def test_a_place_is_current_until_it_is_left() -> None:
    token = enter(PLACE)
    inner = enter(None)

    assert current.get() is None
    leave(inner)
    assert current.get() is PLACE
    leave(token)
    assert current.get() is None


def test_a_place_that_is_left_in_another_context_does_no_harm() -> None:
    token = contextvars.copy_context().run(enter, PLACE)

    leave(token)

    assert current.get() is None


def test_tasks_and_callbacks_inherit_it() -> None:
    seen: list[Place | None] = []

    async def look() -> None:
        seen.append(current.get())

    async def main() -> None:
        token = enter(PLACE)
        task = asyncio.create_task(look())
        asyncio.get_running_loop().call_soon(lambda: seen.append(current.get()))
        leave(token)
        await task
        await asyncio.sleep(0)

    asyncio.run(main())
    assert seen == [PLACE, PLACE]


def test_two_places_are_of_one_navigation_whatever_their_events() -> None:
    assert PLACE.is_of(Place("00112233445566ff", 7))
    assert not PLACE.is_of(Place("00112233445566ff", 8))
    assert not PLACE.is_of(Place("ff112233445566ff", 7))


def test_what_is_started_in_a_way_of_its_own_keeps_the_rest() -> None:
    place = PLACE.started_as(TASK)

    assert (place.run, place.number, place.namespace, place.event, place.origin) == (
        "00112233445566ff",
        7,
        "/",
        "tick",
        "task",
    )


def test_a_context_for_a_greenlet_holds_nothing_else() -> None:
    context = context_with(PLACE)

    assert dict(context) == {current: PLACE}
