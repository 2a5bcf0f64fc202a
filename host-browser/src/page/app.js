/** The page: its top, its bar, the view that the address names, and the test that is open. */

import { FAILED, UNKNOWN } from "../facts/result.js";
import { allTests } from "../views/all-tests.js";
import { Controls } from "../views/controls.js";
import { failures } from "../views/failures.js";
import { flaky } from "../views/flaky.js";
import { help } from "../views/help.js";
import { masthead } from "../views/masthead.js";
import { slowest } from "../views/slowest.js";
import { spent } from "../views/spent.js";
import { TestDialog } from "../views/test-dialog.js";
import { timeline } from "../views/timeline.js";
import { h } from "./element.js";
import { State } from "./state.js";

/** @typedef {import("../data/report.js").Report} Report */

/**
 * What is below the bar.
 *
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {() => void} update  after the filter or the order changed
 * @property {() => void} [close]
 */

/** @type {{ name: string, title: string, make: (state: State) => View, count?: (state: State) => number }[]} */
const VIEWS = [
  {
    name: "failures",
    title: "Failures",
    make: failures,
    count: ({ report }) => report.result.reduce((sum, one) => sum + Number(one === FAILED || one === UNKNOWN), 0),
  },
  { name: "timeline", title: "Timeline", make: timeline },
  { name: "slowest", title: "Slowest", make: slowest },
  { name: "time", title: "Where time went", make: spent },
  { name: "flaky", title: "Flaky", make: flaky, count: ({ attempts }) => attempts.flakyTests.length },
  { name: "tests", title: "All tests", make: allTests },
];

/**
 * Shows a report.
 *
 * @param {HTMLElement} root
 * @param {Report} report
 * @param {string[]} problems  what could not be read
 * @returns {() => void}  takes it away, for another to be shown
 */
export function show(root, report, problems) {
  const state = new State(report);
  const dialog = new TestDialog(state);
  const helpDialog = help();
  const tabs = VIEWS.map(({ name, title, count }) => ({ name, title, count: count?.(state) }));
  const controls = new Controls(state, tabs, () => helpDialog.showModal());
  const main = h("main", { tabindex: -1 });
  /** @type {View | undefined} */
  let view;

  state.onChange((before) => {
    const began = performance.now();
    const { address } = state;
    const named = VIEWS.find(({ name }) => name === address.view);
    if (named === undefined) {
      // Failures first; where there are none, what ran when.
      address.view = tabs[0].count === 0 ? "timeline" : "failures";
    }
    controls.update();
    if (view === undefined || before.view !== address.view) {
      view?.close?.();
      const chosen = VIEWS.find(({ name }) => name === address.view) ?? VIEWS[0];
      main.setAttribute("aria-label", chosen.title);
      view = chosen.make(state);
      main.replaceChildren(view.element);
    } else if (before.filter !== address.filter || before.sort !== address.sort || before.by !== address.by) {
      view.update();
    }
    dialog.update();
    // The tests read how long it took.
    root.dataset.ms = (performance.now() - began).toFixed(2);
  });

  const shown = new AbortController();
  root.replaceChildren(masthead(state, problems), controls.element, main, dialog.element, helpDialog);
  addEventListener("popstate", () => state.follow(), shown);
  addEventListener("keydown", onKey, shown);
  state.follow();
  return () => {
    shown.abort();
    view?.close?.();
    root.replaceChildren();
  };

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target.matches("input, textarea, select") || root.querySelector("dialog[open]") !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(event.key) - 1;
    if (event.key === "/") controls.filter.focus();
    else if (event.key === "?") helpDialog.showModal();
    else if (event.key === "t") controls.switchTheme();
    else if (VIEWS[number] !== undefined) state.go({ view: VIEWS[number].name, by: "" });
    else return;
    event.preventDefault();
  }
}
