/** Reads runs, and says of which it cannot. */

import { parse } from "./columns.js";
import { Report } from "./report.js";

/** @typedef {import("./source.js").Source} Source */

/**
 * The report of the runs that can be read, and what is wrong with the others.
 *
 * @param {Source[]} found
 */
export async function read(found) {
  /** @type {string[]} */
  const problems = [];
  const runs = [];
  for (const [index, source] of found.entries()) {
    try {
      runs.push({ source, columns: parse(await source.columns()) });
    } catch (error) {
      const name = source.name || `run ${index + 1}`;
      problems.push(`${name} cannot be read: ${/** @type {Error} */ (error).message}`);
    }
  }
  return { report: new Report(runs), problems };
}
