/** Every folder of `tests/cases`: what the component makes of its events, by way of jco. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { load } from "../dist/index.js";

/** How many results are taken at a time, in every case. */
const MAX_RESULTS = 3;

const CASES = process.env["COLLECTOR_CASES"] ?? "../../cases";

for (const { name } of readdirSync(CASES, { withFileTypes: true }).filter((e) => e.isDirectory())) {
  test(name, () => {
    const read = (/** @type {string} */ file) => readFileSync(join(CASES, name, file), "utf8");
    for (const [file, actual] of Object.entries(outputs(read("events.ndjson")))) {
      const isThere = existsSync(join(CASES, name, file));
      assert.equal(actual, isThere ? read(file) : undefined, file);
    }
  });
}

/** What the component makes of events, by file name; nothing where there is no such file.
 * @param {string} events
 * @returns {Record<string, string | undefined>}
 */
function outputs(events) {
  const { Run, runEnv } = load();
  const run = new Run({ uploads: true, results: true });
  const { rejected } = run.feed(events);
  run.finish();
  const uploads = all(() => run.takeUpload(MAX_RESULTS));
  const results = all(() => run.takeResults(MAX_RESULTS));
  const errors = rejected.map(({ line, error }) => ({ line, error: { [error.tag]: error.val } }));
  return {
    "run-env.json": attempt(() => `${runEnv(events.split(/\r?\n/, 1)[0] ?? "")}\n`),
    "uploads.ndjson": lines(uploads.map((upload) => upload.body)),
    "receipts.ndjson": lines(uploads.map((upload) => upload.receipt)),
    "results.ndjson": lines(results),
    "summary.json": pretty({ ...run.summary(), rejected: errors }),
  };
}

/** @template T @param {() => T | undefined} take @returns {T[]} */
function all(take) {
  const taken = [];
  for (let next; (next = take()) !== undefined; ) taken.push(next);
  return taken;
}

/** @param {() => string} action */
function attempt(action) {
  try {
    return action();
  } catch (error) {
    // jco throws what the WIT calls an error, and a trap is none of those.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return undefined;
  }
}

/** @param {string[]} texts */
function lines(texts) {
  return texts.map((text) => `${text}\n`).join("");
}

/** With the names of the WIT, which jco writes in JavaScript's way. @param {object} record */
function pretty(record) {
  const named = Object.entries(record).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    value,
  ]);
  const plain = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "bigint" ? Number(value) : value;
  return `${JSON.stringify(Object.fromEntries(named), plain, 2)}\n`;
}
