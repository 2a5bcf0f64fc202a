/**
 * A reporter for `node --test --test-reporter=buildkite-test-collector-component/reporter`, which
 * uploads what the tests say. Give it a `--test-reporter-destination` beside another reporter's.
 *
 * It never fails a run: what goes wrong is said. The events are kept in the file that
 * `BUILDKITE_TEST_COLLECTOR_EVENTS` names.
 */

import { writeFileSync } from "node:fs";

import type { TestEvent } from "node:test/reporters";

import { load } from "./index.js";
import { Story } from "./story.js";
import { runStarted } from "./surroundings.js";
import { upload } from "./upload.js";

/** How many results go into one upload. */
const MAX_RESULTS = 500;

/** How many lines go into the component at once: about 250 KB of them. */
const CHUNK = 1_000;

export default async function* reporter(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string, void> {
  const lines: string[] = [];
  const add = (event: object) => lines.push(JSON.stringify(event, wellFormed));
  const origin = process.hrtime.bigint();
  const now = () => Number(process.hrtime.bigint() - origin);
  try {
    const collector = load();
    const story = new Story(now);
    add(runStarted(collector.variables()));
    for await (const event of source) story.hear(event).forEach(add);
    add({ event: "run-finished", time: now() });
    const file = process.env["BUILDKITE_TEST_COLLECTOR_EVENTS"];
    if (file) writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    yield* deliver(new collector.Run({ uploads: true }), lines);
  } catch (error) {
    yield say(`${error instanceof Error ? error.message : error}`);
  }
}

/** Feeds the events, sends what becomes of them, and says what happened. */
async function* deliver(run: InstanceType<Run>, lines: string[]): AsyncGenerator<string, void> {
  for (let first = 0; first < lines.length; first += CHUNK) {
    const { rejected } = run.feed(lines.slice(first, first + CHUNK).join("\n"));
    for (const { line, error } of rejected) yield say(`line ${line}: ${error.tag} ${error.val}`);
  }
  run.finish();
  const { passed, failed, skipped, problems } = run.summary();
  for (const problem of problems) yield say(problem);
  yield say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  const token = process.env["BUILDKITE_ANALYTICS_TOKEN"];
  if (!token) return;
  for (let next; (next = run.takeUpload(MAX_RESULTS)); ) {
    await upload(next.body, token);
    yield say(`${next.results} results uploaded`);
  }
}

type Run = ReturnType<typeof load>["Run"];

/** Half a surrogate pair is no text, and the line that holds one would be no event. */
function wellFormed(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}

function say(text: string): string {
  return `Buildkite Test Engine: ${text}\n`;
}
