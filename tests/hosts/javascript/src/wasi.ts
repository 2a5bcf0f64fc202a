/**
 * An empty WASI: what the component imports because Rust's standard library does.
 *
 * It has no environment, no input and nobody to write to. What it writes, which is why it panicked
 * before a trap, is kept.
 */

import type { ImportObject } from "./component/collector.js";

/** The resources that nobody ever has. */
class Nothing {}

/** A stream that has ended. */
class InputStream {
  blockingRead(): Uint8Array {
    throw { tag: "closed" };
  }

  subscribe(): Nothing {
    return new Nothing();
  }
}

/** A stream that keeps what is written. */
class OutputStream {
  readonly #text: string[];

  constructor(text: string[]) {
    this.#text = text;
  }

  checkWrite(): bigint {
    return 4096n;
  }

  write(bytes: Uint8Array): void {
    this.#text.push(new TextDecoder().decode(bytes));
  }

  blockingFlush(): void {}

  subscribe(): Nothing {
    return new Nothing();
  }
}

/** The imports of an instance; what it writes is appended to `written`. */
export function emptyWasi(written: string[]): ImportObject {
  const output = () => new OutputStream(written);
  const imports = {
    "wasi:cli/environment": { getEnvironment: () => [] },
    "wasi:cli/exit": {
      exit() {
        throw new Error("the component has no process to end");
      },
    },
    "wasi:cli/stdin": { getStdin: () => new InputStream() },
    "wasi:cli/stdout": { getStdout: output },
    "wasi:cli/stderr": { getStderr: output },
    "wasi:cli/terminal-input": { TerminalInput: Nothing },
    "wasi:cli/terminal-output": { TerminalOutput: Nothing },
    "wasi:cli/terminal-stdin": { getTerminalStdin: () => undefined },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => undefined },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => undefined },
    "wasi:io/error": { Error: Nothing },
    "wasi:io/poll": { Pollable: Nothing },
    "wasi:io/streams": { InputStream, OutputStream },
  };
  // jco's types name the interfaces with their version, and its code without.
  return imports as unknown as ImportObject;
}
