/** A list of any length, of which only the rows in sight are elements. */

import { h } from "./element.js";

/** Browsers draw no element that is much higher; beyond it the scroll bar is scaled. */
const MAX_HEIGHT = 8_000_000;

/** How many rows are on paper, which has no scroll bar. */
export const PRINTED = 100;

/** Rows beyond the edges, so that a quick scroll shows none empty. */
const SPARE = 4;

export class VirtualRows {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.head  which stays above the rows, and is as high as one
   * @param {number} parts.rowHeight
   * @param {() => HTMLElement} parts.make  an empty row
   * @param {(row: HTMLElement, index: number) => void} parts.fill
   */
  constructor({ head, rowHeight, make, fill }) {
    this.rowHeight = rowHeight;
    this.make = make;
    this.fill = fill;
    this.size = 0;
    /** @type {HTMLElement[]} */
    this.pool = [];
    this.spacer = h("div", { class: "spacer", role: "rowgroup" });
    this.element = h("div", { class: "virtual" }, head, this.spacer);
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
    this.paper = matchMedia("print");
    this.paper.addEventListener("change", this.redraw);
  }

  /** @param {number} size */
  resize(size) {
    this.size = size;
    this.spacer.style.height = `${this.#height()}px`;
    this.draw();
  }

  redraw = () => this.draw();

  close() {
    this.observer.disconnect();
    this.paper.removeEventListener("change", this.redraw);
  }

  /** The height in which rows are seen. */
  get #room() {
    return this.element.clientHeight - this.rowHeight;
  }

  #height() {
    return Math.min(this.size * this.rowHeight, MAX_HEIGHT);
  }

  /** How many pixels of rows stand for a pixel of the scroll bar. */
  #scale() {
    const way = this.#height() - this.#room;
    return way > 0 ? (this.size * this.rowHeight - this.#room) / way : 1;
  }

  /** How many rows are in sight. */
  get visible() {
    return Math.max(1, Math.floor(this.#room / this.rowHeight));
  }

  /** Brings a row into sight.  @param {number} index */
  show(index) {
    const scale = this.#scale();
    const top = index * this.rowHeight;
    const from = this.element.scrollTop * scale;
    const room = this.#room - this.rowHeight;
    if (top < from) this.element.scrollTop = top / scale;
    else if (top > from + room) this.element.scrollTop = Math.ceil((top - room) / scale);
    this.draw();
  }

  draw() {
    const { scrollTop } = this.element;
    const from = scrollTop * this.#scale();
    const top = Math.max(0, Math.floor(from / this.rowHeight) - SPARE);
    const first = this.paper.matches ? 0 : top;
    const end = Math.ceil((from + this.#room) / this.rowHeight) + SPARE;
    const last = Math.min(this.size, this.paper.matches ? PRINTED : end);
    while (this.pool.length < last - first) {
      const row = this.make();
      this.pool.push(row);
      this.spacer.append(row);
    }
    this.pool.forEach((row, place) => {
      const index = first + place;
      row.hidden = index >= last;
      if (row.hidden) return;
      // Where the scroll bar is scaled, rows move by their own pixels within its.
      row.style.transform = `translateY(${scrollTop + index * this.rowHeight - from}px)`;
      this.fill(row, index);
    });
  }
}
