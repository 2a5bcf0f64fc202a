/** From the events of a run to what its user wants of them: uploads, and a file of results. */

import { writeFileSync } from "node:fs";

import { load } from "../node.js";
import type { Run } from "../node.js";
import type { Settings } from "./settings.js";
import { UploadError, upload } from "./upload.js";

/** How many lines go into the component at once: about 250 KB of them. */
const CHUNK = 1_000;

/** What came of a delivery. */
export interface Delivered {
  /** How many results Test Engine took. */
  uploaded: number;
  /** Whether nothing that should have been sent is left. */
  isComplete: boolean;
}

/**
 * Feeds the lines of a run, sends what becomes of them, and says what happened, a sentence a line.
 * `accepted` is given the receipt of each upload that was accepted, which belongs to the events.
 */
export async function deliver(
  lines: readonly string[],
  settings: Settings,
  say: (sentence: string) => void,
  accepted: (receipt: string) => void = () => {},
): Promise<Delivered> {
  const outputs = { uploads: Boolean(settings.token), results: Boolean(settings.json) };
  using run = new (load().Run)(outputs);
  for (let first = 0; first < lines.length; first += CHUNK) {
    const { rejected } = run.feed(lines.slice(first, first + CHUNK).join("\n"));
    for (const { line, error } of rejected) say(`line ${line}: ${error.tag} ${error.val}`);
  }
  run.finish();
  const { passed, failed, skipped, problems } = run.summary();
  for (const problem of problems) say(problem);
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (settings.json !== undefined) writeResults(run, settings.json, say);
  // The run lives until all is sent.
  return await uploadAll(run, settings, say, accepted);
}

async function uploadAll(
  run: Run,
  settings: Settings,
  say: (sentence: string) => void,
  accepted: (receipt: string) => void,
): Promise<Delivered> {
  const until = Date.now() + settings.uploadTimeout;
  let uploaded = 0;
  try {
    for (let next; (next = run.takeUpload(settings.uploadBatchSize)); ) {
      const answer = await upload(next.body, settings, until);
      accepted(next.receipt);
      uploaded += next.results;
      say(`${next.results} results uploaded${answer.runUrl ? `: ${answer.runUrl}` : ""}`);
      if (answer.skipped > 0 || answer.errors.length > 0) {
        say(`${answer.skipped} of them were passed over: ${answer.errors[0] ?? "no reason is given"}`);
      }
    }
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    say(error.message);
    return { uploaded, isComplete: false };
  }
  return { uploaded, isComplete: true };
}

function writeResults(run: Run, file: string, say: (sentence: string) => void): void {
  const results: unknown[] = [];
  for (let next; (next = run.takeResults(1_000)); ) results.push(...(JSON.parse(next) as unknown[]));
  try {
    writeFileSync(file, JSON.stringify(results));
  } catch (error) {
    say(`the results cannot be written: ${(error as Error).message}`);
  }
}
