/** What `node:test` reports, as events. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { TestEvent } from "node:test/reporters";

type Passed = Extract<TestEvent, { type: "test:pass" }>["data"];
type Failed = Extract<TestEvent, { type: "test:fail" }>["data"];

/** An event of the collector: a line of JSON. */
export type Event = Record<string, unknown>;

/** The story of a run: events of a reporter's source in, the collector's events out. */
export class Story {
  readonly #now: () => number;
  /** The names of the tests and suites that the next result lies in, outermost first. */
  #path: string[] = [];
  #last = 0;

  /** `now` tells the nanoseconds since the run started. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The events that follow from one of the source's. */
  hear(event: TestEvent): Event[] {
    switch (event.type) {
      case "test:start":
        // Results come after their start, and a test's own after those of the tests in it.
        this.#path.length = Math.min(this.#path.length, event.data.nesting);
        this.#path.push(event.data.name);
        return [];
      case "test:pass":
        return isSuite(event.data) ? [] : this.#result(event.data, outcome(event.data));
      case "test:fail":
        return isToldByOthers(event.data) ? [] : this.#result(event.data, "failed");
      default:
        return [];
    }
  }

  #result(data: Passed | Failed, outcome: string): Event[] {
    const execution = ++this.#last;
    const end = this.#now();
    const start = Math.max(0, end - Math.round(data.details.duration_ms * 1e6));
    const file = shown(data.file);
    const failures = outcome === "passed" ? undefined : [failure(data)];
    return [
      {
        event: "test-started",
        execution,
        scope: [file, ...this.#path.slice(0, data.nesting)].filter(Boolean).join(" > "),
        name: data.name,
        file,
        line: data.line,
        time: start,
      },
      { event: "phase", execution, when: "call", outcome, start, end, failures },
      { event: "test-finished", execution, time: end },
    ];
  }
}

function isSuite(data: Passed | Failed): boolean {
  return data.details.type === "suite";
}

/** A suite that failed by its tests, which say so themselves; one whose hook failed is a result. */
function isToldByOthers(data: Failed): boolean {
  const error: unknown = data.details.error;
  const type = error instanceof Error && "failureType" in error ? error.failureType : undefined;
  return isSuite(data) && type === "subtestsFailed";
}

function outcome(data: Passed): string {
  return data.skip || data.todo ? "skipped" : "passed";
}

function failure(data: Passed | Failed): Event {
  const { error } = data.details as { error?: Error };
  // node:test wraps what a test threw.
  const cause = error?.cause ?? error;
  if (cause instanceof Error) {
    const [, ...places] = (cause.stack ?? "").split("\n    at ");
    return {
      reason: cause.message.split("\n", 1)[0],
      expanded: cause.message.split("\n"),
      backtrace: places.reverse(),
    };
  }
  const told = cause ?? data.skip ?? data.todo;
  return { reason: typeof told === "string" ? told : undefined };
}

/** A file as people know it: from where the tests were started. */
function shown(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  return relative(process.cwd(), file.startsWith("file:") ? fileURLToPath(file) : file);
}
