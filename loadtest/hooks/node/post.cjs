// Sends one snapshot to a collector: HTTP/1.0 on a bare socket.
//
// Not by node:http, which apps patch, mock and trace.
"use strict";

const net = require("net");
const { clearTimeout, setTimeout } = require("timers");

const MAX_ANSWER_CHARACTERS = 65_536;

/** @typedef {{status: number, run: string, journal: number, gauges: object[]}} Answer */

/**
 * Send a snapshot.
 * @param {import("./rendezvous.cjs").Collector} collector
 * @param {string} body
 * @param {{timeoutMs: number, isWaitedFor: boolean}} waiting whether the process lives on for it
 * @param {(error: Error | null, answer?: Answer) => void} done called once; an error with `isForeign` means
 *   that what answers is no collector
 */
function post(collector, body, { timeoutMs, isWaitedFor }, done) {
  let url;
  try {
    url = new URL(collector.url);
    if (url.protocol !== "http:") throw new Error();
  } catch (error) {
    done(foreign("not an http:// address"));
    return;
  }
  const text = Buffer.from(body);
  const socket = net.connect(Number(url.port) || 80, url.hostname.replace(/^\[|\]$/g, ""));
  if (!isWaitedFor) socket.unref();
  const timer = setTimeout(() => socket.destroy(new Error("no answer in time")), timeoutMs);
  timer.unref();
  let heard = "";
  let isOver = false;
  const end = (error, answer) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    socket.destroy();
    done(error, answer);
  };
  socket.setEncoding("utf8");
  socket.on("data", (piece) => {
    heard += piece;
    if (heard.length > MAX_ANSWER_CHARACTERS) end(foreign("its answer is too long"));
  });
  socket.on("error", (error) => end(error));
  socket.on("close", () => {
    if (isOver) return;
    try {
      end(null, answerOf(heard));
    } catch (error) {
      end(error);
    }
  });
  const lines = [
    `POST ${url.pathname === "/" ? "/snapshot" : url.pathname} HTTP/1.0`,
    `Host: ${url.host}`,
    `Authorization: Bearer ${collector.token.replace(/[^\x20-\x7e]/g, "?")}`,
    "Content-Type: application/json",
    `Content-Length: ${text.length}`,
  ];
  socket.write(lines.join("\r\n") + "\r\n\r\n");
  socket.write(text);
}

function answerOf(heard) {
  const match = /^HTTP\/1\.[01] (\d{3})[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(heard);
  if (match === null) throw new Error("no HTTP");
  const status = Number(match[1]);
  if (status !== 200) return { status, run: "", journal: 0, gauges: [] };
  let data;
  try {
    data = JSON.parse(match[2]);
  } catch (error) {
    throw foreign("its answer is no JSON");
  }
  if (!data || typeof data.run !== "string" || !Number.isInteger(data.journal)) {
    throw foreign("its answer names no run and no journal index");
  }
  const gauges = Array.isArray(data.gauges) ? data.gauges.filter(isGauge) : [];
  return { status, run: data.run, journal: data.journal, gauges };
}

function isGauge(gauge) {
  return Boolean(gauge) && typeof gauge.name === "string" && typeof gauge.value === "string";
}

function foreign(message) {
  return Object.assign(new Error(message), { isForeign: true });
}

module.exports = { post };
