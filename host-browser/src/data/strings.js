/** One table of texts for all runs: what two of them have in common is one text. */

export class Strings {
  constructor() {
    /** @type {string[]} */
    this.all = [""];
    /** @type {Map<string, number>} */
    this.ids = new Map([["", 0]]);
  }

  /**
   * Adds a run's table, and returns what its indices have become.
   *
   * @param {string[]} table
   * @returns {Uint32Array}
   */
  add(table) {
    const ids = new Uint32Array(table.length);
    if (this.all.length === 1) {
      // Fast path: the first run's table stays as it is, and is hashed only for a second one.
      this.all = table;
      this.ids.clear();
      return ids.map((_, index) => index);
    }
    if (this.ids.size === 0) this.all.forEach((text, id) => this.ids.set(text, id));
    for (let i = 0; i < table.length; i++) {
      let id = this.ids.get(table[i]);
      if (id === undefined) {
        id = this.all.push(table[i]) - 1;
        this.ids.set(table[i], id);
      }
      ids[i] = id;
    }
    return ids;
  }
}
