/** The colours of the page, for a canvas. */

import { RESULTS } from "../facts/result.js";
import { SECTIONS } from "../facts/section.js";

/**
 * @typedef {object} Palette
 * @property {string[]} results
 * @property {string[]} sections
 * @property {string} ink
 * @property {string} muted
 * @property {string} line
 * @property {string} paper
 * @property {string} lane
 * @property {string} gap
 * @property {string} dim
 * @property {string} accent
 * @property {string} onResult
 * @property {string} font
 */

/** @returns {Palette} */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const get = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  return {
    results: RESULTS.map(({ name }) => get(name === "passed" ? "passed-soft" : name)),
    sections: SECTIONS.map(({ name }) => get(name)),
    ink: get("ink"),
    muted: get("muted"),
    line: get("line"),
    paper: get("paper"),
    lane: get("lane"),
    gap: get("gap"),
    dim: get("dim"),
    accent: get("accent"),
    onResult: get("on-result"),
    font: style.fontFamily,
  };
}
