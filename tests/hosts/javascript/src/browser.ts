/** The collector, as browsers and bundlers load it: the caller brings the core module. */

import { instantiate } from "./core.js";
import type { Collector } from "./core.js";

export { CollectorError } from "./core.js";
export type * from "./core.js";

/**
 * Makes an instance of the collector from the bytes of `collector.core.wasm`, or from the module that
 * `WebAssembly.compileStreaming(fetch(url))` makes of them.
 */
export function load(source: WebAssembly.Module | BufferSource): Collector {
  const isModule = source instanceof WebAssembly.Module;
  return instantiate(isModule ? source : new WebAssembly.Module(source));
}
