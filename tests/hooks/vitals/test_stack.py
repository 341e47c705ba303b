"""What another thread is doing, as text."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from loadtest.hooks.vitals.stack import frames_of, stack_of


def wait_deep(go: threading.Event, depth: int) -> None:
    if depth:
        wait_deep(go, depth - 1)
    else:
        go.wait(10)


@contextmanager
def waiting(depth: int) -> Iterator[int]:
    """Run a thread that waits below so many calls of one function."""
    go = threading.Event()
    thread = threading.Thread(target=wait_deep, args=(go, depth))
    thread.start()
    while not any(frame.f_code.co_name == "wait" for frame in frames_of(thread.ident or 0)):
        pass
    yield thread.ident or 0
    go.set()
    thread.join()


def test_the_innermost_frame_comes_last_with_its_line() -> None:
    with waiting(2) as thread:
        lines = (stack_of(thread) or "").splitlines()

    assert [line.strip() for line in lines if "go.wait" in line] == ["go.wait(10)"]
    assert sum("in wait_deep" in line for line in lines) == 3
    assert "threading.py" in lines[0]
    assert "threading.py" in lines[-2]


def test_only_the_innermost_frames_are_told() -> None:
    with waiting(60) as thread:
        text = stack_of(thread) or ""

    # threading's own: wait and Condition.wait
    assert text.count("in wait_deep") + text.count("[Previous line repeated") >= 4
    assert "in run" not in text


def test_a_thread_that_has_ended_has_no_stack() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()

    assert stack_of(thread.ident or 0) is None


def test_frames_of_the_hooks_are_left_out() -> None:
    text = stack_of(threading.get_ident()) or ""

    assert "test_stack.py" in text
    assert "hooks/vitals/stack.py" not in text
