// Text from the app, cut to a length and fit for JSON and UTF-8.
"use strict";

const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Return the text with at most `limit` characters: its beginning and, after an ellipsis, its end.
 *
 * Lone surrogates (names that a client sent) become question marks: no file in UTF-8 could hold them.
 * @param {unknown} value
 * @param {number} limit
 * @returns {string}
 */
function clip(value, limit) {
  let text = typeof value === "string" ? value : String(value);
  if (text.length > limit) {
    const head = Math.floor(limit / 3);
    text = text.slice(0, head) + "…" + text.slice(text.length - (limit - head - 1));
  }
  return text.replace(LONE_SURROGATES, "?");
}

module.exports = { clip };
