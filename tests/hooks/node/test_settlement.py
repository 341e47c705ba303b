"""When a promise is settled, without touching it."""

from tests.hooks.node.running import needs_node, node, run_node

pytestmark = needs_node

HEAD = """
const { Settlement } = hooks("settlement");
const { performance } = require("perf_hooks");
const settlement = new Settlement((fault) => { throw fault; });
// what only the settlement waits for keeps no process alive
const awake = setInterval(() => {}, 5);
const tellAll = (value) => { tell(value); clearInterval(awake); };
const sleep = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
const beganMs = performance.now();
const took = (promise) => new Promise((resolve) => {
  settlement.follow(promise, (atMs) => resolve(atMs - beganMs));
});
"""


def test_the_time_is_that_of_the_settling_for_all_ways_to_settle() -> None:
    script = """
    const inner = sleep(80);
    const failed = (async () => { await sleep(80); throw new Error("late"); })();
    failed.catch(() => {});
    const refused = Promise.reject(new Error("at once"));
    refused.catch(() => {});
    const hostile = (async () => { throw new Proxy(new Error(), { get() { throw new Error(); } }); })();
    hostile.catch(() => {});
    Promise.all([
      took(Promise.resolve({ a: 1 })), took(refused), took(hostile),
      took(sleep(80)), took((async () => inner)()), took(failed), took(new Promise((r) => r(inner))),
    ]).then((times) => tellAll(times.map((time) => (time > 70 ? "late" : "at once"))));
    """
    assert node(HEAD + script) == [*["at once"] * 3, *["late"] * 4]


def test_one_promise_that_two_handlers_returned_is_told_to_both() -> None:
    script = """
    const shared = sleep(10);
    Promise.all([took(shared), took(shared)]).then((times) => tellAll(times.length));
    """
    assert node(HEAD + script) == 2


def test_a_rejection_stays_unhandled_and_its_line_is_shown() -> None:
    script = """
    const work = async () => { await sleep(5); throw new Error("planted"); };
    const promise = work();
    if (FOLLOWS) settlement.follow(promise, () => {});
    """
    without = run_node(HEAD + script.replace("FOLLOWS", "false"))
    followed = run_node(HEAD + script.replace("FOLLOWS", "true"))

    assert (followed.returncode, "planted" in followed.stderr) == (1, True)
    assert followed.stderr.replace("true", "false") == without.stderr


def test_a_node_that_does_not_tell_counts_until_the_promise_is_returned() -> None:
    script = """
    Object.defineProperty(require("v8"), "promiseHooks", { value: undefined });
    took(sleep(80)).then((time) => tellAll([settlement.isKnown, time < 60]));
    """
    assert node(HEAD + script) == [False, True]


def test_a_promise_that_nobody_settles_keeps_no_process_alive() -> None:
    assert (
        run_node(HEAD + "clearInterval(awake); settlement.follow(new Promise(() => {}), () => {})").returncode
        == 0
    )
