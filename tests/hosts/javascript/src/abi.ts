/**
 * The canonical ABI, as far as the collector's functions use it: how their values lie in the memory
 * of the core module (https://component-model.bytecodealliance.org/advanced/canonical-abi.html).
 */

/** How a value lies in memory. `undefined` is no value. */
export type Layout =
  | "bool"
  | "u8"
  | "u32"
  | "u64"
  | "string"
  | "bytes"
  | { list: Layout }
  | { option: Layout }
  | { ok: Layout | undefined; error: Layout | undefined }
  | { record: Record<string, Layout> }
  | { tuple: Layout[] }
  | { enum: string[] }
  | { flags: string[] }
  | { variant: [string, Layout | undefined][] };

/** What a function takes and gives. */
export interface Signature {
  parameters: Layout[];
  result: Layout | undefined;
}

/** Functions by their names in the core module's exports, behind the `#`. */
export type Signatures = Record<string, Signature>;

/** What a function threw that the WIT calls an error; `payload` is the value of the WIT. */
export class CollectorError<Payload = unknown> extends Error {
  override readonly name = "CollectorError";
  readonly payload: Payload;

  constructor(payload: Payload) {
    const { tag, val } = payload as { tag?: string; val?: unknown };
    super([tag, val].filter((part) => part !== undefined).join(": "));
    this.payload = payload;
  }
}

/** What of the core module moves values. */
export interface Memory {
  memory: WebAssembly.Memory;
  cabi_realloc(old: number, size: number, alignment: number, newSize: number): number;
}

const ENCODER = new TextEncoder();
// A byte order mark is part of a text.
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Brings a parameter to the module; returns what its function is called with in its place. */
export function lower(core: Memory, layout: Layout, value: unknown): (number | bigint)[] {
  if (layout === "string") return copied(core, ENCODER.encode(value as string));
  if (layout === "bytes") return copied(core, value as Uint8Array);
  if (layout === "u64") return [BigInt(value as bigint)];
  if (typeof layout === "string") return [Number(value)];
  if ("flags" in layout) {
    const set = value as Record<string, boolean | undefined>;
    return [layout.flags.reduce((bits, name, bit) => bits | (set[name] ? 1 << bit : 0), 0)];
  }
  if ("enum" in layout) {
    const number = layout.enum.indexOf(value as string);
    return [number >= 0 ? number : raise(`${String(value)} is none of ${layout.enum.join(", ")}`)];
  }
  if ("list" in layout) {
    const elements = value as unknown[];
    const step = size(layout.list);
    const first = core.cabi_realloc(0, 0, alignment(layout.list), elements.length * step);
    elements.forEach((element, at) => store(core, layout.list, first + at * step, element));
    return [first, elements.length];
  }
  throw new TypeError("no function takes such a value");
}

/** Writes a value that is in a list to its place. */
function store(core: Memory, layout: Layout, place: number, value: unknown): void {
  if (layout === "string") {
    lower(core, layout, value).forEach((word, at) => {
      new DataView(core.memory.buffer).setUint32(place + 4 * at, Number(word), true);
    });
  } else if (typeof layout === "object" && "tuple" in layout) {
    const places = placesOf(layout.tuple, place);
    layout.tuple.forEach((of, at) => {
      store(core, of, places[at] as number, (value as unknown[])[at]);
    });
  } else {
    throw new TypeError("no function takes a list of such values");
  }
}

/** Where the fields of a record or tuple lie that begins at a place. */
function placesOf(layouts: Layout[], place: number): number[] {
  let next = place;
  return layouts.map((of) => {
    const at = aligned(next, alignment(of));
    next = at + size(of);
    return at;
  });
}

function copied(core: Memory, bytes: Uint8Array): [number, number] {
  const place = core.cabi_realloc(0, 0, 1, bytes.length);
  new Uint8Array(core.memory.buffer, place, bytes.length).set(bytes);
  return [place, bytes.length];
}

/** Whether a result is what the function returns, and not where that lies in memory. */
export function isFlat(layout: Layout): boolean {
  return ["bool", "u8", "u32", "u64"].includes(layout as string);
}

