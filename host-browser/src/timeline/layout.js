/** Where rows are on the canvas, and what is at a point of it. */

import { lowerBound } from "../facts/lanes.js";

/** @typedef {import("../facts/lanes.js").Row} Row */
/** @typedef {import("../facts/lanes.js").Lane} Lane */
/** @typedef {import("./time-range.js").TimeRange} TimeRange */

export const AXIS_HEIGHT = 26;

/** Between the lowest and the highest, a lane is as high as there is room. */
const MIN_LANE = 9;
const MAX_LANE = 34;

/** How wide a letter of a label is, or somewhat less. */
export const LETTER = 6.6;

/** Points this near to a test are on it. */
const NEAR = 3;

export class Layout {
  /**
   * @param {Row[]} rows
   * @param {TimeRange} range
   */
  constructor(rows, range) {
    this.rows = rows;
    this.range = range;
    /** @type {{ row: number, lane: Lane, isFirst: boolean }[]} */
    this.lanes = rows.flatMap((row, index) =>
      row.lanes.map((lane, place) => ({ row: index, lane, isFirst: place === 0 })),
    );
    /** The room that the longest label wants. */
    this.labels = 16 + LETTER * Math.max(0, ...rows.map(({ label }) => Math.min(label.length, 24)));
    this.width = 0;
    this.height = 0;
    this.left = 0;
    this.laneHeight = MAX_LANE;
    /** How far the lanes are scrolled, in pixels. */
    this.top = 0;
  }

  /**
   * Takes the room there is.
   *
   * @param {number} width
   * @param {number} most  the height
   */
  fit(width, most) {
    const count = Math.max(1, this.lanes.length);
    this.width = width;
    this.left = this.rows.length > 1 ? Math.min(this.labels, Math.round(width * 0.22)) : 0;
    this.laneHeight = Math.max(MIN_LANE, Math.min(MAX_LANE, Math.floor((most - AXIS_HEIGHT) / count)));
    this.height = Math.min(most, AXIS_HEIGHT + count * this.laneHeight);
    this.scroll(0);
  }

  /** @param {number} by  pixels */
  scroll(by) {
    const most = this.lanes.length * this.laneHeight - this.#room;
    this.top = Math.max(0, Math.min(this.top + by, most));
  }

  /** The height in which lanes are seen. */
  get #room() {
    return this.height - AXIS_HEIGHT;
  }

  /** Which part of the lanes is in sight: where it begins, and its share. */
  get sight() {
    const whole = Math.max(1, this.lanes.length * this.laneHeight);
    return { from: this.top / whole, share: Math.min(1, this.#room / whole) };
  }

  /** Pixels for a microsecond. */
  get scale() {
    return (this.width - this.left) / this.range.length;
  }

  /** @param {number} time */
  x(time) {
    return this.left + (time - this.range.from) * this.scale;
  }

  /** @param {number} x */
  time(x) {
    return this.range.from + (x - this.left) / this.scale;
  }

  /** @param {number} lane */
  y(lane) {
    return AXIS_HEIGHT + lane * this.laneHeight - this.top;
  }

  /** The row of a test, and its place in there. @param {number} test */
  place(test) {
    for (let lane = 0; lane < this.lanes.length; lane++) {
      const place = this.lanes[lane].lane.tests.indexOf(test);
      if (place >= 0) return { lane, place };
    }
    return undefined;
  }

  /**
   * The test at a point, if there is one.
   *
   * @param {number} x
   * @param {number} y
   */
  testAt(x, y) {
    const index = Math.floor((y - AXIS_HEIGHT + this.top) / this.laneHeight);
    const found = y >= AXIS_HEIGHT && x >= this.left ? this.lanes[index]?.lane : undefined;
    if (found === undefined) return undefined;
    // What failed is drawn over what did not.
    for (const lane of found.failures === null ? [found] : [found.failures, found]) {
      const place = lowerBound(lane.end, this.time(lane === found ? x : x - 1));
      const near = this.x(lane.start[place]) - x;
      if (place < lane.tests.length && near <= (lane === found ? NEAR : 0)) return lane.tests[place];
    }
    return undefined;
  }

  /** Scrolls a lane into sight. @param {number} lane */
  show(lane) {
    const y = this.y(lane);
    if (y < AXIS_HEIGHT) this.scroll(y - AXIS_HEIGHT);
    else if (y + this.laneHeight > this.height) this.scroll(y + this.laneHeight - this.height);
  }
}
