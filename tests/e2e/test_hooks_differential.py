"""With and without hooks an app says and does the same; ``tests.e2e.differential`` has the 5,000 visits."""

from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.differential import MODES, Outputs, differences, outputs_of, stumbles
from tests.hooks.receiver import receiving

VISITS = 300
SEED = 7


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_an_apps_answers_logs_and_exit_are_the_same_with_hooks(mode: str, runtime: Path) -> None:
    bare = outputs_of(mode, VISITS, SEED, runtime, is_hooked=False)
    with receiving(runtime) as receiver:
        hooked = outputs_of(mode, VISITS, SEED, runtime, is_hooked=True)

    assert stumbles(bare) == []
    assert sum(packets.total() for packets in bare.heard.values()) > 3 * VISITS
    assert bare.log["Traceback (most recent call last):"] > VISITS
    assert differences(bare, hooked) == []
    assert max(snapshot["visits"] for snapshot in receiver.snapshots) > 0.8 * VISITS
    assert receiver.last()["is_last"]
    assert receiver.last()["hooks"]["problems"] == receiver.last()["hooks"]["missing"] == []


def test_each_kind_of_difference_is_told() -> None:
    one = Outputs({0: Counter(["a", "b"]), 1: Counter(["c"])}, Counter(["x", "x", "y"]), 0)
    other = Outputs({0: Counter(["a", "d"]), 1: Counter(["c"])}, Counter(["x", "z", "y"]), 1)

    assert differences(one, one) == []
    assert differences(one, other) == [
        "status 0 / 1",
        "visit 0: {'b': 1} / {'d': 1}",
        "log: 1 more without: x",
        "log: 1 more with: z",
    ]
