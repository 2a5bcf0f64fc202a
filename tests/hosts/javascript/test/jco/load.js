/** The component as jco has it: the same interface, from the component's bytes. */

import { readFileSync } from "node:fs";

import { emptyWasi } from "./wasi.js";

const FOLDER = new URL("./component/", import.meta.url);

// By a name that TypeScript does not follow: what jco writes is not ours to check.
const { instantiate } = await import(new URL("collector.js", FOLDER).href);

/** Makes an instance. */
export function load() {
  const module = (/** @type {string} */ name) =>
    new WebAssembly.Module(readFileSync(new URL(name, FOLDER)));
  return instantiate(module, emptyWasi([])).collector;
}
