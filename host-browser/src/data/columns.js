/** The columns of one run, as the component packs them. */

/** The format that this page reads. */
const FORMAT = 1;

/** @typedef {{ name: string, version?: string }} Tool */

/**
 * @typedef {object} Columns
 * @property {number} format
 * @property {string} id
 * @property {number | null} started_at  ms since the epoch
 * @property {number} duration  µs
 * @property {Record<string, string>} run_env
 * @property {string | null} location_prefix
 * @property {Tool | null} runner
 * @property {Tool | null} language
 * @property {Tool | null} collector
 * @property {number | null} status
 * @property {string | null} aborted
 * @property {Record<string, string>} tags
 * @property {Record<string, number>} counts
 * @property {string[]} problems
 * @property {{ failures: number }} cut
 * @property {string[]} strings
 * @property {number[][]} tag_sets
 * @property {TestColumns} tests
 * @property {SpanColumns} spans
 * @property {number[]} details
 */

/**
 * @typedef {object} TestColumns
 * @property {number[]} number  as differences
 * @property {number[]} scope
 * @property {number[]} name
 * @property {number[]} file
 * @property {number[]} line
 * @property {number[]} start  as differences
 * @property {number[]} duration
 * @property {number[]} setup
 * @property {number[]} teardown
 * @property {string} result
 * @property {number[]} worker
 * @property {number[]} tags
 * @property {number[]} reason
 * @property {number[]} spans
 */

/**
 * @typedef {object} SpanColumns
 * @property {string} section
 * @property {number[]} start
 * @property {number[]} duration
 * @property {number[]} up
 * @property {number[]} detail
 */

/**
 * Reads a run's columns.
 *
 * @param {string} json
 * @returns {Columns}
 * @throws where they are in no format that this page knows, or do not fit together
 */
export function parse(json) {
  const columns = JSON.parse(json);
  if (columns.format !== FORMAT) {
    throw new Error(`the data are in format ${columns.format}, and this page reads ${FORMAT}`);
  }
  ensureEven(columns.tests, columns.tests.result.length, "tests");
  ensureEven(columns.spans, columns.spans.section.length, "spans");
  return columns;
}

/**
 * @param {Record<string, { length: number }>} table
 * @param {number} length
 * @param {string} what
 */
function ensureEven(table, length, what) {
  for (const [name, column] of Object.entries(table)) {
    if (column.length !== length) {
      throw new Error(`the column ${name} has ${column.length} of ${length} ${what}`);
    }
  }
}
