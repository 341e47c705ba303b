// A process of its own that sends what an ending one has left: `node deliver.cjs`, parcels on standard input.
"use strict";

const { post } = require("./post.cjs");

/**
 * Send one snapshot to each collector: the one of its run.
 * @param {{collector: import("./rendezvous.cjs").Collector, bodies: Record<string, string>,
 *   asking: string}[]} parcels `asking` is for a collector whose run nobody knows yet
 * @param {number} timeoutMs
 */
function deliver(parcels, timeoutMs) {
  const waiting = { timeoutMs, isWaitedFor: true };
  for (const { collector, bodies, asking } of parcels) {
    if (collector.run !== null) {
      post(collector, bodies[collector.run], waiting, () => {});
      continue;
    }
    post(collector, asking, waiting, (error, answer) => {
      if (error === null && Object.prototype.hasOwnProperty.call(bodies, answer.run)) {
        post(collector, bodies[answer.run], waiting, () => {});
      }
    });
  }
}

if (require.main === module) {
  const pieces = [];
  process.stdin.on("data", (piece) => pieces.push(piece));
  process.stdin.on("end", () => {
    const { parcels, timeoutMs } = JSON.parse(Buffer.concat(pieces).toString());
    deliver(parcels, timeoutMs);
  });
}

module.exports = { deliver };
