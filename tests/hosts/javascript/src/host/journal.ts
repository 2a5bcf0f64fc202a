/** The file of a run's events: each is written when it happens, so that a crash leaves them. */

import {
  appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** What the folders begin with that hold one journal each, which the user did not name. */
const FOLDER = "buildkite-test-collector-";

/** The name of such a journal, and in it the process that writes it. */
const NAME = /^events-(\d+)\.ndjson$/;

/** A file of events, and the same events in memory. */
export class Journal {
  /** All events, a line each. */
  readonly lines: string[] = [];
  /** The file, while it can be written. */
  file: string | undefined;
  /** Why it cannot. */
  trouble: string | undefined;

  /** Begins a file: the one that the user named, or one in a folder that nobody else can read. */
  constructor(named: string | undefined) {
    this.#try(() => {
      const name = () => join(mkdtempSync(join(tmpdir(), FOLDER)), `events-${process.pid}.ndjson`);
      const file = named ?? name();
      writeFileSync(file, "", { mode: 0o600 });
      this.file = file;
    });
  }

  /** Writes an event. */
  add(event: object): void {
    this.append(JSON.stringify(event, wellFormed));
  }

  /** Writes a line. */
  append(line: string): void {
    this.lines.push(line);
    this.#try(() => this.file && appendFileSync(this.file, `${line}\n`));
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.file = undefined;
      this.trouble = `the events cannot be written: ${(error as Error).message}`;
    }
  }
}

/** Removes a journal all of which has arrived, with its folder, unless the user named it. */
export function removeUnnamed(file: string): void {
  const isOurs = NAME.test(basename(file)) && basename(dirname(file)).startsWith(FOLDER);
  if (isOurs) rmSync(dirname(file), { recursive: true, force: true });
}

/** The journals of this user that processes have left which are no more. */
export function leftJournals(): string[] {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(FOLDER));
  const left = folders.flatMap((name) => {
    const folder = join(tmpdir(), name);
    try {
      // Others may prepare a folder of that name.
      if (process.getuid && statSync(folder).uid !== process.getuid()) return [];
      const files = readdirSync(folder).filter((file) => !isAlive(Number(NAME.exec(file)?.[1])));
      return files.filter((file) => NAME.test(file)).map((file) => join(folder, file));
    } catch {
      return [];
    }
  });
  return left.filter((file) => existsSync(file));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Half a surrogate pair is no text, and the line that holds one would be no event. */
function wellFormed(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
