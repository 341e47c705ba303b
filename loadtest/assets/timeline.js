// A run's data as columns over its time, for charts: pure functions of what feed.js holds.

import { isKnown } from "./figures.js";

const RANGES_S = [30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400];
const BRIDGED = 5; // so many rows may be missing before a line is broken

/** From and to, in seconds: what has been, with some of what comes while the load is on. */
export function rangeOf(run) {
  const planned = run.info?.duration_s ?? 60;
  const newest = newestOf(run);
  if (run.state === "over" || run.state === "quiet" || run.isOver) return [0, Math.max(newest, 1)];
  const room = RANGES_S.find((range) => range >= newest * 1.1) ?? newest * 1.1;
  return [0, Math.max(Math.min(Math.max(room, Math.min(planned, 120)), Math.max(planned, newest)), 1)];
}

function newestOf(run) {
  const times = [nowOf(run)];
  for (const series of [run.phases, run.server]) {
    for (const row of series.rows.values()) times.push(row.t + series.widthS);
  }
  return times.reduce((a, b) => Math.max(a, b), 0);
}

/** The stretches of warm-up. */
export function bandsOf(run) {
  const stages = (run.info?.stages ?? []).filter((stage) => stage.warm_up);
  return stages.map(({ start_s, duration_s }) => ({
    from: start_s,
    to: start_s + duration_s,
    text: "warm-up",
  }));
}

/** "×2", "50/s" or "mix". */
export function turnText({ rate, weights }) {
  const parts = [];
  if (typeof rate === "string") parts.push(rate.replace(/^x/u, "×"));
  else if (isKnown(rate)) parts.push(`${rate}/s`);
  if (weights) parts.push("mix");
  return parts.join(", ");
}

/** The turns of the knob. */
export const marksOf = (run) =>
  (run.info?.turns ?? []).map((turn) => ({ t: turn.at_s, text: turnText(turn) }));

/** Planned, due, started, late and dropped navigations a second; a closed model has neither late nor dropped. */
export function rateColumns(run) {
  const planned = run.info?.planned ?? [];
  const times = run.ticks.map(([t]) => t);
  const xs = [...new Set([...times, ...corners(planned)])].sort((a, b) => a - b);
  const at = new Map(times.map((t, index) => [t, index]));
  const column = (key) => xs.map((t) => (at.has(t) ? rateAt(run.ticks, at.get(t), key) : undefined));
  const outOfStep = run.info?.closed ? [null, null] : [3, 4].map(column);
  const columns = [xs.map((t) => plannedAt(planned, t)), ...[1, 2].map(column), ...outOfStep];
  return { xs, columns, now: nowOf(run) };
}

/** Visits under way; and the users at work, where the profile sets those. */
export function underWayColumns(run) {
  const planned = run.info?.planned_users ?? [];
  const underWay = new Map(run.ticks.map((tick) => [tick[0], tick[7]]));
  const xs = [...new Set([...underWay.keys(), ...corners(planned)])].sort((a, b) => a - b);
  const columns = [xs.map((t) => plannedAt(planned, t)), xs.map((t) => underWay.get(t))];
  return { xs, columns, now: nowOf(run) };
}

/** The newest tick's second. */
const nowOf = (run) => run.ticks.at(-1)?.[0] ?? 0;

/** Where the plan bends; where it jumps, just before the jump too. */
function corners(planned) {
  return planned.map(([t], index) => (planned[index + 1]?.[0] === t ? t - 0.001 : t)).filter((t) => t >= 0);
}

function plannedAt(planned, t) {
  let after = planned.findIndex(([at]) => at > t);
  if (after < 0) after = planned.length - 1;
  const [to, then] = planned[after] ?? [];
  const [from, now] = planned[after - 1] ?? planned[after] ?? [];
  if (!isKnown(from) || t < from || t > to) return null;
  return to === from ? then : now + ((then - now) * (t - from)) / (to - from);
}

function rateAt(ticks, index, key) {
  const before = ticks[index - 1] ?? [0, 0, 0, 0, 0, 0, 0, 0];
  const passed = ticks[index][0] - before[0];
  return passed > 0 ? Math.max(ticks[index][key] - before[key], 0) / passed : undefined;
}

/** The rows of a series as columns; a line is broken where more than a few rows are missing. */
export function columnsOf(series, rows, keys) {
  const sorted = [...rows].sort((a, b) => a.t - b.t);
  const xs = [];
  const columns = keys.map(() => []);
  for (const row of sorted) {
    if (xs.length && row.t - xs.at(-1) > BRIDGED * series.widthS) {
      xs.push(xs.at(-1) + series.widthS);
      columns.forEach((column) => column.push(null));
    }
    xs.push(row.t);
    keys.forEach((key, index) => columns[index].push(key(row) ?? null));
  }
  return { xs, columns };
}

/** The phases that some visit has come to, in their order. */
export function phasesOf(run) {
  const order = ["page", "open", "upgrade", "connect", "handshake", "active", "leaving"];
  const seen = new Set([...run.phases.rows.values()].map((row) => row.phase));
  return order.filter((phase) => seen.has(phase));
}

/** p50, p95, p99 and the p99 from when visits were due, of one phase. */
export function phaseColumns(run, phase) {
  const rows = [...run.phases.rows.values()].filter((row) => row.phase === phase);
  const keys = ["p50_ms", "p95_ms", "p99_ms", "from_due_p99_ms"];
  return columnsOf(
    run.phases,
    rows,
    keys.map((key) => (row) => row[key]),
  );
}

/** Columns of the server's rows. */
export const serverColumns = (run, keys) => columnsOf(run.server, run.server.rows.values(), keys);
