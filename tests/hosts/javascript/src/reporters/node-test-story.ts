/** What `node:test` reports, as tests that are over. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { TestEvent } from "node:test/reporters";

import { failureOf } from "../host/index.js";
import type { Failure, Test } from "../host/index.js";
import { FileTimes } from "./file-times.js";

type Passed = Extract<TestEvent, { type: "test:pass" }>["data"];
type Failed = Extract<TestEvent, { type: "test:fail" }>["data"];
type Over = Passed | Failed;

/** How much of what a file wrote to stderr is kept, in characters. */
const STDERR = 16_384;

/** The story of a run: events of a reporter's source in, tests out. */
export class Story {
  readonly #now: () => number;
  /** The names of the tests and suites that the next result lies in, outermost first. */
  #path: string[] = [];
  readonly #times = new FileTimes();
  /** When tests were over that are reported later. */
  readonly #ends = new Map<string, number[]>();
  /** The end of what each file wrote to stderr. */
  readonly #stderr = new Map<string, string>();

  /** `now` tells the nanoseconds since the run started. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The tests that are over with one of the source's events. */
  hear(event: TestEvent): Test[] {
    const { type, data } = event as { type: string; data: never };
    switch (type) {
      case "test:start": {
        const { nesting, name } = data as Over;
        // Results come after their start, and a test's own after those of the tests in it.
        this.#path.length = Math.min(this.#path.length, nesting);
        this.#path.push(name);
        return [];
      }
      case "test:dequeue":
        this.#times.began(data, this.#now());
        return [];
      case "test:complete": {
        const ends = this.#ends.get(keyOf(data)) ?? [];
        this.#ends.set(keyOf(data), [...ends, this.#times.ended(data, this.#now())]);
        return [];
      }
      case "test:stderr": {
        const { file, message } = data as { file?: string; message: string };
        const name = shown(file) ?? "";
        this.#stderr.set(name, ((this.#stderr.get(name) ?? "") + message).slice(-STDERR));
        return [];
      }
      case "test:pass":
        return isSuite(data) ? [] : [this.#test(data, isNotRun(data) ? "skipped" : "passed")];
      case "test:fail":
        if (isToldByOthers(data)) return [];
        return [this.#test(data, isNotRun(data) ? "skipped" : "failed")];
      default:
        return [];
    }
  }

  #test(data: Over, outcome: Test["outcome"]): Test {
    const end = this.#ends.get(keyOf(data))?.shift() ?? this.#now();
    const start = Math.max(0, end - Math.round(data.details.duration_ms * 1e6));
    const file = shown(data.file);
    const path = this.#path.slice(0, data.nesting);
    return {
      scope: [file, ...path].filter(Boolean).join(" > "),
      // A file that ended badly has a result with its whole path.
      name: data.name === data.file ? (file ?? "") : data.name,
      file,
      line: data.line,
      start,
      end,
      outcome,
      failures: outcome === "passed" ? undefined : [this.#failure(data)],
    };
  }

  #failure(data: Over): Failure {
    const { error } = data.details as { error?: Error };
    // node:test wraps what a test threw.
    const cause: unknown = error?.cause ?? error;
    for (const [word, told] of Object.entries({ skip: data.skip, todo: data.todo })) {
      if (typeof told === "string" && told) return { reason: told };
      if (told) return { reason: [word, failureOf(cause).reason].filter(Boolean).join(": ") };
    }
    const written = this.#stderr.get(shown(data.name) ?? "");
    // A file that threw has a result of its own, which does not know why.
    if (cause === "test failed" && written) return ofStderr(written);
    return failureOf(cause);
  }
}

/** What a process wrote before an error ended it. */
function ofStderr(written: string): Failure {
  const lines = written.trimEnd().split("\n");
  const isError = (line: string) => /^(Uncaught )?(\[?\w*(Error|Exception)\b.*|.* \[ERR_.*)/.test(line);
  const reason = lines.find(isError) ?? lines.find((line) => line.trim() !== "");
  return { reason: reason?.replace(/^\w*Error: /, ""), expanded: lines };
}

function keyOf(data: Over & { column?: number }): string {
  const { file, line, column, nesting, name } = data;
  return JSON.stringify([file, line, column, nesting, name]);
}

function isSuite(data: Over): boolean {
  return data.details.type === "suite";
}

/** Node does not fail a run for what is still to be done, whatever it throws. */
function isNotRun(data: Over): boolean {
  return isSet(data.skip) || isSet(data.todo);
}

function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

/** A suite that failed by its tests, which say so themselves; one whose hook failed is a result. */
function isToldByOthers(data: Failed): boolean {
  const error: unknown = data.details.error;
  const type = error instanceof Error && "failureType" in error ? error.failureType : undefined;
  return isSuite(data) && type === "subtestsFailed";
}

/** A file as people know it: from where the tests were started. */
function shown(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  return relative(process.cwd(), file.startsWith("file:") ? fileURLToPath(file) : file);
}
