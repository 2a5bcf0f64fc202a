/**
 * The Test Engine collector for any JavaScript test runner.
 *
 * ```js
 * const { Run, variables } = load();
 * const run = new Run({ uploads: true });
 * run.feed(lines);
 * run.finish();
 * for (let upload; (upload = run.takeUpload(500)); ) await post(upload.body);
 * ```
 *
 * What the events are, and in which order to call, says `wit/` of the project.
 */

import { readFileSync } from "node:fs";

import { instantiate } from "./component/collector.js";
import type * as Interface from "./component/interfaces/buildkite-test-collector-collector.js";
import { emptyWasi } from "./wasi.js";

export type * from "./component/interfaces/buildkite-test-collector-collector.js";

/** What the component exports. */
export type Collector = typeof Interface;

/** Where the transpiled module has its core modules. */
const FOLDER = new URL("./component/", import.meta.url);

const modules = new Map<string, WebAssembly.Module>();

/**
 * Makes an instance of the component. The first call compiles it; others are cheap.
 *
 * A call that throws a `WebAssembly.RuntimeError` was a trap: the instance is of no use any more,
 * and a new one knows nothing of its runs.
 */
export function load(): Collector {
  const written: string[] = [];
  return instantiate(module, emptyWasi(written)).collector;
}

function module(name: string): WebAssembly.Module {
  let found = modules.get(name);
  if (found === undefined) {
    found = new WebAssembly.Module(readFileSync(new URL(name, FOLDER)));
    modules.set(name, found);
  }
  return found;
}
