/** A reporter for Vitest: `reporters: ["default", "buildkite-test-collector-component/vitest"]`. */

import { relative } from "node:path";

import { Recording, failureOf } from "../host/index.js";
import type { Failure } from "../host/index.js";

/** What of Vitest's reported tasks is used (https://vitest.dev/api/advanced/test-case). */
interface TestCase {
  name: string;
  parent: { type: string; name?: string; parent: TestCase["parent"] };
  module: TestModule;
  location?: { line: number };
  options: { mode?: string };
  result(): { state: string; errors?: readonly object[]; note?: string };
  diagnostic(): { startTime: number; duration: number } | undefined;
}

interface TestModule {
  moduleId: string;
  errors(): readonly object[];
}

interface TestSuite extends Omit<TestCase, "result" | "diagnostic"> {
  errors(): readonly object[];
}

/** Uploads what the tests say. It never fails a run: what goes wrong is said. */
export default class Reporter {
  #recording: Recording | undefined;

  onInit(vitest: { version: string }): void {
    this.#recording = new Recording({ name: "vitest", version: vitest.version });
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors = [], note } = test.result();
    const ran = test.diagnostic();
    const start = this.#recording?.at(ran?.startTime ?? Date.now()) ?? 0;
    const isOver = state === "passed" || state === "failed";
    this.#recording?.add({
      ...placeOf(test),
      start,
      end: start + Math.round((ran?.duration ?? 0) * 1e6),
      outcome: isOver ? state : "skipped",
      failures: isOver ? errors.map(failureOf) : [{ reason: note ?? test.options.mode }],
    });
  }

  /** A hook of a suite that failed is a result: no test says it. */
  onTestSuiteResult(suite: TestSuite): void {
    this.#failed({ ...placeOf(suite), failures: suite.errors().map(failureOf) });
  }

  /** So is a file that cannot be loaded. */
  onTestModuleEnd(module: TestModule): void {
    const file = shown(module);
    this.#failed({ scope: "", name: file, file, failures: module.errors().map(failureOf) });
  }

  async onTestRunEnd(_: unknown, __: unknown, reason: string): Promise<void> {
    await this.#recording?.finish(reason === "passed" ? 0 : 1);
  }

  #failed(test: { scope: string; name: string; file: string; failures: Failure[] }): void {
    if (test.failures.length === 0) return;
    const now = this.#recording?.now() ?? 0;
    this.#recording?.add({ ...test, start: now, end: now, outcome: "failed" });
  }
}

function placeOf({ parent, module, name, location }: Pick<TestCase, "parent" | "module" | "name" | "location">) {
  const suites: string[] = [];
  for (let at = parent; at.type === "suite"; at = at.parent) suites.unshift(at.name ?? "");
  const file = shown(module);
  return { scope: [file, ...suites].join(" > "), name, file, line: location?.line };
}

function shown(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}
