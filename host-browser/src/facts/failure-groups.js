/** Failures that say the same. */

import { FAILED, UNKNOWN } from "./result.js";

/** @typedef {import("../data/report.js").Report} Report */

/**
 * @typedef {object} FailureGroup
 * @property {string} reason
 * @property {number} result  the first one's
 * @property {number[]} tests
 */

/** What differs from run to run where nothing else does. */
const ADDRESS = /\b0x[0-9a-f]{4,}\b/gi;

/**
 * The failures among tests, the largest group first: one cause often has many.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 * @returns {FailureGroup[]}
 */
export function failureGroups(report, tests) {
  /** @type {Map<string, FailureGroup>} */
  const groups = new Map();
  for (const test of tests) {
    const result = report.result[test];
    if (result !== FAILED && result !== UNKNOWN) continue;
    const reason = report.strings[report.reason[test]];
    const key = `${result} ${reason.replace(ADDRESS, "0x…")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { reason, result, tests: [test] });
    else group.tests.push(test);
  }
  return Array.from(groups.values()).sort(
    (one, other) => one.result - other.result || other.tests.length - one.tests.length,
  );
}
