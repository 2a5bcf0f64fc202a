/** Tests summed by what they have in common: their file, say. */

/** @typedef {import("../data/report.js").Report} Report */

/**
 * @typedef {object} Sum
 * @property {string} name
 * @property {number} count
 * @property {number} total  µs
 * @property {number} setup
 * @property {number} teardown
 */

/**
 * The files of tests, the one that took longest first.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 * @returns {Sum[]}
 */
export function files(report, tests) {
  /** @type {Map<number, Sum>} */
  const sums = new Map();
  for (const test of tests) {
    let sum = sums.get(report.file[test]);
    if (sum === undefined) {
      sum = { name: report.strings[report.file[test]], ...NOTHING };
      sums.set(report.file[test], sum);
    }
    add(report, sum, test);
  }
  return Array.from(sums.values()).sort((one, other) => other.total - one.total);
}

/**
 * All of them as one.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 * @returns {Sum}
 */
export function whole(report, tests) {
  const sum = { name: "", ...NOTHING };
  for (const test of tests) add(report, sum, test);
  return sum;
}

const NOTHING = { count: 0, total: 0, setup: 0, teardown: 0 };

/**
 * @param {Report} report
 * @param {Sum} sum
 * @param {number} test
 */
function add(report, sum, test) {
  sum.count += 1;
  sum.total += report.duration[test];
  sum.setup += report.setup[test];
  sum.teardown += report.teardown[test];
}

/**
 * The tests for which a number is largest, at most so many; none for which it is 0.
 *
 * @param {Uint32Array} tests
 * @param {Float64Array} amount
 * @param {number} count
 */
export function top(tests, amount, count) {
  /** @type {number[]} */
  const found = [];
  for (const test of tests) {
    if (amount[test] <= 0) continue;
    if (found.length === count && amount[test] <= amount[found[count - 1]]) continue;
    let place = found.length;
    while (place > 0 && amount[found[place - 1]] < amount[test]) place--;
    found.splice(place, 0, test);
    if (found.length > count) found.pop();
  }
  return found;
}
