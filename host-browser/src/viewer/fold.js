/** Folds files in a worker of its own. */

import { bytes } from "../data/inflate.js";

/** @typedef {import("../data/source.js").Source} Source */
/** @typedef {import("./worker.js").Answer} Answer */

/** The worker's script, which the build puts here. */
const SCRIPT = WORKER;

/**
 * The runs in files, and why others have none.
 *
 * @param {File[]} files
 * @returns {Promise<{ sources: Source[], problems: string[] }>}
 */
export async function fold(files) {
  const carried = document.getElementById("module")?.textContent ?? "";
  const answer = await ask(await module(carried), files);
  /** @type {Source[]} */
  const sources = [];
  /** @type {string[]} */
  const problems = [];
  for (const found of answer) {
    if ("error" in found) {
      problems.push(`${found.name} cannot be read: ${found.error}`);
      continue;
    }
    const { columns, details } = found;
    problems.push(...found.problems.map((problem) => `${found.name}, ${problem}`));
    sources.push({
      name: answer.length > 1 ? found.name : "",
      columns: () => Promise.resolve(columns),
      details: details.map((block) => () => Promise.resolve(block)),
    });
  }
  return { sources, problems };
}

/**
 * @param {string} carried
 * @returns {Promise<ArrayBuffer>}
 */
function module(carried) {
  const stream = new Blob([bytes(carried)]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/**
 * @param {ArrayBuffer} compiled
 * @param {File[]} files
 * @returns {Promise<Answer>}
 */
function ask(compiled, files) {
  const address = URL.createObjectURL(new Blob([SCRIPT], { type: "text/javascript" }));
  const worker = new Worker(trusted(address));
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    worker.postMessage({ module: compiled, files });
  }).finally(() => {
    worker.terminate();
    URL.revokeObjectURL(address);
  });
}

/** The policy that lets a worker start of our own script, and of nothing else. */
const policy = globalThis.trustedTypes?.createPolicy("viewer", { createScriptURL: (address) => address });

/**
 * @param {string} address
 * @returns {string}
 */
function trusted(address) {
  return /** @type {any} */ (policy?.createScriptURL(address) ?? address);
}
