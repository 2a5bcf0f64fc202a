/** Failures first: those that say the same are one. */

import { failureGroups } from "../facts/failure-groups.js";
import { FAILED } from "../facts/result.js";
import { clipped, foreign, h } from "../page/element.js";
import { counted, duration } from "../page/format.js";
import { mark, nothing, paged, testLink, viewLink } from "../page/parts.js";
import { failureText } from "./failure-text.js";

/** @typedef {import("../page/state.js").State} State */
/** @typedef {import("../facts/failure-groups.js").FailureGroup} FailureGroup */

/** How many groups are on a page, how many tests are named in each, and how many are open at first. */
const GROUPS = 25;
const TESTS = 8;
const OPEN = 2;

/** @param {State} state */
export function failures(state) {
  const element = h("div", { class: "failures" });
  const update = () => {
    const groups = failureGroups(state.report, state.tests);
    element.replaceChildren(
      groups.length === 0
        ? nothing(state, "Nothing failed")
        : paged(groups, GROUPS, "groups", (some, first) => {
            const open = first === 0 ? OPEN : 0;
            return h("div", null, ...some.map((group, index) => shown(state, group, index < open)));
          }),
    );
  };
  update();
  return { element, update };
}

/**
 * @param {State} state
 * @param {FailureGroup} group
 * @param {boolean} open
 */
function shown(state, group, open) {
  const { report, attempts } = state;
  const [first] = group.tests;
  const few = group.tests.slice(0, TESTS);
  const body = h("div", { class: "body" });
  const details = h(
    "details",
    { class: "group" },
    h(
      "summary",
      null,
      mark(group.result),
      h("span", { class: "said" }, foreign(group.reason || NO_REASON[group.result])),
      h("span", { class: "times" }, counted(group.tests.length, group.result === FAILED ? "failure" : "test")),
    ),
    h("ul", { class: "tests" }, ...few.map((test) => h("li", null, testLink(state, test), ...facts(state, test)))),
    group.tests.length > few.length &&
      h(
        "p",
        { class: "more" },
        viewLink(
          state,
          { view: "tests", filter: alike(group) },
          `All ${counted(group.tests.length, "test")} that say so`,
        ),
      ),
    body,
  );
  // Texts are inflated when they are looked at.
  details.addEventListener("toggle", () => {
    if (details.open && body.childElementCount === 0) body.append(failureText(report, first, group.reason));
    else if (!details.open) body.replaceChildren();
  });
  details.open = open;
  if (attempts.count[attempts.first[first]] > 1) details.classList.add("retried");
  return details;
}

const NO_REASON = ["It failed without a reason.", "It has no result."];

/**
 * A filter that lets these through.
 *
 * @param {FailureGroup} group
 */
function alike(group) {
  const result = group.result === FAILED ? "failed" : "unknown";
  // What has quotation marks of its own is cut before them.
  const reason = clipped(group.reason, 120).split(/["…]/)[0].trim();
  return `result:${result}${reason === "" ? "" : ` reason:"${reason}"`}`;
}

/**
 * What is known of a failed test at a glance: its attempts side by side, its time, its tags.
 *
 * @param {State} state
 * @param {number} test
 */
function facts({ report, attempts }, test) {
  const all = attempts.of(test);
  const run = report.runs[report.run[test]];
  return [
    all.length > 1 && h("span", { class: "attempts" }, ...all.slice(0, 6).map((one) => mark(report.result[one]))),
    h("span", { class: "fact" }, duration(report.duration[test])),
    report.runs.length > 1 && h("span", { class: "fact" }, foreign(clipped(run.name, 60))),
    ...report
      .tagsOf(test)
      .slice(0, 4)
      .map(([key, value]) => h("span", { class: "tag" }, foreign(clipped(`${key}=${value}`, 60)))),
  ];
}
