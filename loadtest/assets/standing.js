// How far a summary has come: it is some seconds older than the ticks beside it.

import { amount } from "./figures.js";

/** All visits; the summary's own count leaves those of the warm-up out, and findings do not. */
export function visitsOf({ navigations, stages }) {
  const warmUp = (stages ?? []).filter((stage) => stage.warm_up);
  return warmUp.reduce((sum, stage) => sum + (stage.navigations?.started ?? 0), navigations.started ?? 0);
}

/** "As of 14 ended visits …" while another summary will come; else nothing. */
export function asOf({ summary, isOver }) {
  if (!summary || isOver) return "";
  return `As of ${amount(visitsOf(summary), "ended visit")}; tiles and charts are some seconds newer.`;
}

/** Whether some of the load is not measured. */
export const hasWarmUp = (run) => (run.info?.stages ?? []).some((stage) => stage.warm_up);
