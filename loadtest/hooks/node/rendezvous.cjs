// Where hooks learn of runs: files in a folder of this user alone, or the environment.
"use strict";

const fs = require("fs");
const path = require("path");

const RUN = /^[0-9a-f]{16}$/;
const MAX_FILE_BYTES = 4096;
const MAX_COLLECTORS = 16;

/**
 * @typedef {object} Collector Where the snapshots of a run go to.
 * @property {string} url
 * @property {string} token
 * @property {string | null} run null when only the collector knows: its answer says so
 */

/**
 * Return the runs that listen now, the newest first.
 *
 * LOADTEST_COLLECTOR and LOADTEST_TOKEN take the folder's place: the run is another user's, or on another
 * machine.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Collector[]}
 */
function findCollectors(environment) {
  const url = environment.LOADTEST_COLLECTOR;
  if (url) return [{ url, token: environment.LOADTEST_TOKEN || "", run: null }];
  if (!process.getuid) return [];
  const folder = rendezvousFolder(environment);
  let names;
  try {
    if (!isOursAlone(folder)) return [];
    names = fs.readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    return [];
  }
  const files = names.map((name) => path.join(folder, name));
  const modified = new Map(files.map((file) => [file, modifiedMs(file)]));
  files.sort((one, other) => modified.get(other) - modified.get(one) || (one < other ? -1 : 1));
  // what killed runs left behind must not take the living ones' places
  return files.map(read).filter(Boolean).slice(0, MAX_COLLECTORS);
}

/** Return `$XDG_RUNTIME_DIR/loadtest`, or `loadtest-<uid>` in the temporary folder: the run's own rule. */
function rendezvousFolder(environment) {
  const runtime = environment.XDG_RUNTIME_DIR;
  if (runtime && isFolder(runtime)) return path.join(runtime, "loadtest");
  const choices = [environment.TMPDIR, environment.TEMP, environment.TMP, "/tmp"];
  const temporary = choices.find((choice) => choice && isFolder(choice)) || "/tmp";
  return path.join(temporary, `loadtest-${process.getuid()}`);
}

function isFolder(name) {
  try {
    return fs.statSync(name).isDirectory();
  } catch (error) {
    return false;
  }
}

function isOursAlone(folder) {
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o077) === 0;
}

function modifiedMs(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch (error) {
    return 0; // its run has just ended
  }
}

/** Return what a file says, or null when it is not (or no longer) a living run's. */
function read(file) {
  try {
    const { url, token, run, pid } = JSON.parse(fs.readFileSync(file, "utf8").slice(0, MAX_FILE_BYTES));
    const isWhole = [url, token, run].every((text) => typeof text === "string") && Number.isInteger(pid);
    if (isWhole && pid > 0 && RUN.test(run) && isAlive(pid)) return { url, token, run };
  } catch (error) {
    // half written, or not ours
  }
  return null;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

module.exports = { findCollectors, rendezvousFolder };
