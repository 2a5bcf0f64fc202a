/** Tests in the order of a column. */

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("./attempts.js").Attempts} Attempts */

/** What tests are sorted by: `-` before it turns the order. @typedef {string} Order */

/** @type {Record<string, (report: Report, attempts: Attempts) => ArrayLike<number>>} */
const KEYS = {
  order: (report) => report.number,
  result: (report) => report.result,
  test: (report) => {
    const scopes = ranks(report, report.scope);
    const names = ranks(report, report.name);
    return Float64Array.from(scopes, (scope, test) => scope * 2 ** 26 + names[test]);
  },
  file: (report) => {
    const files = ranks(report, report.file);
    return Float64Array.from(files, (file, test) => file * 2 ** 26 + report.line[test]);
  },
  duration: (report) => report.duration,
  start: (report) => report.start,
  job: (report) => report.run,
  worker: (report) => ranks(report, report.worker),
  attempt: (_, attempts) => attempts.number,
  spans: (report) =>
    Float64Array.from(report.run, (_, test) => report.firstSpan[test + 1] - report.firstSpan[test]),
  tags: (report) => report.tags,
};

/** Orders that were made. @type {WeakMap<Report, Map<string, Uint32Array>>} */
const MADE = new WeakMap();

/**
 * All tests in an order; that of the report where there is no such one.
 *
 * @param {Report} report
 * @param {Attempts} attempts
 * @param {Order} order
 * @returns {Uint32Array}
 */
export function ordered(report, attempts, order) {
  let made = MADE.get(report);
  if (made === undefined) MADE.set(report, (made = new Map()));
  let found = made.get(order);
  if (found === undefined) made.set(order, (found = sorted(report, attempts, order)));
  return found;
}

/**
 * @param {Report} report
 * @param {Attempts} attempts
 * @param {Order} order
 */
function sorted(report, attempts, order) {
  const tests = Uint32Array.from(report.run, (_, test) => test);
  const name = order.replace(/^-/, "");
  if (!Object.hasOwn(KEYS, name)) return tests;
  const key = KEYS[name](report, attempts);
  const sign = order.startsWith("-") ? -1 : 1;
  return tests.sort((one, other) => sign * (key[one] - key[other]) || one - other);
}

/**
 * For each test, its text's place among all texts of its column.
 *
 * @param {Report} report
 * @param {Uint32Array} column
 */
function ranks(report, column) {
  const ids = Array.from(new Set(column));
  const texts = report.strings;
  ids.sort((one, other) => (texts[one] < texts[other] ? -1 : 1));
  /** @type {Map<number, number>} */
  const places = new Map(ids.map((id, place) => [id, place]));
  return Float64Array.from(column, (id) => places.get(id) ?? 0);
}
