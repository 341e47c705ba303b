// How uPlot draws one of our charts: the looks of Locust's own.

import { clock, isKnown } from "./figures.js";

const FONT = "12px Roboto, Helvetica, Arial, sans-serif";
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map((power) => step * power))
  .sort((a, b) => a - b);

/**
 * Returns uPlot's options.
 *
 * Args:
 *   colour: returns what a token such as "--blue" stands for just now; it is asked at each drawing.
 *   group: charts of one group share a cross hair, and a zoom.
 */
export function plotOptions({ size, series, format, isWhole, group, colour, hooks }) {
  const line = (token) => () => colour(token);
  const axis = { font: FONT, stroke: line("--chart-text"), ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    padding: [16, 28, 0, 0],
    cursor: {
      sync: { key: group, scales: ["x", null] },
      drag: { x: true, y: false, dist: 8 },
      points: { size: 8, width: 2 },
      focus: { prox: -1 },
    },
    scales: { x: { time: false, auto: false }, y: { range: (_, __, most) => [0, niceTop(most)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        border: { show: true, stroke: line("--chart-axis"), width: 1 },
        incrs: STEPS_S,
        size: 26,
        space: 70,
        values: (_, splits) => splits.map((at) => clock(at)),
      },
      {
        ...axis,
        grid: { stroke: line("--chart-grid"), width: 1 },
        size: sizeOf,
        ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
        values: (_, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [{}, ...series.map((one) => seriesOptions(one, colour))],
    hooks,
  };
}

function seriesOptions({ label, colour: token, dash, fill, width = 2, hasPoints = true }, colour) {
  const stroke = () => colour(token);
  return {
    label,
    width,
    dash,
    stroke,
    fill: fill ? () => `color-mix(in srgb, ${colour(token)} 18%, transparent)` : undefined,
    points: hasPoints
      ? { size: 5, width: 1.5, stroke, fill: () => colour("--chart-ground") }
      : { show: false },
  };
}

/** The top of the scale: above the highest value, and never so low that nothing looks like much. */
function niceTop(most) {
  if (!isKnown(most) || most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most * 1.05));
  return (
    [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= most * 1.05) ??
    most * 1.1
  );
}

/** The room that the labels of the upright axis take. */
function sizeOf(_, labels) {
  const longest = (labels ?? []).reduce((most, label) => Math.max(most, label.length), 3);
  return 14 + longest * 7;
}
