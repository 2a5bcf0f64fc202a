/**
 * An empty WASI: what the component imports because Rust's standard library does.
 *
 * It has no environment, no input and nobody to write to. What it writes, which is why it panicked
 * before a trap, is kept.
 */

/** The resources that nobody ever has. */
class Nothing {}

/** A stream that has ended. */
class InputStream {
  blockingRead() {
    throw { tag: "closed" };
  }

  subscribe() {
    return new Nothing();
  }
}

/** A stream that keeps what is written. */
class OutputStream {
  /** @param {string[]} text */
  constructor(text) {
    this.text = text;
  }

  checkWrite() {
    return 4096n;
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    this.text.push(new TextDecoder().decode(bytes));
  }

  blockingFlush() {}

  subscribe() {
    return new Nothing();
  }
}

/**
 * The imports of an instance; what it writes is appended to `written`.
 *
 * @param {string[]} written
 * @returns {any} jco's types name the interfaces with their version, and its code without.
 */
export function emptyWasi(written) {
  const output = () => new OutputStream(written);
  return {
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
    // Whoever polls here need not wait.
    "wasi:clocks/monotonic-clock": { subscribeDuration: () => new Nothing() },
    "wasi:io/error": { Error: Nothing },
    "wasi:io/poll": { Pollable: Nothing, poll: (/** @type {Nothing[]} */ all) => Uint32Array.from(all.keys()) },
    "wasi:io/streams": { InputStream, OutputStream },
  };
}
