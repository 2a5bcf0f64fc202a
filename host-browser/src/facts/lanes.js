/** Who ran which tests when: a row for each worker of each job, and lanes where tests overlap. */

import { FAILED, UNKNOWN } from "./result.js";

/** @typedef {import("../data/report.js").Report} Report */

/**
 * Tests that follow each other: sorted, none before the end of the one before it.
 *
 * @typedef {object} Lane
 * @property {Uint32Array} tests
 * @property {Float64Array} start
 * @property {Float64Array} end
 * @property {Lane | null} failures  those of them that failed, which are drawn over the others
 */

/**
 * @typedef {object} Row
 * @property {string} label
 * @property {number} run
 * @property {Uint32Array} tests  sorted by start
 * @property {Lane[]} lanes
 */

/** More lanes than these are no picture; further tests are drawn over others. */
const MAX_LANES = 32;

/**
 * What took no time and ran in no worker, as a file that could not be collected, has no place here
 * where there are workers.
 *
 * @param {Report} report
 * @returns {Row[]}
 */
export function rows(report) {
  /** @type {Map<string, number[]>} */
  const byWorker = new Map();
  /** @type {Set<number>} */
  const withWorkers = new Set();
  for (let test = 0; test < report.size; test++) {
    if (report.worker[test] !== 0) withWorkers.add(report.run[test]);
  }
  for (let test = 0; test < report.size; test++) {
    const isNowhere = report.worker[test] === 0 && report.duration[test] === 0;
    if (isNowhere && withWorkers.has(report.run[test])) continue;
    const key = `${report.run[test]} ${report.worker[test]}`;
    const tests = byWorker.get(key);
    if (tests === undefined) byWorker.set(key, [test]);
    else tests.push(test);
  }
  const found = Array.from(byWorker.values(), (tests) => row(report, tests));
  const { compare } = new Intl.Collator("en", { numeric: true });
  return found.sort((one, other) => one.run - other.run || compare(one.label, other.label));
}

/**
 * @param {Report} report
 * @param {number[]} unordered
 * @returns {Row}
 */
function row(report, unordered) {
  const tests = Uint32Array.from(unordered);
  tests.sort((one, other) => report.start[one] - report.start[other] || one - other);
  const run = report.run[tests[0]];
  const worker = report.strings[report.worker[tests[0]]];
  const job = report.runs.length > 1 ? report.runs[run].name || `job ${run + 1}` : "";
  return {
    label: [job, worker].filter(Boolean).join(" ") || "tests",
    run,
    tests,
    lanes: split(report, tests).map((own) => lane(report, own)),
  };
}

/**
 * Gives each test the first lane that is free.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 */
function split(report, tests) {
  /** @type {number[][]} */
  const lanes = [];
  /** @type {number[]} */
  const ends = [];
  for (const test of tests) {
    const start = report.start[test];
    // Times are in whole microseconds: what overlaps by one does not overlap.
    let free = ends.findIndex((end) => end <= start + 1);
    if (free < 0) free = Math.min(lanes.length, MAX_LANES - 1);
    (lanes[free] ??= []).push(test);
    ends[free] = Math.max(ends[free] ?? 0, start + report.duration[test]);
  }
  return lanes;
}

/**
 * @param {Report} report
 * @param {number[]} own
 * @returns {Lane}
 */
function lane(report, own) {
  const failed = own.filter((test) => [FAILED, UNKNOWN].includes(report.result[test]));
  const tests = Uint32Array.from(own);
  return {
    tests,
    start: Float64Array.from(tests, (test) => report.start[test]),
    end: Float64Array.from(tests, (test) => report.start[test] + report.duration[test]),
    failures: failed.length > 0 && failed.length < own.length ? lane(report, failed) : null,
  };
}

/**
 * The first index whose value is not less than this.
 *
 * @param {Float64Array} sorted
 * @param {number} value
 * @param {number} [from]
 */
export function lowerBound(sorted, value, from = 0) {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
