/** The keys, and the language of the filter. */

import { KEYS } from "../filter/filter.js";
import { h } from "../page/element.js";

/** @type {[string, string][]} */
const SHORTCUTS = [
  ["/", "filter"],
  ["1 … 6", "the views"],
  ["t", "light or dark"],
  ["j  k", "in a test: the next, the one before"],
  ["Esc", "close"],
  ["?", "this help"],
];

/** @returns {HTMLDialogElement} */
export function help() {
  const words = Object.values(KEYS).flatMap(({ example, says }) => [
    h("dt", null, h("code", null, example)),
    h("dd", null, says),
  ]);
  const keys = SHORTCUTS.flatMap(([key, says]) => [h("dt", null, h("kbd", null, key)), h("dd", null, says)]);
  /** @type {HTMLDialogElement} */
  const dialog = h(
    "dialog",
    {
      class: "help",
      "aria-labelledby": "help-title",
      onclick: (/** @type {MouseEvent} */ event) => event.target === dialog && dialog.close(),
    },
    h(
      "div",
      { class: "help-body" },
      h("h2", { id: "help-title" }, "Filter and keys"),
      h(
        "p",
        null,
        "Words are parted by spaces, and all must hold: ",
        h("code", null, "result:failed tag:team=shop slow:>1s cart"),
        ". A word alone is looked for in names and files; ",
        h("code", null, '"two words"'),
        " are kept together, and ",
        h("code", null, "-word"),
        " turns a word round.",
      ),
      h("dl", null, ...words),
      h("dl", null, ...keys),
      h("button", { type: "button", onclick: () => dialog.close() }, "Close"),
    ),
  );
  return dialog;
}
