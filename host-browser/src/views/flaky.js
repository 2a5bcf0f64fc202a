/** Tests that both failed and passed, their attempts side by side. */

import { clipped, foreign, h } from "../page/element.js";
import { counted, duration } from "../page/format.js";
import { follow, heading, mark, nothing, paged, testLink } from "../page/parts.js";

/** @typedef {import("../page/state.js").State} State */

/** How many tests are on a page, and how many attempts of each are shown. */
const TESTS = 25;
const ATTEMPTS = 6;

/** @param {State} state */
export function flaky(state) {
  const element = h("div", { class: "flaky" });
  const update = () => {
    const { predicate, attempts } = state;
    const tests = attempts.flakyTests.filter((test) => !predicate || attempts.of(test).some(predicate));
    element.replaceChildren(
      tests.length === 0
        ? nothing(state, "No test both failed and passed")
        : h(
            "div",
            null,
            heading("Flaky tests", `${counted(tests.length, "test")} failed in one attempt and passed in another.`),
            paged(tests, TESTS, "tests", (some) => h("div", null, ...some.map((test) => one(state, test)))),
          ),
    );
  };
  update();
  return { element, update };
}

/**
 * @param {State} state
 * @param {number} test
 */
function one(state, test) {
  const all = state.attempts.of(test);
  return h(
    "article",
    { class: "card" },
    h("h3", null, testLink(state, test)),
    attemptCards(state, all.slice(0, ATTEMPTS)),
    all.length > ATTEMPTS && h("p", { class: "more" }, `and ${counted(all.length - ATTEMPTS, "attempt")} more`),
  );
}

/**
 * Attempts side by side; each opens.
 *
 * @param {State} state
 * @param {number[]} tests
 * @param {number | null} [open]
 */
export function attemptCards(state, tests, open = null) {
  const { report, attempts } = state;
  const cards = tests.map((test) =>
    h(
      "a",
      {
        class: "attempt",
        href: state.href({ test }),
        "aria-current": test === open ? "true" : undefined,
        onclick: (/** @type {MouseEvent} */ event) => follow(event, () => state.go({ test })),
      },
      h(
        "span",
        { class: "attempt-head" },
        mark(report.result[test]),
        h("span", null, `Attempt ${attempts.number[test]}`),
        h("span", { class: "fact" }, duration(report.duration[test])),
      ),
      h("span", { class: "attempt-reason" }, foreign(clipped(report.strings[report.reason[test]], 200))),
    ),
  );
  return h("div", { class: "attempt-cards" }, ...cards);
}
