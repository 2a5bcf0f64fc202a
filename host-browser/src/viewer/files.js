/** Files that somebody opens: journals, and what `--json` wrote. */

/** How much of a file goes into the fold at once, in characters. */
const CHUNK = 1 << 20;

/**
 * The events in a file, in pieces of whole lines.
 *
 * @param {File} file
 * @returns {AsyncGenerator<string>}
 * @throws where it is neither a journal nor an array of results
 */
export async function* events(file) {
  const start = (await file.slice(0, 64).text()).replace(/^\uFEFF/, "").trimStart();
  if (start.startsWith("{")) yield* lines(file);
  else if (start.startsWith("[")) yield* results(await file.text());
  else throw new Error("it is neither a journal of events nor an array of results");
}

/** @param {File} file */
async function* lines(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += value;
    if (rest.length < CHUNK) continue;
    const end = rest.lastIndexOf("\n") + 1;
    yield rest.slice(0, end);
    rest = rest.slice(end);
  }
  yield rest;
}

/**
 * The results of an earlier run, as the events that tell of such.
 *
 * @param {string} text
 */
function* results(text) {
  const found = JSON.parse(text);
  yield `${JSON.stringify({ event: "run-started", format: 1, id: crypto.randomUUID(), environment: {} })}\n`;
  for (const [index, result] of found.entries()) {
    yield `${JSON.stringify({ event: "result", execution: index + 1, result })}\n`;
  }
  yield JSON.stringify({ event: "run-finished", time: 0 });
}
