/**
 * A reporter for `node --test --test-reporter=buildkite-test-collector-component/reporter`, which
 * uploads what the tests say. Give it a `--test-reporter-destination` beside another reporter's.
 *
 * It never fails a run: what goes wrong is said.
 */

import type { TestEvent } from "node:test/reporters";

import { Recording } from "../host/index.js";
import { Story } from "./node-test-story.js";

export default async function* reporter(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string, void> {
  const said: string[] = [];
  const recording = new Recording({ name: "node:test", version: process.versions.node }, (line) =>
    said.push(`${line}\n`),
  );
  const story = new Story(() => recording.now());
  try {
    for await (const event of source) story.hear(event).forEach((test) => recording.add(test));
  } catch (error) {
    said.push(`Buildkite Test Engine: ${error instanceof Error ? error.message : error}\n`);
  }
  await recording.finish();
  yield* said;
}
