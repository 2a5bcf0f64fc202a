/** The collector on its core module: plain `WebAssembly`, in any JavaScript that has it. */

import { isFlat, lift, lower } from "./abi.js";
import type { Memory } from "./abi.js";
import { signatures } from "./interface.js";
import type { Collector } from "./interface.js";

export { CollectorError } from "./abi.js";
export type * from "./interface.js";

type Exports = Memory & Record<string, (...values: (number | bigint)[]) => number>;

/** What a function of a resource is called with first. */
type Handle = { handle: number; isThere: boolean };

/**
 * Makes an instance of the compiled core module, `collector.core.wasm`. It is given no file, no
 * network, no clock and no environment.
 *
 * A call that throws a `WebAssembly.RuntimeError` was a trap, whose message says why: the instance
 * is of no use any more, and a new one knows nothing of its runs.
 */
export function instantiate(module: WebAssembly.Module): Collector {
  const panic: string[] = [];
  const imports = importsOf(module, panic, () => core.memory);
  const core = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  const names = new Map(Object.keys(core).map((name) => [name.split("#").at(-1), name]));
  let hasTrapped = false;

  function call(name: string, own: number[], values: unknown[]): unknown {
    if (hasTrapped) throw new WebAssembly.RuntimeError("the instance has trapped before");
    const { parameters, result } = signatures[name] as (typeof signatures)[string];
    const full = names.get(name)?.replace(/^cabi_post_/, "");
    const [run, done] = [core[full ?? ""], core[`cabi_post_${full}`]];
    if (run === undefined) throw new TypeError(`the module has no ${name}`);
    try {
      const flat = parameters.flatMap((layout, index) => lower(core, layout, values[index]));
      const place = run(...own, ...flat);
      if (result === undefined || isFlat(result)) return result === "bool" ? place !== 0 : place;
      try {
        // Negative, where it lies above 2 GiB.
        return lift(core, result, place >>> 0);
      } finally {
        done?.(place);
      }
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        hasTrapped = true;
        if (panic.length > 0) error.message += `: ${panic.join("").trim()}`;
      }
      throw error;
    }
  }

  const drops = new FinalizationRegistry<[string, number]>(([name, handle]) => drop(name, handle));

  function drop(resource: string, handle: number): void {
    if (!hasTrapped) core[names.get(`[dtor]${resource}`) ?? ""]?.(handle);
  }

  function resource(name: string): unknown {
    const Resource = class {
      readonly #own: Handle;

      constructor(...values: unknown[]) {
        const handle = call(`[constructor]${name}`, [], values) as number;
        this.#own = { handle, isThere: true };
        drops.register(this, [name, handle], this);
      }

      static handle(of: InstanceType<typeof Resource>): number {
        if (!of.#own.isThere) throw new TypeError(`this ${name} was disposed of`);
        return of.#own.handle;
      }

      /** Frees the memory that it has in the instance. */
      [Symbol.dispose](): void {
        if (!this.#own.isThere) return;
        drops.unregister(this);
        drop(name, Resource.handle(this));
        this.#own.isThere = false;
      }
    };
    for (const full of Object.keys(signatures)) {
      if (!full.startsWith(`[method]${name}.`)) continue;
      const method = function (this: InstanceType<typeof Resource>, ...values: unknown[]) {
        return call(full, [Resource.handle(this)], values);
      };
      Object.defineProperty(Resource.prototype, camel(full.split(".")[1] ?? ""), { value: method });
    }
    return Resource;
  }

  const members = Object.keys(signatures).flatMap((name): [string, unknown][] => {
    const constructed = name.match(/^\[constructor\](.*)/)?.[1];
    if (constructed !== undefined) {
      const own = camel(constructed);
      return [[own.slice(0, 1).toUpperCase() + own.slice(1), resource(constructed)]];
    }
    if (name.startsWith("[")) return [];
    return [[camel(name), (...values: unknown[]) => call(name, [], values)]];
  });
  return Object.fromEntries(members) as unknown as Collector;
}

/**
 * What the module imports. All of it is of Rust's standard library, and none of that runs in a call
 * of the collector's, but for the environment, which is empty, and for what says why it panicked.
 */
function importsOf(
  module: WebAssembly.Module,
  panic: string[],
  memory: () => WebAssembly.Memory,
): WebAssembly.Imports {
  const known: Record<string, (...values: number[]) => number | void> = {
    // Handles are the addresses that they stand for.
    "[resource-new]": (address) => address as number,
    "[resource-drop]": () => {},
    "get-environment": (place) => new DataView(memory().buffer).setBigUint64(place as number, 0n, true),
    "get-stderr": () => 0,
    // A result that is well, and in it how many bytes may be written.
    "[method]output-stream.check-write": (_, place) => {
      const view = new DataView(memory().buffer);
      view.setUint8(place as number, 0);
      view.setBigUint64((place as number) + 8, 4096n, true);
    },
    "[method]output-stream.write": (_, text, length, place) => {
      panic.push(new TextDecoder().decode(new Uint8Array(memory().buffer, text, length)));
      new DataView(memory().buffer).setUint8(place as number, 0);
    },
    "[method]output-stream.blocking-flush": (_, place) => {
      new DataView(memory().buffer).setUint8(place as number, 0);
    },
  };
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const found = known[name] ?? known[name.replace(/\].*/, "]")];
    const trap = () => {
      throw new WebAssembly.RuntimeError(`the collector called ${from} ${name}`);
    };
    (imports[from] ??= {})[name] = found ?? trap;
  }
  return imports;
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
