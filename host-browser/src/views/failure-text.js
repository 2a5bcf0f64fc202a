/** What a failure says in full. */

import { h, plain } from "../page/element.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("../data/failure-texts.js").FailureText} FailureText */

/** How pytest titles output that it captured. */
const CAPTURED = /^(?:-+ )?(Captured \w+(?: \w+)?)/;

/** A line of pytest's that says what was wrong, or points at the code where it was. */
const ERROR = /^E( |$)/;
const CODE = /^>/;

/**
 * A test's failure, which is there once it is inflated.
 *
 * @param {Report} report
 * @param {number} test
 * @param {string} [said]  a reason that stands above it already
 */
export function failureText(report, test, said) {
  const element = h("div", { class: "failure", "aria-busy": "true" });
  report.failureTexts
    .of(report.run[test], test)
    .then((text) => element.replaceChildren(...parts(report, test, text, said)))
    .catch((/** @type {Error} */ error) => {
      const says = `What this failure says cannot be read: ${error.message}.`;
      element.replaceChildren(h("p", { class: "nothing" }, says));
    })
    .finally(() => element.setAttribute("aria-busy", "false"));
  return element;
}

/**
 * @param {Report} report
 * @param {number} test
 * @param {FailureText | undefined} text
 * @param {string | undefined} said
 */
function parts(report, test, text, said) {
  const firstLine = report.strings[report.reason[test]];
  if (text === undefined) {
    const { failures } = report.runs[report.run[test]].columns.cut;
    const says = failures > 0 ? "The rest of it was left out, for its size." : "It says no more.";
    return [reason(firstLine, said), h("p", { class: "nothing" }, says)];
  }
  const entries = text.failure_expanded ?? [];
  return [reason(text.failure_reason ?? firstLine, said), ...entries.map(entry)];
}

/**
 * @param {string} text
 * @param {string | undefined} said
 */
function reason(text, said) {
  if (text === said) return "";
  return text === "" ? h("p", { class: "nothing" }, "No reason was given.") : h("p", { class: "reason" }, text);
}

/** @param {{ expanded: string[], backtrace: string[] }} said */
function entry({ expanded = [], backtrace = [] }) {
  const title = CAPTURED.exec(expanded[0] ?? "")?.[1];
  const lines = title === undefined ? expanded : expanded.slice(1);
  return h(
    "section",
    { class: title === undefined ? "entry" : "entry captured" },
    title !== undefined && h("h4", null, title),
    lines.length > 0 && source(lines),
    backtrace.length > 0 &&
      h(
        "details",
        { class: "backtrace", open: true },
        h("summary", null, "Backtrace"),
        h("pre", { tabindex: 0 }, backtrace.join("\n")),
      ),
  );
}

/** At most so many stretches of lines are coloured: elements are dear. */
const MAX_STRETCHES = 40;

/**
 * Lines as pytest writes them, with those marked that matter.
 *
 * @param {string[]} lines
 */
function source(lines) {
  const pre = h("pre", { tabindex: 0 });
  let kind = "";
  let stretch = "";
  let stretches = 0;
  const close = () => {
    if (stretch === "") return;
    const isMarked = kind !== "" && stretches++ < MAX_STRETCHES;
    pre.append(isMarked ? h("span", { class: kind }, stretch) : plain(stretch));
  };
  for (const line of lines) {
    const next = ERROR.test(line) ? "error" : CODE.test(line) ? "code" : "";
    if (next !== kind) {
      close();
      stretch = "";
      kind = next;
    }
    stretch += `${line}\n`;
  }
  close();
  return pre;
}
