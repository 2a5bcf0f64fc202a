/**
 * Folds files into runs, beside the page: in a worker, whose memory is given back when it ends.
 *
 * It is told the module's bytes and the files, and answers with a run for each, or why there is none.
 */

import { initSync, Run } from "viewer-module";

import { events } from "./files.js";

/** @typedef {{ name: string, columns: string, details: string[], problems: string[] }} Folded */
/** @typedef {{ name: string, error: string }} Refused */
/** @typedef {(Folded | Refused)[]} Answer */

addEventListener("message", async ({ data }) => {
  initSync({ module: data.module });
  /** @type {Answer} */
  const answer = [];
  for (const file of data.files) {
    try {
      answer.push(await folded(file));
    } catch (error) {
      answer.push({ name: file.name, error: String(/** @type {Error} */ (error).message ?? error) });
    }
  }
  postMessage(answer);
});

/**
 * @param {File} file
 * @returns {Promise<Folded>}
 */
async function folded(file) {
  const run = new Run();
  const problems = [];
  const details = [];
  for await (const piece of events(file)) {
    problems.push(...run.feed(piece));
    details.push(...taken(run));
  }
  run.finish();
  details.push(...taken(run));
  const columns = run.takeColumns();
  run.free();
  if (columns === undefined) throw new Error("it has no run-started");
  return { name: file.name, columns, details, problems };
}

/**
 * The blocks of failure texts that are whole.
 *
 * @param {Run} run
 */
function* taken(run) {
  for (let block = run.takeDetails(); block !== undefined; block = run.takeDetails()) yield block;
}
