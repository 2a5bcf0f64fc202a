/** The collector, as Node loads it: with the core module of this package. */

import { readFileSync } from "node:fs";

import { load as loadFrom } from "./browser.js";
import type { Collector } from "./core.js";

export { CollectorError } from "./core.js";
export type * from "./core.js";

let compiled: WebAssembly.Module | undefined;

/**
 * Makes an instance of the collector; the first call compiles it, others are cheap. Bytes, or a
 * module, of `collector.core.wasm` may come from the caller, as they must in a browser.
 */
export function load(source?: WebAssembly.Module | BufferSource): Collector {
  if (source !== undefined) return loadFrom(source);
  compiled ??= new WebAssembly.Module(
    readFileSync(new URL("../collector.core.wasm", import.meta.url)),
  );
  return loadFrom(compiled);
}
