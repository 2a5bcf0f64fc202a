/** What a collector makes of a run's events, as the files of a golden case. */

/** How many results are taken at a time, in every case. */
const MAX_RESULTS = 3;

/** @typedef {import("../dist/node.js").Collector} Collector */

/** What the component makes of events, by file name; nothing where there is no such file.
 * @param {Collector} collector
 * @param {string} events
 * @returns {Record<string, string | undefined>}
 */
export function outputs({ Run, runEnv }, events) {
  const run = new Run({ uploads: true, results: true });
  run.keepPage();
  run.keepTraces("protobuf", "");
  const { rejected } = run.feed(events);
  run.finish();
  const uploads = all(() => run.takeUpload(MAX_RESULTS));
  const results = all(() => run.takeResults(MAX_RESULTS));
  const details = all(() => run.takePageDetails());
  const page = run.takePage();
  const protobuf = all(() => run.takeTraces(MAX_RESULTS));
  const other = new Run({});
  other.keepTraces("json", "");
  other.feed(events);
  other.finish();
  const traces = all(() => other.takeTraces(MAX_RESULTS));
  const errors = rejected.map(({ line, error }) => ({ line, error: { [error.tag]: error.val } }));
  return {
    "run-env.json": attempt(() => `${runEnv(events.split(/\r?\n/, 1)[0] ?? "")}\n`),
    "uploads.ndjson": lines(uploads.map((upload) => upload.body)),
    "receipts.ndjson": lines(uploads.map((upload) => upload.receipt)),
    "results.ndjson": lines(results),
    "details.ndjson": details.length ? lines(details) : undefined,
    "columns.json": page && lines([page.columns]),
    "without-script.html": page && lines([page.withoutScript]),
    "traces.base64": protobuf.length ? lines(protobuf.map((each) => each.body)) : undefined,
    "traces.ndjson": traces.length ? lines(traces.map((each) => each.body)) : undefined,
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
    // A function throws what the WIT calls an error, and a trap is none of those.
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
