/** A reporter for Jest: `reporters: ["default", "buildkite-test-collector-component/jest"]`. */

import { createRequire } from "node:module";
import { relative } from "node:path";

import { Recording, failureOf } from "../host/index.js";
import type { Failure } from "../host/index.js";

/** What of Jest's results is used (https://jestjs.io/docs/configuration#custom-reporters). */
interface FileResult {
  testFilePath: string;
  testExecError?: { message?: string; stack?: string };
  perfStats: { start: number; end: number };
  testResults: {
    ancestorTitles: string[];
    title: string;
    status: string;
    duration?: number | null;
    startAt?: number | null;
    location?: { line: number } | null;
    failureMessages: string[];
  }[];
}

/** Uploads what the tests say. It never fails a run: what goes wrong is said. */
export default class Reporter {
  readonly #root: string;
  #recording: Recording | undefined;

  constructor(config: { rootDir: string }) {
    this.#root = config.rootDir;
  }

  onRunStart(): void {
    this.#recording = new Recording({ name: "jest", version: this.#version() });
  }

  onTestResult(_: unknown, of: FileResult): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    const file = relative(process.cwd(), of.testFilePath);
    const { start, end } = of.perfStats;
    if (of.testExecError) {
      const failures = [failureOf(of.testExecError)];
      const times = { start: recording.at(start), end: recording.at(end) };
      recording.add({ scope: "", name: file, file, ...times, outcome: "failed", failures });
    }
    let next = start;
    for (const test of of.testResults) {
      // Where Jest does not tell when a test began, it was after the one before it.
      const began = test.startAt ?? next;
      next = began + (test.duration ?? 0);
      const isOver = test.status === "passed" || test.status === "failed";
      recording.add({
        scope: [file, ...test.ancestorTitles].join(" > "),
        name: test.title,
        file,
        line: test.location?.line,
        start: recording.at(began),
        end: recording.at(next),
        outcome: isOver ? (test.status as "passed" | "failed") : "skipped",
        failures: isOver ? test.failureMessages.map(ofMessage) : [{ reason: test.status }],
      });
    }
  }

  async onRunComplete(_: unknown, results: { success: boolean }): Promise<void> {
    await this.#recording?.finish(results.success ? 0 : 1);
  }

  #version(): string | undefined {
    try {
      const require = createRequire(`${this.#root}/package.json`);
      return (require("jest/package.json") as { version: string }).version;
    } catch {
      return undefined;
    }
  }
}

/** A message of Jest's: what was thrown, and its stack. */
function ofMessage(text: string): Failure {
  const message = text.split("\n    at ", 1)[0] ?? "";
  return failureOf({ message: message.replace(/^\w*Error: /, ""), stack: text });
}
