/** One test: what it took, what it said, and how to run it again. */

import { FAILED, RESULTS, UNKNOWN } from "../facts/result.js";
import { command, source } from "../facts/rerun.js";
import { clipped, foreign, h, link } from "../page/element.js";
import { count, counted, duration } from "../page/format.js";
import { copyButton, mark } from "../page/parts.js";
import { failureText } from "./failure-text.js";
import { attemptCards } from "./flaky.js";
import { waterfall } from "./waterfall.js";

/** @typedef {import("../page/state.js").State} State */

/** How many attempts are side by side. */
const ATTEMPTS = 12;

export class TestDialog {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.element = h("dialog", {
      class: "drawer",
      "aria-labelledby": "test-title",
      onclose: () => this.#closed(),
      onclick: (/** @type {MouseEvent} */ event) => event.target === this.element && this.element.close(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
  }

  /** Shows what the address says. */
  update() {
    const { test } = this.state.address;
    if (test === null) {
      this.element.close();
      return;
    }
    if (this.element.dataset.test === String(test) && this.element.open) return;
    this.element.dataset.test = String(test);
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const label = focused?.getAttribute("aria-label");
    this.element.replaceChildren(this.#bar(test), h("div", { class: "drawer-body" }, ...content(this.state, test)));
    if (!this.element.open) this.element.showModal();
    // The focus stays on what was pressed, so that it can be pressed again.
    const same = Array.from(this.element.querySelectorAll("button")).find(
      (button) => label !== null && button.getAttribute("aria-label") === label && !button.disabled,
    );
    const title = /** @type {HTMLElement | null} */ (this.element.querySelector("#test-title"));
    (same ?? title)?.focus();
    this.element.scrollTop = 0;
  }

  #closed() {
    this.element.replaceChildren();
    delete this.element.dataset.test;
    this.state.go({ test: null });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { j: 1, k: -1 }[event.key];
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) this.#step(step);
  }

  /** Goes to the next test among those that the filter lets through.  @param {number} step */
  #step(step) {
    const { test } = this.state.address;
    const tests = this.#order();
    const place = test === null ? -1 : tests.indexOf(test);
    const next = tests[place + step];
    if (next !== undefined) this.state.go({ test: next });
  }

  /** The tests that the view behind it is about. */
  #order() {
    const { report, attempts, address } = this.state;
    switch (address.view) {
      case "failures":
        return this.state.tests.filter((test) => [FAILED, UNKNOWN].includes(report.result[test]));
      case "flaky":
        return this.state.tests.filter((test) => attempts.flaky[test] === 1);
      case "slowest":
        return this.state.ordered("-duration");
      default:
        return this.state.ordered(address.sort || "order");
    }
  }

  /** @param {number} test */
  #bar(test) {
    const tests = this.#order();
    const place = tests.indexOf(test);
    const says = place < 0 ? "" : `${count(place + 1)} of ${count(tests.length)}`;
    const step = (/** @type {string} */ label, /** @type {string} */ text, /** @type {number} */ by) => {
      const disabled = place < 0 || place + by < 0 || place + by >= tests.length;
      return h("button", { type: "button", class: "quiet", "aria-label": label, disabled, onclick: () => this.#step(by) }, text);
    };
    return h(
      "div",
      { class: "drawer-bar" },
      step("Previous test", "↑", -1),
      step("Next test", "↓", 1),
      h("span", { class: "fact" }, says),
      h("button", { type: "button", class: "quiet close", "aria-label": "Close", onclick: () => this.element.close() }, "✕"),
    );
  }
}

/**
 * @param {State} state
 * @param {number} test
 */
function content(state, test) {
  const { report, attempts } = state;
  const scope = report.strings[report.scope[test]];
  const result = report.result[test];
  const all = attempts.of(test);
  const reason = report.strings[report.reason[test]];
  const hasText = result === FAILED || result === UNKNOWN || reason !== "";
  return [
    h(
      "header",
      null,
      scope !== "" && h("p", { class: "scope" }, foreign(scope)),
      h("h2", { id: "test-title", tabindex: -1, autofocus: true }, foreign(report.strings[report.name[test]])),
      h(
        "p",
        { class: "verdict" },
        mark(result),
        h("strong", null, RESULTS[result].name),
        ` in ${duration(report.duration[test])}`,
        attempts.flaky[test] === 1 && h("span", { class: "tag warn" }, "flaky"),
      ),
    ),
    again(state, test),
    hasText && h("section", null, h("h3", null, result === FAILED ? "Why it failed" : "Why"), failureText(report, test)),
    all.length > 1 &&
      h("section", null, h("h3", null, counted(all.length, "attempt")), attemptCards(state, all.slice(0, ATTEMPTS), test)),
    h("section", null, h("h3", null, "Time"), waterfall(report, test)),
    h("section", null, h("h3", null, "About it"), about(state, test)),
  ].filter((part) => part !== false && part !== null);
}

/**
 * @param {State} state
 * @param {number} test
 */
function again({ report }, test) {
  const run = command(report, test);
  if (run === undefined) return null;
  const code = h("code", { dir: "ltr", tabindex: 0 }, run);
  return h("section", { class: "command", "aria-label": "The command that runs it again" }, code, copyButton(run, code));
}

/**
 * @param {State} state
 * @param {number} test
 */
function about({ report }, test) {
  const run = report.runs[report.run[test]];
  const place = report.location(test);
  const url = source(report, test);
  const worker = report.strings[report.worker[test]];
  const tags = report.tagsOf(test);
  /** @type {[string, import("../page/element.js").Child][]} */
  const facts = [
    ["File", place !== "" && (url === undefined ? foreign(place) : link(url, place))],
    ["Began", `${duration(report.start[test])} into the run`],
    ["Job", report.runs.length > 1 && foreign(run.name)],
    ["Worker", worker !== "" && foreign(worker)],
    ["Execution", `no. ${count(report.number[test])}`],
    [
      "Tags",
      tags.length > 0 &&
        h("span", null, ...tags.map(([key, value]) => h("span", { class: "tag" }, foreign(clipped(`${key}=${value}`, 500))))),
    ],
  ];
  const there = facts.filter(([, value]) => value !== false && value !== "");
  return h("dl", { class: "about" }, ...there.flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}
