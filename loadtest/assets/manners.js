// How visits had to leave, and to come, to show a finding: word for word what the console says
// (report/finding_sentences.py, which a test compares it with).

import { count, listed } from "./figures.js";

const ENDED_BY_SERVER = "ended_by_server";

/** In which manners visits had to leave; empty where that is no matter. */
export function mannersText({ kind, led_by: ledBy, attributed, manners, by_manner: counts = {} }) {
  const isOwnBreach = kind === "client" && ledBy === "own";
  if (isOwnBreach || (kind === "liveness" && !attributed)) return "";
  if (manners !== "any") return neededText(manners, counts);
  const seen = Object.keys(counts).map(nameOf);
  if (seen.length < 2) return seen.length ? `${seen[0]}, no other was seen there` : "";
  const isInAll = Object.values(counts).every((share) => share.count > 0);
  return `${isInAll ? "makes no difference" : "none stands out"} (${listed(seen)})`;
}

/** Over which transports visits had to come; empty where that is no matter. */
export const transportsText = ({ transports, by_transport: counts = {} }) =>
  transports === "any" ? "" : neededText(transports, counts);

/** How the tab had to come to a visit; empty where that is no matter. */
export const movesText = ({ moves, by_move: counts = {} }) =>
  moves === "any" ? "" : neededText(moves, counts);

function neededText(needed, counts) {
  const shares = Object.entries(counts);
  const inside = shares.filter(([key]) => needed.includes(key));
  const outside = shares.filter(([key]) => !needed.includes(key));
  return `${listed(needed.map(nameOf), "or")}, ${shareText(inside)}; otherwise ${shareText(outside)}`;
}

function shareText(shares) {
  const sum = (key) => shares.reduce((all, [, share]) => all + share[key], 0);
  return `${sum("count") ? count(sum("count")) : "none"} of ${count(sum("of"))}`;
}

const nameOf = (manner) => (manner === ENDED_BY_SERVER ? "the server's own doing" : manner);
