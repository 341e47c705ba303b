// What makes two errors the same: their type and the deepest frame of the app.
"use strict";

const path = require("path");
const util = require("util");
const { clip } = require("./text.cjs");

const MAX_NAME_CHARACTERS = 200;
const MAX_TRACEBACK_CHARACTERS = 4000;
const MAX_STACK_CHARACTERS = 32_768;
const MAX_TRACEBACK_LINES = 40;
const OURS = __dirname + path.sep;
const FRAME = /^\s+at (?:async )?(?:(.+?) \()?(?:file:\/\/)?((?:node:|\/|[A-Za-z]:[\\/]).*?):(\d+):\d+\)?$/;
const FRAMEWORKS =
  /[\\/]node_modules[\\/](?:socket\.io(?:-adapter|-parser)?|engine\.io(?:-parser)?|ws|express|router)[\\/]/;
const LISTENER = /^(?:(?:Socket|Namespace|ParentNamespace|Server)\.)?<anonymous>$/;

/**
 * @typedef {object} Fault An error's fingerprint.
 * @property {string} type
 * @property {string} function
 * @property {string} file relative to the working directory, or to `node_modules`
 * @property {number} line
 */

/**
 * Return the fingerprint: type, and the deepest frame that is neither Node's, the framework's nor ours.
 *
 * When nothing else is left, the deepest frame of all counts. A listener without a name goes by its event.
 * @param {unknown} error whatever was thrown
 * @param {string | null} event
 * @returns {Fault}
 */
function faultOf(error, event) {
  const type = typeName(error);
  let chosen = null;
  let deepest = null;
  for (const line of linesOf(error)) {
    const match = FRAME.exec(line);
    if (match === null) continue;
    if (deepest === null) deepest = match;
    if (!match[2].startsWith("node:") && !match[2].startsWith(OURS) && !FRAMEWORKS.test(match[2])) {
      chosen = match;
      break;
    }
  }
  const found = chosen || deepest;
  if (found === null) return { type, function: event === null ? "?" : listenerOf(event), file: "?", line: 0 };
  let name = (found[1] || "<anonymous>").replace(/ \[as [^\]]*\]$/, "");
  if (event !== null && LISTENER.test(name)) name = listenerOf(event);
  return {
    type,
    function: clip(name, MAX_NAME_CHARACTERS),
    file: clip(shortPath(found[2]), MAX_NAME_CHARACTERS),
    line: Number(found[3]),
  };
}

function listenerOf(event) {
  return `listener of "${event}"`;
}

/**
 * Return the stack's text without the hooks' own frames, cut to a bounded length.
 *
 * An error whose properties throw does no harm.
 * @param {unknown} error
 * @returns {string}
 */
function formatError(error) {
  try {
    const lines = linesOf(error).slice(0, MAX_TRACEBACK_LINES);
    if (lines.length > 0) return clip(lines.join("\n"), MAX_TRACEBACK_CHARACTERS);
    const shown = util.inspect(error, { depth: 1, customInspect: false, maxStringLength: 1000 });
    return clip(`thrown, and no Error: ${shown}`, MAX_TRACEBACK_CHARACTERS);
  } catch (fault) {
    return `(the stack of this ${typeName(error)} cannot be formatted)`;
  }
}

/** Return the lines of the stack that are not ours; none when there is no text. */
function linesOf(error) {
  try {
    const stack = error.stack; // the app's own Error.prepareStackTrace may make this: a text, or anything
    if (typeof stack !== "string") return [];
    const lines = stack.slice(0, MAX_STACK_CHARACTERS).split("\n");
    return lines.filter((line) => !line.includes(OURS) && !line.includes("AsyncLocalStorage.run "));
  } catch (fault) {
    return [];
  }
}

function typeName(error) {
  try {
    if (util.types.isNativeError(error) || error instanceof Error) {
      const name = typeof error.name === "string" && error.name ? error.name : "Error";
      // class NotFound extends Error {}: its name is still "Error", its constructor knows better
      const made = name === "Error" && typeof error.constructor === "function" ? error.constructor.name : name;
      return clip(made || name, MAX_NAME_CHARACTERS);
    }
    return error === null ? "null" : typeof error;
  } catch (fault) {
    return "Error";
  }
}

function shortPath(file) {
  if (file.startsWith("node:")) return file;
  const parts = file.split(/[\\/]node_modules[\\/]/);
  if (parts.length > 1) return parts[parts.length - 1];
  const main = process.argv[1] ? path.dirname(process.argv[1]) : "";
  for (const folder of [process.cwd(), main]) {
    if (folder && file.startsWith(folder + path.sep)) return file.slice(folder.length + 1);
  }
  return file;
}

module.exports = { faultOf, formatError };
