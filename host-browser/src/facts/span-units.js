/** What each span called, found out once: the sums of a filter's every keystroke need it. */

import { detail } from "./detail.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("./detail.js").Detail} Detail */

/** @type {WeakMap<Report, SpanUnits>} */
const MADE = new WeakMap();

export class SpanUnits {
  /**
   * Those of a report, made when they are first wanted.
   *
   * @param {Report} report
   */
  static of(report) {
    let made = MADE.get(report);
    if (made === undefined) MADE.set(report, (made = new SpanUnits(report)));
    return made;
  }

  /** @param {Report} report */
  constructor(report) {
    const { size, section, test } = report.spans;
    this.report = report;
    /** The names of what was called. @type {string[]} */
    this.names = [];
    /** For each span, the index of its name. */
    this.unit = new Uint32Array(size);
    /** How many calls each stands for. */
    this.calls = new Float64Array(size);
    /** 1 for a span in another one of its section, whose time has its own. */
    this.inner = new Uint8Array(size);
    /** @type {Map<string, number>} */
    const ids = new Map();
    /** Many spans share a detail. @type {Map<number, Detail>} */
    const read = new Map();
    for (let span = 0; span < size; span++) {
      const key = report.spans.detail[span] * 4 + section[span];
      let found = read.get(key);
      if (found === undefined) read.set(key, (found = detailOf(report, span)));
      // A sleep is told from others by who sleeps.
      const file = report.strings[report.file[test[span]]];
      const name = found.unit === "sleep" ? `sleep in ${file}` : found.unit;
      let id = ids.get(name);
      if (id === undefined) ids.set(name, (id = this.names.push(name) - 1));
      this.unit[span] = id;
      this.calls[span] = found.calls;
      this.inner[span] = Number(isInner(report, span));
    }
  }
}

/**
 * The detail of a span.
 *
 * @param {Report} report
 * @param {number} span
 */
export function detailOf(report, span) {
  return detail(report.strings[report.spans.detail[span]], report.spans.section[span]);
}

/**
 * @param {Report} report
 * @param {number} span
 */
function isInner(report, span) {
  const { section, up } = report.spans;
  const first = report.firstSpan[report.spans.test[span]];
  for (let at = span; up[at] > 0 && at - up[at] >= first; ) {
    at -= up[at];
    if (section[at] === section[span]) return true;
  }
  return false;
}
