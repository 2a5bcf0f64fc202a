/** The event that begins a run: who runs it, and where. */

import { randomUUID } from "node:crypto";

/** The format of the events that this package writes. */
const FORMAT = 1;

/** The `run-started` event of a run that begins now, with those of the wanted variables that are set. */
export function runStarted(wanted: readonly string[]): object {
  const set = wanted.filter((name) => process.env[name] !== undefined);
  return {
    event: "run-started",
    format: FORMAT,
    id: randomUUID(),
    unix_time_ms: Date.now(),
    environment: Object.fromEntries(set.map((name) => [name, process.env[name]])),
    collector: { name: "js-buildkite-test-collector", version: "2.0.0" },
    runner: { name: "node:test", version: process.versions.node },
    language: { name: "javascript", version: process.versions.node },
  };
}
