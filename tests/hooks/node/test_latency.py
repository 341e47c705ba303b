"""The bucket scheme, and that it is the one of ``loadtest.metrics.histogram`` and of the hooks in Python."""

import json
import random

from loadtest.hooks.counting.latency import Latency, bucket_of
from tests.hooks.node.running import needs_node, node

pytestmark = needs_node


def test_every_duration_falls_into_the_bucket_that_the_run_expects() -> None:
    rng = random.Random(5)
    edges = [shift + step for shift in (1 << bits for bits in range(43)) for step in (-1, 0, 1)]
    values_us = [-10, 0, 64, *edges, *(rng.randrange(1 << rng.randrange(1, 42)) for _ in range(5000))]

    assert node("tell(given.map(hooks('latency').bucketOf))", values_us) == [
        bucket_of(value_us) for value_us in values_us
    ]


def test_the_wire_form_is_that_of_the_hooks_in_python() -> None:
    rng = random.Random(6)
    values_us = [rng.randrange(1 << rng.randrange(1, 31)) for _ in range(2000)]
    latency = Latency()
    for value_us in values_us:
        latency.record(value_us / 1e6)
    latency.record(-5.0)

    script = """
    const latency = new (hooks("latency").Latency)();
    for (const valueUs of given) latency.record(valueUs / 1000);
    latency.record(-5);
    tell(latency);
    """
    assert json.dumps(node(script, values_us)) == json.dumps(latency.to_json())
