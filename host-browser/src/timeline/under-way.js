/** What was under way at a time. */

import { lowerBound } from "../facts/lanes.js";

/** @typedef {import("./layout.js").Layout} Layout */

/**
 * The tests that ran at a time, by rows.
 *
 * @param {Layout} layout
 * @param {number} time
 */
export function underWay(layout, time) {
  /** @type {{ row: number, test: number }[]} */
  const found = [];
  for (const { row, lane } of layout.lanes) {
    const place = lowerBound(lane.end, time);
    if (place < lane.tests.length && lane.start[place] <= time) found.push({ row, test: lane.tests[place] });
  }
  return found;
}
