// One side in Node: node host.cjs SIDE CALENDARS. Answers the harness line by line (see ../src/main.rs). A side is a
// file beside this one that sets globalThis.benchMake; packages come from the folder BENCH_PEERS.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { createRequire } = require("node:module");

const [side, calendars] = process.argv.slice(2);
const file = JSON.parse(fs.readFileSync(calendars, "utf8"));
globalThis.benchRequire = process.env.BENCH_PEERS && createRequire(path.join(process.env.BENCH_PEERS, "package.json"));
if (process.env.BENCH_WASM) {
  // The same file as in a page: its `let` becomes a global of all scripts.
  vm.runInThisContext(fs.readFileSync(path.join(process.env.BENCH_WASM, "bench.js"), "utf8"));
  globalThis.benchWasm = fs.readFileSync(path.join(process.env.BENCH_WASM, "bench_bg.wasm"));
}
for (const name of ["loop.js", side]) {
  vm.runInThisContext(fs.readFileSync(path.join(__dirname, name), "utf8"), { filename: name });
}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const ask = JSON.parse(line);
  const answer = ask.millis ? benchTime(ask.millis) : benchLoad(benchMake, file, ask);
  process.stdout.write(JSON.stringify(answer) + "\n");
});
