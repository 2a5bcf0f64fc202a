/** Parts that several views have. */

import { RESULTS } from "../facts/result.js";
import { clipped, foreign, h } from "./element.js";
import { count, duration } from "./format.js";

/** @typedef {import("./state.js").State} State */

/** More of a name is not seen in a list. */
const NAME_LENGTH = 300;

/**
 * What stands for a result: a mark, a colour, and a word for who hears the page.
 *
 * @param {number} result
 */
export function mark(result) {
  const { name, mark: sign } = RESULTS[result];
  return h("span", { class: `mark ${name}`, role: "img", "aria-label": name, title: name }, sign);
}

/**
 * A test's name, which opens it.
 *
 * @param {State} state
 * @param {number} test
 * @param {boolean} [withScope]
 */
export function testLink(state, test, withScope = true) {
  const { report } = state;
  const scope = report.strings[report.scope[test]];
  const name = report.strings[report.name[test]];
  const cut = name.length > NAME_LENGTH;
  return h(
    "a",
    {
      class: "test",
      href: state.href({ test }),
      title: cut ? undefined : report.identity(test),
      onclick: (/** @type {MouseEvent} */ event) => follow(event, () => state.go({ test })),
    },
    foreign(clipped(name, NAME_LENGTH), { class: "name" }),
    withScope && scope !== "" && foreign(clipped(scope, NAME_LENGTH), { class: "scope" }),
  );
}

/**
 * A link within the page.
 *
 * @param {State} state
 * @param {Partial<import("./address.js").Address>} change
 * @param {string} text
 */
export function viewLink(state, change, text) {
  const onclick = (/** @type {MouseEvent} */ event) => follow(event, () => state.go(change));
  return h("a", { href: state.href(change), onclick }, text);
}

/**
 * Follows a link within the page, unless it is to be opened elsewhere.
 *
 * @param {MouseEvent} event
 * @param {() => void} go
 */
export function follow(event, go) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go();
}

/**
 * A headline of a part of a view, with a sentence beside it.
 *
 * @param {string} title
 * @param {string} [says]
 */
export function heading(title, says) {
  return h("div", { class: "heading" }, h("h2", null, title), says !== undefined && h("p", null, says));
}

/**
 * What a view says where it has nothing.
 *
 * @param {State} state
 * @param {string} says
 */
export function nothing(state, says) {
  return h(
    "p",
    { class: "nothing" },
    says,
    state.isFiltered && " among the tests that the filter lets through",
    ".",
  );
}

/**
 * A list of which so many are shown at a time.
 *
 * @template T
 * @param {T[]} items
 * @param {number} size
 * @param {string} noun
 * @param {(items: T[], first: number) => Node} show
 */
export function paged(items, size, noun, show) {
  const element = h("div", { class: "paged" });
  const pages = Math.ceil(items.length / size);
  /** @param {number} page */
  const turn = (page) => {
    const first = page * size;
    const last = Math.min(first + size, items.length);
    element.replaceChildren(show(items.slice(first, last), first));
    if (pages <= 1) return;
    const says = `${count(first + 1)}–${count(last)} of ${count(items.length)} ${noun}`;
    const button = (/** @type {string} */ text, /** @type {number} */ to) =>
      h(
        "button",
        {
          type: "button",
          disabled: to < 0 || to >= pages,
          onclick: () => {
            turn(to);
            element.scrollIntoView({ block: "start" });
          },
        },
        text,
      );
    element.append(
      h("div", { class: "pager" }, button("← Previous", page - 1), h("span", null, says), button("Next →", page + 1)),
    );
  };
  turn(0);
  return element;
}

/**
 * A button that copies a text, or selects it where it may not.
 *
 * @param {string} text
 * @param {HTMLElement} shown  where the text can be seen
 */
export function copyButton(text, shown) {
  const button = h("button", { type: "button", class: "quiet copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(shown);
      button.textContent = "Selected";
    }
  });
  return button;
}

/**
 * The phases of tests as parts of a bar.
 *
 * @param {{ setup: number, teardown: number, total: number }} times
 */
export function phases({ setup, teardown, total }) {
  const call = Math.max(0, total - setup - teardown);
  return [
    { kind: "setup", amount: setup, title: `setup ${duration(setup)}` },
    { kind: "call", amount: call, title: `call ${duration(call)}` },
    { kind: "teardown", amount: teardown, title: `teardown ${duration(teardown)}` },
  ];
}
