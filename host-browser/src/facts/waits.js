/** The time in which workers ran no test: before their first, between two, after their last. */

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("./lanes.js").Row} Row */

/** @typedef {{ row: number, start: number, end: number }} Gap */

/**
 * @typedef {object} Waits
 * @property {number} total  µs that all workers were there
 * @property {number} busy
 * @property {number} before
 * @property {number} between
 * @property {number} after
 * @property {Gap[]} longest
 */

/** How many gaps are named. */
const NAMED = 5;

/**
 * @param {Report} report
 * @param {Row[]} rows
 * @returns {Waits}
 */
export function waits(report, rows) {
  const found = { total: 0, busy: 0, before: 0, between: 0, after: 0 };
  /** @type {Gap[]} */
  const gaps = [];
  rows.forEach((row, index) => {
    const { offset, columns } = report.runs[row.run];
    const end = Math.max(offset + columns.duration, offset);
    let covered = offset;
    for (const test of row.tests) {
      const start = report.start[test];
      if (start > covered) {
        if (covered === offset) found.before += start - covered;
        else found.between += start - covered;
        gaps.push({ row: index, start: covered, end: start });
      }
      const from = Math.max(start, covered);
      covered = Math.max(covered, start + report.duration[test]);
      found.busy += Math.max(0, covered - from);
    }
    if (end > covered) {
      found.after += end - covered;
      gaps.push({ row: index, start: covered, end });
    }
  });
  found.total = found.busy + found.before + found.between + found.after;
  gaps.sort((one, other) => other.end - other.start - (one.end - one.start));
  return { ...found, longest: gaps.slice(0, NAMED) };
}
