/** One run, as a reporter tells it: what happened goes in, and what is to be said comes out. */

import { load } from "../node.js";
import { deliver } from "./deliver.js";
import { Journal, removeUnnamed } from "./journal.js";
import { runStarted } from "./run-started.js";
import type { Tool } from "./run-started.js";
import { settingsOf } from "./settings.js";

/** A reason why a test did not pass. */
export interface Failure {
  /** A short summary. */
  reason?: string | undefined;
  /** What a person reads, line by line. */
  expanded?: string[] | undefined;
  /** Where it happened, innermost last. */
  backtrace?: string[] | undefined;
}

/** A test that is over. Times are nanoseconds since the run started. */
export interface Test {
  scope: string;
  name: string;
  file?: string | undefined;
  line?: number | undefined;
  start: number;
  end: number;
  outcome: "passed" | "failed" | "skipped";
  failures?: Failure[] | undefined;
}

/** What sends the events of a run that were kept. */
const HOW = "npx buildkite-test-collector-component upload";

/** Says a line to a person. */
type Say = (line: string) => void;

/** Where no reporter has another place for it. */
const toStderr: Say = (line) => void process.stderr.write(`${line}\n`);

/** The recording of one run. It never throws: what goes wrong is said. */
export class Recording {
  readonly #settings = settingsOf();
  readonly #origin = process.hrtime.bigint();
  readonly #began = Date.now();
  readonly #say: Say;
  #journal: Journal | undefined;
  #last = 0;

  /** Begins. `say` is given lines for a person, without their line breaks. */
  constructor(runner: Tool, say: Say = toStderr) {
    this.#say = (sentence) => say(`Buildkite Test Engine: ${sentence}`);
    const { enabled, token, journal, json } = this.#settings;
    if (!enabled || !(token || journal || json)) return;
    this.#guard(() => {
      this.#journal = new Journal(journal);
      this.#journal.add(runStarted(load().variables(), runner));
    });
  }

  /** Nanoseconds since the run started. */
  now(): number {
    return Number(process.hrtime.bigint() - this.#origin);
  }

  /** The same, of a time in milliseconds since 1970. */
  at(time: number): number {
    return Math.max(0, Math.round((time - this.#began) * 1e6));
  }

  /** Records a test. */
  add({ scope, name, file, line, start, end, outcome, failures }: Test): void {
    this.#guard(() => {
      const execution = ++this.#last;
      const phase = { event: "phase", execution, when: "call", outcome, start, end, failures };
      this.#journal?.add({ event: "test-started", execution, scope, name, file, line, time: start });
      this.#journal?.add(phase);
      this.#journal?.add({ event: "test-finished", execution, time: end });
    });
  }

  /** Ends the run, and delivers it. */
  async finish(status?: number): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined) return;
    for (const complaint of this.#settings.complaints) this.#say(complaint);
    try {
      journal.add({ event: "run-finished", time: this.now(), status });
      if (journal.trouble) this.#say(journal.trouble);
      const receipt = (line: string) => journal.append(line);
      const { isComplete } = await deliver(journal.lines, this.#settings, this.#say, receipt);
      if (isComplete && journal.file) removeUnnamed(journal.file);
      if (!isComplete) this.#sayWhere(journal);
    } catch (error) {
      this.#sayWhy(error);
      this.#sayWhere(journal);
    }
  }

  #sayWhere({ file }: Journal): void {
    if (file) this.#say(`what was not sent is kept; send it by: ${HOW} ${file}`);
    else this.#say("what was not sent is lost");
  }

  #sayWhy(error: unknown): void {
    this.#say(`${error instanceof Error ? error.message : error}`);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#sayWhy(error);
    }
  }
}

/** What was thrown, as a failure. */
export function failureOf(thrown: unknown): Failure {
  const { message, stack } = (typeof thrown === "object" && thrown) as { message?: unknown; stack?: unknown };
  if (typeof message !== "string") return { reason: typeof thrown === "string" ? thrown : undefined };
  const [, ...places] = typeof stack === "string" ? stack.split("\n    at ") : [];
  return {
    reason: message.split("\n", 1)[0],
    expanded: message.split("\n"),
    backtrace: places.reverse(),
  };
}
