/** Every folder of `tests/cases`: what the collector makes of its events, by the package and by jco. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import * as node from "../dist/node.js";
import * as jco from "./jco/load.js";
import { outputs } from "./outputs.js";

const CASES = process.env["COLLECTOR_CASES"] ?? "../../cases";

/** @typedef {import("../dist/node.js").Collector} Collector */

for (const { name } of readdirSync(CASES, { withFileTypes: true }).filter((e) => e.isDirectory())) {
  for (const [host, load] of Object.entries({ package: node.load, jco: jco.load })) {
    test(`${name}, by ${host}`, () => {
      const read = (/** @type {string} */ file) => readFileSync(join(CASES, name, file), "utf8");
      const collector = /** @type {Collector} */ (load());
      for (const [file, actual] of Object.entries(outputs(collector, read("events.ndjson")))) {
        const isThere = existsSync(join(CASES, name, file));
        assert.equal(actual, isThere ? read(file) : undefined, file);
      }
    });
  }
}

test("a batch of tests, by both", () => {
  const events = readFileSync(join(CASES, "every-result", "events.ndjson"), "utf8");
  const [first, second] = [node.load(), jco.load()].map((loaded) => {
    const run = new (/** @type {Collector} */ (loaded).Run)({});
    run.keepBatch([["tests/test_cart.py::test_passes", "é/test_it.py"], ["test_other.py::test_it", "other.py"]]);
    run.feed(events);
    return run.takeBatch();
  });
  assert.equal(first, second);
  const [result] = JSON.parse(first ?? "");
  assert.equal(result.file_name, "é/test_it.py");
});

test("a word that is none of an enum's", () => {
  const run = new (node.load().Run)({});
  // @ts-expect-error It is none of the words.
  assert.throws(() => run.keepTraces("xml", ""), /xml is none of protobuf, json/);
});
