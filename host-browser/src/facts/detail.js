/** What a span's detail says, as far as the page understands it. */

import { SECTIONS } from "./section.js";

/**
 * @typedef {object} Detail
 * @property {string} label  what was called: the URL, the statement, the text
 * @property {string} unit  what it is summed by
 * @property {number} calls  how many there were, where calls were summed when they were recorded
 * @property {[string, string][]} fields
 */

/** Calls that were summed while they were recorded: `3,000 × SELECT ?, 1.2 s in all`. */
const SUMMED = /^([\d,]+) × ([^]*), [\d.,]+ \S+ in all$/;

const HOST = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/**
 * @param {string} json
 * @param {number} section
 * @returns {Detail}
 */
export function detail(json, section) {
  const { name } = SECTIONS[section];
  const fields = object(json);
  const said = fields.url ?? fields.query ?? fields.content ?? "";
  const [, count, what] = SUMMED.exec(said) ?? [null, "1", said];
  const label = name === "http" ? [fields.method, said].filter(Boolean).join(" ") : said;
  const unit = name === "http" ? (HOST.exec(what)?.[1] ?? what) : what;
  return {
    label: label || name,
    unit: unit || name,
    calls: Number(count.replaceAll(",", "")),
    fields: Object.entries(fields),
  };
}

/**
 * A JSON object's values as texts; nothing where it is none.
 *
 * @param {string} json
 * @returns {Record<string, string>}
 */
function object(json) {
  if (json === "") return {};
  try {
    const read = JSON.parse(json);
    const entries = Object.entries(typeof read === "object" && read !== null ? read : {});
    return Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
  } catch {
    return { content: json };
  }
}
