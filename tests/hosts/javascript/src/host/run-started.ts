/** The event that begins a run: who runs it, where, and what the user says of that. */

import { randomUUID } from "node:crypto";

import { settingsOf } from "./settings.js";
import type { Environment } from "./settings.js";
import { version } from "./version.js";

/** The format of the events that this package writes. */
const FORMAT = 1;

/** Something with a name, lower case, and a version. */
export interface Tool {
  name: string;
  version?: string | undefined;
}

/**
 * The `run-started` event of a run of this process that begins now, with the settings of the
 * environment, and those of the wanted variables that are set. No password in a URL is in it.
 *
 * `wanted` is what `variables()` of the collector gives.
 */
export function runStarted(
  wanted: readonly string[],
  runner: Tool,
  environ: Environment = process.env,
): Record<string, unknown> {
  const set = wanted.filter((name) => environ[name] !== undefined);
  const clean = (value: unknown) =>
    typeof value === "string" ? value.replaceAll(/(?<=:\/\/)[^/@\s]*@/g, "") : value;
  const texts = (pairs: [string, unknown][]) =>
    Object.fromEntries(pairs.map(([name, value]) => [name, clean(value)]));
  return {
    event: "run-started",
    format: FORMAT,
    id: randomUUID(),
    unix_time_ms: Date.now(),
    environment: texts(set.map((name) => [name, environ[name]])),
    settings: texts(Object.entries(settingsOf(environ).fields)),
    collector: { name: "js-buildkite-test-collector", version },
    runner,
    language: { name: "javascript", version: process.versions.node },
  };
}
