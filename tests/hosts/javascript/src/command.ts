#!/usr/bin/env node
/** `buildkite-test-collector-component upload [FILE…]`: sends events that were kept. */

import { appendFileSync, readFileSync } from "node:fs";

import { deliver } from "./host/deliver.js";
import { leftJournals, removeUnnamed } from "./host/journal.js";
import { settingsOf } from "./host/settings.js";

const USAGE = "usage: buildkite-test-collector-component upload [FILE...]";

const [command, ...named] = process.argv.slice(2);
if (command !== "upload") {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const files = named.length > 0 ? named : leftJournals();
  if (files.length === 0) console.log("There are no results to send.");
  for (const file of files) if (!(await send(file))) process.exitCode = 1;
}

/** Sends a file, and says whether all of it has arrived. */
async function send(file: string): Promise<boolean> {
  const settings = settingsOf();
  for (const complaint of settings.complaints) console.error(complaint);
  if (!settings.token) {
    console.error("BUILDKITE_ANALYTICS_TOKEN is not set: nothing is sent.");
    return false;
  }
  try {
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n");
    // A process that died while it wrote may have left half a line, which a receipt must not join.
    const start = text === "" || text.endsWith("\n") ? "" : "\n";
    const receipt = (line: string) => appendFileSync(file, `${start}${line}\n`);
    const { isComplete } = await deliver(lines, settings, (line) => console.log(line), receipt);
    if (isComplete) removeUnnamed(file);
    return isComplete;
  } catch (error) {
    console.error(`${file}: ${(error as Error).message}`);
    return false;
  }
}
