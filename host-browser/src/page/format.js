/** Numbers as people read them. */

const WHOLE = new Intl.NumberFormat("en");
const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const WHEN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** @param {number} number */
export function count(number) {
  return WHOLE.format(number);
}

/**
 * A number with what is counted: `1 test`, `2 tests`.
 *
 * @param {number} number
 * @param {string} noun
 */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * @param {number} part
 * @param {number} whole
 */
export function share(part, whole) {
  return SHARE.format(whole > 0 ? part / whole : 0);
}

/** @param {number} ms  since the epoch */
export function when(ms) {
  return WHEN.format(ms);
}

/**
 * A time with three digits that count: `340 µs`, `12.4 ms`, `1.24 s`, `3 min 20 s`.
 *
 * @param {number} µs
 */
export function duration(µs) {
  if (µs < 1e3) return `${Math.round(µs)} µs`;
  if (µs < 999_500) return `${digits(µs / 1e3)} ms`;
  if (µs < 59_950_000) return `${digits(µs / 1e6)} s`;
  const seconds = Math.round(µs / 1e6);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) return `${count(hours)} h ${minutes} min`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** @param {number} value */
function digits(value) {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}
