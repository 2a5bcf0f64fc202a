/** A table of a few rows, as lists of a view are. */

import { h } from "./element.js";

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [kind]  its class
 */

/**
 * @param {string} label  what the table is, for who hears it
 * @param {Column[]} columns
 * @param {import("./element.js").Child[][]} rows
 */
export function table(label, columns, rows) {
  const head = columns.map(({ title, kind }) => h("th", { scope: "col", class: kind }, title));
  const body = rows.map((cells) =>
    h("tr", null, ...cells.map((cell, index) => h("td", { class: columns[index].kind }, cell))),
  );
  return h(
    "table",
    { "aria-label": label },
    h("thead", null, h("tr", null, ...head)),
    h("tbody", null, ...body),
  );
}
