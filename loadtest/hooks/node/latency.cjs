// A latency histogram with 3 % wide buckets: the scheme of `loadtest.metrics.histogram`.
"use strict";

const LARGEST_US = 2 ** 40 - 1;

/**
 * Return the bucket of a duration in whole microseconds: HdrHistogram's, with 32 for each doubling.
 *
 * The scheme's third copy, after metrics and the hooks in Python; a test keeps them equal.
 * @param {number} valueUs
 * @returns {number}
 */
function bucketOf(valueUs) {
  if (valueUs < 64) return valueUs > 0 ? valueUs : 0;
  if (valueUs > LARGEST_US) valueUs = LARGEST_US;
  // the shifts of 32 bits are not enough: 12 days need 40
  const bits = valueUs < 2 ** 31 ? 32 - Math.clz32(valueUs) : 63 - Math.clz32(Math.floor(valueUs / 2 ** 31));
  const shift = bits - 6;
  return shift * 32 + Math.floor(valueUs / 2 ** shift);
}

/** Counts of durations by bucket. */
class Latency {
  constructor() {
    /** @type {Map<number, number>} */
    this.counts = new Map();
    this.count = 0;
    this.sumUs = 0;
    this.maxUs = 0;
  }

  /** Record one duration in milliseconds; a negative one (a clock that jumped) counts as 0. */
  record(valueMs) {
    let valueUs = Math.round(valueMs * 1000);
    if (!(valueUs > 0)) valueUs = 0;
    const bucket = bucketOf(valueUs);
    this.counts.set(bucket, (this.counts.get(bucket) || 0) + 1);
    this.count += 1;
    this.sumUs += valueUs;
    if (valueUs > this.maxUs) this.maxUs = valueUs;
  }

  /** Return the wire form: `{"count", "sum_us", "max_us", "counts": {"<bucket>": n}}`. */
  toJSON() {
    const counts = {};
    for (const bucket of [...this.counts.keys()].sort((one, other) => one - other)) {
      counts[bucket] = this.counts.get(bucket);
    }
    return { count: this.count, sum_us: this.sumUs, max_us: this.maxUs, counts };
  }
}

module.exports = { Latency, bucketOf };
