/** Where the time went: spans summed over tests, by what was called or by who called it. */

import { SECTIONS } from "./section.js";
import { SpanUnits } from "./span-units.js";

/** @typedef {import("../data/report.js").Report} Report */

/**
 * @typedef {object} Cost
 * @property {string} name
 * @property {number} section
 * @property {number} calls
 * @property {number} total  µs
 * @property {number} longest  µs
 * @property {number} test  the test of the longest
 */

/** What spans can be summed by. @typedef {"unit" | "file" | "test"} By */

/**
 * @typedef {object} Way
 * @property {(units: SpanUnits, test: number, span: number) => number} key
 * @property {(units: SpanUnits, test: number, span: number) => string} name
 */

/** Scope and name are one key: a table has less than so many texts. */
const MAX_TEXTS = 2 ** 26;

/** @type {Record<By, Way>} */
const WAYS = {
  unit: {
    key: ({ unit }, _, span) => unit[span],
    name: ({ names, unit }, _, span) => names[unit[span]],
  },
  file: {
    key: ({ report }, test) => report.file[test],
    name: ({ report }, test) => report.strings[report.file[test]],
  },
  test: {
    key: ({ report }, test) => report.scope[test] * MAX_TEXTS + report.name[test],
    name: ({ report }, test) => report.identity(test),
  },
};

/**
 * The spans of tests, summed, the most expensive first.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 * @param {By} by
 * @param {number} only  a section, or -1 for all
 * @returns {Cost[]}
 */
export function spanCosts(report, tests, by, only) {
  const units = SpanUnits.of(report);
  const way = WAYS[by];
  /** @type {Map<number, Cost>} */
  const costs = new Map();
  for (const test of tests) {
    for (let span = report.firstSpan[test]; span < report.firstSpan[test + 1]; span++) {
      const section = report.spans.section[span];
      if ((only >= 0 && section !== only) || units.inner[span] === 1) continue;
      const key = way.key(units, test, span) * SECTIONS.length + section;
      let cost = costs.get(key);
      if (cost === undefined) {
        const name = way.name(units, test, span);
        costs.set(key, (cost = { name, section, calls: 0, total: 0, longest: -1, test }));
      }
      const duration = report.spans.duration[span];
      cost.calls += units.calls[span];
      cost.total += duration;
      if (duration > cost.longest) {
        cost.longest = duration;
        cost.test = test;
      }
    }
  }
  return Array.from(costs.values()).sort((one, other) => other.total - one.total);
}

/**
 * The time and the spans of each section.
 *
 * @param {Report} report
 * @param {Uint32Array} tests
 */
export function sectionTotals(report, tests) {
  const { inner } = SpanUnits.of(report);
  const totals = SECTIONS.map(() => ({ total: 0, spans: 0 }));
  for (const test of tests) {
    for (let span = report.firstSpan[test]; span < report.firstSpan[test + 1]; span++) {
      const sum = totals[report.spans.section[span]];
      sum.spans += 1;
      if (inner[span] === 0) sum.total += report.spans.duration[span];
    }
  }
  return totals;
}
