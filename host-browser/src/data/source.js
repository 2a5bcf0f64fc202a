/** Where runs come from: the elements that the report's writer put into the page. */

import { inflate } from "./inflate.js";

/**
 * A run before it is read.
 *
 * @typedef {object} Source
 * @property {string} name  the job's, or "" where there is one run
 * @property {() => Promise<string>} columns  its columns, as JSON
 * @property {(() => Promise<string>)[]} details  its blocks of failure texts, as JSON
 */

/**
 * The runs in the page, in order.
 *
 * @param {Document} document
 * @returns {Source[]}
 */
export function sources(document) {
  /** @type {NodeListOf<HTMLScriptElement>} */
  const found = document.querySelectorAll("script.columns[data-run]");
  return Array.from(found, (element) => ({
    name: element.dataset.name ?? "",
    columns: () => inflate(take(element)),
    details: blocks(document, element.dataset.run ?? ""),
  }));
}

/**
 * @param {Document} document
 * @param {string} run
 */
function blocks(document, run) {
  /** @type {NodeListOf<HTMLScriptElement>} */
  const found = document.querySelectorAll("script.details[data-run]");
  const own = Array.from(found).filter((element) => element.dataset.run === run);
  return own.map((element) => () => inflate(element.textContent ?? ""));
}

/**
 * An element's text, which is read once: the page need not keep it.
 *
 * @param {HTMLScriptElement} element
 */
function take(element) {
  const text = element.textContent ?? "";
  element.remove();
  return text;
}
