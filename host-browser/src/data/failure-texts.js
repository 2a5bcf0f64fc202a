/** What failures say in full: inflated when they are looked at, a block at a time. */

/**
 * @typedef {object} FailureText
 * @property {string} [failure_reason]
 * @property {{ expanded: string[], backtrace: string[] }[]} [failure_expanded]
 */

/**
 * @typedef {object} Blocks
 * @property {(() => Promise<string>)[]} blocks
 * @property {number[]} ends  for each block the first test after it, counted in its run
 * @property {number} first  the run's first test
 */

/** How many inflated blocks are kept. */
const KEPT = 8;

export class FailureTexts {
  /** @param {Blocks[]} runs */
  constructor(runs) {
    this.runs = runs;
    /** @type {Map<string, Promise<Record<string, FailureText>>>} */
    this.kept = new Map();
  }

  /**
   * What a test's failure says, or nothing where it was left out.
   *
   * @param {number} run
   * @param {number} test
   * @returns {Promise<FailureText | undefined>}
   */
  async of(run, test) {
    const { blocks, ends, first } = this.runs[run];
    const index = test - first;
    const block = ends.findIndex((end) => index < end);
    if (block < 0 || block >= blocks.length) return undefined;
    const texts = await this.#block(`${run} ${block}`, blocks[block]);
    return texts[index];
  }

  /**
   * @param {string} key
   * @param {() => Promise<string>} read
   */
  #block(key, read) {
    const found = this.kept.get(key) ?? read().then((json) => JSON.parse(json));
    // Last in the map is what was looked at last.
    this.kept.delete(key);
    this.kept.set(key, found);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    return found;
  }
}
