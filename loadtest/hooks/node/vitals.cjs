// Figures of the process itself: memory, open files, and the gauges that a profile names.
"use strict";

const fs = require("fs");

const GAUGE = /^(len\()?globalThis:([\w$]+(?:\.[\w$]+)*)(\))?$/;
const TOO_SLOW_MS = 5;

let isSlow = false;

/** Return the resident set, in bytes. */
function residentBytes() {
  return typeof process.memoryUsage.rss === "function" ? process.memoryUsage.rss() : process.memoryUsage().rss;
}

/** Return how many files are open, or null: not on Linux, or so many that counting them holds up the loop. */
function openFiles() {
  if (isSlow) return null;
  const beganMs = Date.now();
  try {
    const count = fs.readdirSync("/proc/self/fd").length - 1; // one is the listing's own
    isSlow = Date.now() - beganMs > TOO_SLOW_MS;
    return count;
  } catch (error) {
    return null;
  }
}

/**
 * Read the gauges that a run asks for: "globalThis:path.to.value", or "len(globalThis:path)".
 *
 * What a module of the app holds is out of reach in Node.
 * @param {{name: string, value: string}[]} gauges
 */
function readGauges(gauges) {
  const values = {};
  const problems = [];
  for (const { name, value } of gauges) {
    values[name] = null;
    try {
      values[name] = read(value);
    } catch (error) {
      problems.push(`gauge ${name} cannot be read: ${error.message}`);
    }
  }
  return { values, problems };
}

function read(expression) {
  const match = GAUGE.exec(expression);
  if (match === null || Boolean(match[1]) !== Boolean(match[3])) {
    throw new Error(`in Node a gauge is globalThis:name or len(globalThis:name), not ${expression}`);
  }
  let found = globalThis;
  for (const name of match[2].split(".")) {
    if (found === undefined || found === null) throw new Error(`there is no ${match[2]}`);
    found = found[name];
  }
  if (found === undefined || found === null) throw new Error(`there is no ${match[2]}`);
  const number = typeof found === "number" && !match[1] ? found : sizeOf(found);
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new Error(`${match[2]} is no number, and has no length`);
  }
  return number;
}

function sizeOf(found) {
  if (typeof found.size === "number") return found.size;
  if (typeof found.length === "number" && typeof found !== "function") return found.length;
  return typeof found === "object" ? Object.keys(found).length : undefined;
}

module.exports = { openFiles, readGauges, residentBytes };
