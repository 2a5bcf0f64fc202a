/** One test's phases and spans, as a waterfall of elements, whose texts can be selected. */

import { detailOf } from "../facts/span-units.js";
import { SECTIONS } from "../facts/section.js";
import { foreign, h } from "../page/element.js";
import { counted, duration } from "../page/format.js";

/** @typedef {import("../data/report.js").Report} Report */

/** How many spans are shown: a test can have thousands. */
const MAX_SPANS = 150;

/**
 * @typedef {object} Line
 * @property {string} kind
 * @property {string} label
 * @property {[string, string][]} fields
 * @property {number} depth
 * @property {number} start  µs since the test's start, or -1
 * @property {number} duration
 */

/**
 * @param {Report} report
 * @param {number} test
 */
export function waterfall(report, test) {
  const spans = spanLines(report, test);
  const [setup, call, teardown] = phaseLines(report, test);
  const lines = [setup, call, ...spans.slice(0, MAX_SPANS), teardown];
  const whole = Math.max(1, ...lines.map((one) => Math.max(0, one.start) + one.duration));
  const left = spans.length - MAX_SPANS;
  return h(
    "div",
    { class: "waterfall" },
    scale(whole),
    h("ol", null, ...lines.map((one) => shown(one, whole))),
    left > 0 && h("p", { class: "hint" }, `${counted(left, "further span")} are not shown.`),
  );
}

/** @param {number} whole */
function scale(whole) {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", null, duration(whole * part)));
  return h("div", { class: "scale", "aria-hidden": "true" }, ...marks);
}

/**
 * @param {Line} line
 * @param {number} whole
 */
function shown(line, whole) {
  const box = h("span", { class: `part ${line.kind}` });
  box.style.left = `${(100 * Math.max(0, line.start)) / whole}%`;
  box.style.width = `${(100 * line.duration) / whole}%`;
  const label = h("span", { class: "label" }, foreign(line.label));
  label.style.paddingInlineStart = `${Math.min(line.depth, 12) * 12}px`;
  const when = line.start < 0 ? "at an unknown time" : `at ${duration(line.start)}`;
  const row = [
    label,
    h("span", { class: "track", "aria-hidden": "true" }, box),
    h("span", { class: "time", title: when }, duration(line.duration)),
  ];
  if (line.fields.length === 0) return h("li", null, h("div", { class: "line" }, ...row));
  const fields = line.fields.flatMap(([key, value]) => [h("dt", null, foreign(key)), h("dd", null, foreign(value))]);
  const details = h("details", null, h("summary", { class: "line" }, ...row));
  // Few are opened; the others cost no elements.
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) {
      details.append(h("dl", null, ...fields, h("dt", null, "began"), h("dd", null, when)));
    }
  });
  return h("li", null, details);
}

/**
 * @param {Report} report
 * @param {number} test
 * @returns {Line[]}
 */
function phaseLines(report, test) {
  const [setup, teardown] = [report.setup[test], report.teardown[test]];
  const whole = report.duration[test];
  const phases = [
    { kind: "setup", start: 0, duration: setup },
    { kind: "call", start: setup, duration: Math.max(0, whole - setup - teardown) },
    { kind: "teardown", start: Math.max(0, whole - teardown), duration: teardown },
  ];
  return phases.map((phase) => ({ ...phase, label: phase.kind, fields: [], depth: 0 }));
}

/**
 * A test's spans, each below its parent.
 *
 * @param {Report} report
 * @param {number} test
 */
function spanLines(report, test) {
  const [first, after] = [report.firstSpan[test], report.firstSpan[test + 1]];
  const { section, start, duration: durations, up } = report.spans;
  /** @type {number[]} */
  const depths = [];
  /** @type {Line[]} */
  const lines = [];
  for (let span = first; span < after; span++) {
    const parent = up[span] > 0 && span - up[span] >= first ? depths[span - up[span] - first] : 0;
    depths.push(parent + 1);
    const { label, fields } = detailOf(report, span);
    const kind = SECTIONS[section[span]].name;
    lines.push({ kind, label, fields, depth: parent + 1, start: start[span], duration: durations[span] });
  }
  return lines;
}
