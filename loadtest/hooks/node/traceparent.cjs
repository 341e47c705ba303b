// The navigation id that a visit's headers carry into the server's request.
"use strict";

// 16 hex digits of the run, 16 of the number. No run has more than 2**40 visits, so the number begins with
// six zeros: the trace id of a stranger, which is random, passes once in 16 million.
const PLAIN = /^([0-9a-f]{16})0{6}([0-9a-f]{10})$/;
const TRACEPARENT = /^00-([0-9a-f]{16})0{6}([0-9a-f]{10})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const NO_RUN = "0".repeat(16);

/**
 * Return the run id and the number of the navigation that sent this request, or null for a stranger.
 *
 * `x-loadtest-navigation` is asked first: a proxy that restarts traces writes a `traceparent` of its own
 * (W3C Trace Context, 3.2) and leaves ours alone.
 * @param {Record<string, unknown> | undefined} headers Node's: names in lower case
 * @returns {{run: string, number: number} | null}
 */
function navigationOf(headers) {
  if (!headers) return null;
  const own = headers["x-loadtest-navigation"];
  let match = typeof own === "string" ? PLAIN.exec(own) : null;
  if (match === null) {
    const standard = headers.traceparent;
    match = typeof standard === "string" ? TRACEPARENT.exec(standard) : null;
  }
  if (match === null || match[1] === NO_RUN) return null;
  return { run: match[1], number: parseInt(match[2], 16) };
}

module.exports = { navigationOf };
