/** When the tests of files ran that ran at the same time: Node tells of one file after the other. */

/** What of an event of `node:test` tells when. */
interface Timed {
  name: string;
  file?: string | undefined;
  nesting: number;
  details?: { duration_ms: number };
}

/** One file's process. */
interface FileTime {
  start: number;
  /** When it ended, once it has. */
  end: number | undefined;
  /** Where the next test began at the latest, by how deep it lies. */
  cursors: number[];
}

/** The times of files, in nanoseconds since the run started. */
export class FileTimes {
  readonly #files = new Map<string, FileTime>();

  /** A test, or the process of a file, began. */
  began(data: Timed, now: number): void {
    if (isFile(data)) this.#files.set(data.name, { start: now, end: undefined, cursors: [] });
  }

  /**
   * When a test was over of which is told now. What is told at once was over now; what is told after
   * the end of its file's process ran there, one test after the other.
   */
  ended(data: Timed, now: number): number {
    const file = this.#files.get(data.file ?? "");
    if (file === undefined) return now;
    if (isFile(data)) return (file.end = now);
    if (file.end === undefined) return now;
    const { nesting, details } = data;
    const start = file.cursors[nesting] ?? file.cursors.slice(0, nesting).at(-1) ?? file.start;
    const end = Math.min(start + Math.round((details?.duration_ms ?? 0) * 1e6), file.end);
    // Those in a test are over before it is.
    file.cursors.length = Math.min(file.cursors.length, nesting);
    for (let level = file.cursors.length; level < nesting; level += 1) file.cursors.push(start);
    file.cursors[nesting] = end;
    return end;
  }
}

function isFile({ name, file, nesting }: Timed): boolean {
  return nesting === 0 && name === file;
}
