/** The results of a test, in the order in which they are counted. */

/**
 * @typedef {object} Result
 * @property {string} letter  in the columns
 * @property {string} name
 * @property {string} mark  what stands for it beside its colour
 */

/** @type {Result[]} */
export const RESULTS = [
  { letter: "f", name: "failed", mark: "✕" },
  { letter: "u", name: "unknown", mark: "?" },
  { letter: "s", name: "skipped", mark: "–" },
  { letter: "p", name: "passed", mark: "✓" },
];

export const FAILED = 0;
export const UNKNOWN = 1;
export const SKIPPED = 2;
export const PASSED = 3;

/** The index of each letter. @type {Uint8Array} */
export const RESULT_OF_LETTER = new Uint8Array(128).fill(UNKNOWN);
RESULTS.forEach(({ letter }, index) => (RESULT_OF_LETTER[letter.charCodeAt(0)] = index));
