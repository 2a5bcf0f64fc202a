/** Rectangles of one colour, drawn together: changing a canvas's colour is what costs. */

export class Batches {
  constructor() {
    /** @type {Map<string, number[]>} */
    this.byColour = new Map();
    this.size = 0;
  }

  /**
   * Adds a rectangle; one that continues the last of its colour makes that longer.
   *
   * @param {string} colour
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  add(colour, x, y, width, height) {
    let batch = this.byColour.get(colour);
    if (batch === undefined) this.byColour.set(colour, (batch = []));
    const last = batch.length - 4;
    if (last >= 0 && batch[last + 1] === y && batch[last + 3] === height && batch[last] + batch[last + 2] === x) {
      batch[last + 2] += width;
      return;
    }
    batch.push(x, y, width, height);
    this.size += 1;
  }

  /** @param {CanvasRenderingContext2D} context */
  draw(context) {
    for (const [colour, batch] of this.byColour) {
      context.fillStyle = colour;
      for (let i = 0; i < batch.length; i += 4) {
        context.fillRect(batch[i], batch[i + 1], batch[i + 2], batch[i + 3]);
      }
    }
  }
}
