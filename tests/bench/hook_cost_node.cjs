// What the hooks cost an event in Node: Socket.IO's own classes on a connection that goes nowhere, in
// processes with and without the hooks in turn.
//
//     NODE_PATH=<folder>/node_modules node tests/bench/hook_cost_node.cjs [EVENTS]
//
// Prints microseconds for an event (median of the rounds) and the ratio to the unhooked event of the same
// run; a figure alone says little, since the machine's mood falls on both.
"use strict";

const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { serve, visit } = require("../hooks/node/nowhere.cjs");

const ROUNDS = 7;
const HOOK = path.resolve(__dirname, "../../loadtest/hooks/node/hook.cjs");
const CASES = [
  { name: "a visit's event", isOurs: true, event: "tick", id: undefined },
  { name: "a stranger's event", isOurs: false, event: "tick", id: undefined },
  { name: "a visit's event with ack", isOurs: true, event: "ask", id: 1 },
  { name: "a visit's async event", isOurs: true, event: "wait", id: undefined },
  { name: "a stranger's async event", isOurs: false, event: "wait", id: undefined },
];

async function measure(server, { isOurs, event, id }, events) {
  const { client, socket } = await visit(server, isOurs ? 7 : null);
  let left = 0;
  let finish;
  const count = () => {
    left -= 1;
    if (left === 0) finish();
  };
  socket.on("tick", count);
  socket.on("ask", (value, acknowledge) => {
    acknowledge(value);
    count();
  });
  socket.on("wait", async () => {
    await null;
    count();
  });
  const beganNs = process.hrtime.bigint();
  for (let done = 0; done < events; done += 100) {
    left = 100;
    const all = new Promise((resolve) => (finish = resolve));
    for (let number = 0; number < 100; number += 1) {
      client.ondecoded({ type: 2, nsp: "/", id, data: [event, "data"] });
    }
    await all;
  }
  return Number(process.hrtime.bigint() - beganNs) / events / 1000;
}

async function measureAll(events) {
  const server = serve();
  const figures = [];
  for (const each of CASES) {
    await measure(server, each, events); // warm
    figures.push(await measure(server, each, events));
  }
  console.log(JSON.stringify(figures));
  process.exit(0);
}

function inProcess(events, isHooked) {
  const options = isHooked ? ["--require", HOOK] : [];
  return JSON.parse(execFileSync(process.execPath, [...options, __filename, "--measure", String(events)]));
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function main(events) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ bare: inProcess(events, false), hooked: inProcess(events, true) });
  }
  const head = ["", "unhooked µs", "hooked µs", "hooks µs", "ratio"];
  console.log(head[0].padEnd(28) + head.slice(1).map((word) => word.padStart(13)).join(""));
  CASES.forEach(({ name }, at) => {
    const bare = median(rounds.map((round) => round.bare[at]));
    const hooked = median(rounds.map((round) => round.hooked[at]));
    const figures = [bare, hooked, hooked - bare, hooked / bare];
    console.log(name.padEnd(28) + figures.map((figure) => figure.toFixed(2).padStart(13)).join(""));
  });
}

if (process.argv[2] === "--measure") measureAll(Number(process.argv[3]));
else main(Number(process.argv[2] || 20_000));
