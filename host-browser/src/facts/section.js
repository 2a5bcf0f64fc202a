/** The sections of spans. */

/**
 * @typedef {object} Section
 * @property {string} letter  in the columns
 * @property {string} name
 * @property {string} title
 * @property {string} unit  what its spans are summed by
 */

/** @type {Section[]} */
export const SECTIONS = [
  { letter: "h", name: "http", title: "HTTP", unit: "Host" },
  { letter: "q", name: "sql", title: "SQL", unit: "Statement" },
  { letter: "z", name: "sleep", title: "Sleep", unit: "Call" },
  { letter: "n", name: "annotation", title: "Annotations", unit: "Annotation" },
];

/** The index of each letter. @type {Uint8Array} */
export const SECTION_OF_LETTER = new Uint8Array(128).fill(SECTIONS.length - 1);
SECTIONS.forEach(({ letter }, index) => (SECTION_OF_LETTER[letter.charCodeAt(0)] = index));