/** Reads a value that lies in memory at a place. */
export function lift(core: Memory, layout: Layout, place: number): unknown {
  const view = new DataView(core.memory.buffer);
  if (layout === "bool") return view.getUint8(place) !== 0;
  if (layout === "u8") return view.getUint8(place);
  if (layout === "u32") return view.getUint32(place, true);
  if (layout === "u64") return view.getBigUint64(place, true);
  if (layout === "string" || layout === "bytes" || "list" in layout) {
    const first = view.getUint32(place, true);
    const length = view.getUint32(place + 4, true);
    if (layout === "bytes") return new Uint8Array(core.memory.buffer, first, length).slice();
    if (layout === "string") {
      return DECODER.decode(new Uint8Array(core.memory.buffer, first, length));
    }
    const step = size(layout.list);
    return Array.from({ length }, (_, at) => lift(core, layout.list, first + at * step));
  }
  if ("tuple" in layout) {
    const places = placesOf(layout.tuple, place);
    return layout.tuple.map((of, at) => lift(core, of, places[at] as number));
  }
  if ("record" in layout) {
    const values = lift(core, { tuple: Object.values(layout.record) }, place) as unknown[];
    return Object.fromEntries(Object.keys(layout.record).map((name, at) => [name, values[at]]));
  }
  if ("enum" in layout) return layout.enum[view.getUint8(place)] ?? raise("no word of that number");
  if ("flags" in layout) {
    const bits = view.getUint8(place);
    return Object.fromEntries(layout.flags.map((name, bit) => [name, (bits & (1 << bit)) !== 0]));
  }
  const cases = casesOf(layout);
  const chosen = view.getUint8(place);
  const [tag, of] = cases[chosen] ?? raise("no case of that number");
  const at = aligned(place + 1, Math.max(...cases.map(([, each]) => alignment(each))));
  const value = of && lift(core, of, at);
  if ("variant" in layout) return of ? { tag, val: value } : { tag };
  if (tag === "error") throw new CollectorError(value);
  return value;
}

type Case = [string, Layout | undefined];

function casesOf(layout: Exclude<Layout, string | { list: Layout }>): Case[] {
  if ("variant" in layout) return layout.variant;
  if ("option" in layout) return [["none", undefined], ["some", layout.option]];
  if ("ok" in layout) return [["ok", layout.ok], ["error", layout.error]];
  throw new TypeError("a layout without cases");
}

function alignment(layout: Layout | undefined): number {
  if (layout === undefined || layout === "bool" || layout === "u8") return 1;
  if (layout === "u64") return 8;
  if (typeof layout === "string" || "list" in layout) return 4;
  // At most eight flags, and at most 256 cases: a byte says which.
  if ("flags" in layout || "enum" in layout) return 1;
  if ("record" in layout) return alignment({ tuple: Object.values(layout.record) });
  if ("tuple" in layout) return Math.max(1, ...layout.tuple.map(alignment));
  return Math.max(...casesOf(layout).map(([, of]) => alignment(of)));
}

function size(layout: Layout): number {
  if (layout === "bool" || layout === "u8") return 1;
  if (layout === "u32") return 4;
  if (typeof layout === "string" || "list" in layout) return 8;
  if ("flags" in layout || "enum" in layout) return 1;
  if ("record" in layout) return size({ tuple: Object.values(layout.record) });
  if ("tuple" in layout) {
    const end = layout.tuple.reduce((next, of) => aligned(next, alignment(of)) + size(of), 0);
    return aligned(end, alignment(layout));
  }
  const cases = casesOf(layout).map(([, of]) => of);
  const start = aligned(1, Math.max(...cases.map(alignment)));
  const largest = Math.max(...cases.map((of) => (of === undefined ? 0 : size(of))));
  return aligned(start + largest, alignment(layout));
}

function aligned(place: number, to: number): number {
  return Math.ceil(place / to) * to;
}

function raise(why: string): never {
  throw new TypeError(why);
}
