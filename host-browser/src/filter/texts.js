/** Texts that are searched: each is looked at once for a word, however many tests have it. */

export class Texts {
  /** @param {string[]} strings */
  constructor(strings) {
    this.strings = strings;
    /** In small letters, made when they are first wanted. @type {string[]} */
    this.small = [];
  }

  /**
   * Says of a text, by its index, whether it holds a word.
   *
   * @param {string} word
   * @returns {(id: number) => boolean}
   */
  holding(word) {
    const wanted = word.toLowerCase();
    const { strings, small } = this;
    const verdicts = new Uint8Array(strings.length);
    return (id) => {
      if (verdicts[id] === 0) {
        const text = (small[id] ??= strings[id].toLowerCase());
        verdicts[id] = text.includes(wanted) ? 1 : 2;
      }
      return verdicts[id] === 1;
    };
  }
}
