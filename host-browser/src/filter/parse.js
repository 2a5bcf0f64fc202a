/**
 * The language of filters: `result:failed tag:team=shop file:cart slow:>1s text`.
 *
 * Words are parted by spaces, and all of them must hold. A word is a text, or a key with a value; a
 * `-` before it turns it round, and quotation marks keep spaces together.
 */

/**
 * @typedef {object} Word
 * @property {boolean} not
 * @property {string} key  "" for a text
 * @property {string} value
 */

const WORD = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gy;

/**
 * @param {string} filter
 * @param {(key: string) => boolean} isKey
 * @returns {Word[]}
 */
export function parse(filter, isKey) {
  const words = [];
  const text = filter.trim();
  WORD.lastIndex = 0;
  for (let at = 0; at < text.length; at = WORD.lastIndex) {
    const [whole, not, key = "", quoted, bare] = WORD.exec(text) ?? [" ", "", "", "", ""];
    if (whole === " ") break;
    WORD.lastIndex += text.slice(WORD.lastIndex).search(/\S|$/);
    // `path/x.py::TestY` is a text: `::` belongs to it, as does a key that nobody knows.
    const known = key !== "" && isKey(key) && !(bare ?? "").startsWith(":");
    const value = known ? (quoted ?? bare) : whole.slice(not.length).replace(/^"|"$/g, "");
    if (value !== "") words.push({ not: not !== "", key: known ? key : "", value });
  }
  return words;
}

const UNITS = { µs: 1, us: 1, ms: 1e3, s: 1e6, m: 60e6, min: 60e6, h: 3600e6 };

/**
 * Reads `>1s`, `<=20ms` or `3`: a comparison with a number, in µs where it has a unit.
 *
 * @param {string} text
 * @param {number} scale  of a number without a unit
 * @returns {((value: number) => boolean) | undefined}
 */
export function comparison(text, scale) {
  const read = /^(<=|>=|<|>|=)?([\d.]+)(µs|us|ms|s|min|m|h)?$/.exec(text);
  if (read === null) return undefined;
  const [, operator = ">=", digits, unit] = read;
  const factor = unit === undefined ? scale : UNITS[/** @type {keyof typeof UNITS} */ (unit)];
  const limit = Number(digits) * factor;
  if (Number.isNaN(limit)) return undefined;
  switch (operator) {
    case "<":
      return (value) => value < limit;
    case "<=":
      return (value) => value <= limit;
    case ">":
      return (value) => value > limit;
    case "=":
      return (value) => value === limit;
    default:
      return (value) => value >= limit;
  }
}
