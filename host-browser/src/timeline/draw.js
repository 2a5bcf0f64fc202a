/**
 * One frame of the timeline.
 *
 * A lane is searched by halving, and never gives more than one rectangle for a pixel, so that a frame
 * costs what the screen has, and not what the run had.
 */

import { lowerBound } from "../facts/lanes.js";
import { clipped, plain } from "../page/element.js";
import { Batches } from "./batch.js";
import { AXIS_HEIGHT, LETTER } from "./layout.js";
import { axisLabel, marks } from "./time-range.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("../facts/lanes.js").Lane} Lane */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./palette.js").Palette} Palette */

/**
 * @typedef {object} Scene
 * @property {Report} report
 * @property {Layout} layout
 * @property {Palette} palette
 * @property {Uint8Array | null} matched  1 for tests that a filter lets through; null without one
 * @property {number | null} selected
 * @property {number | null} pointer  the time at which the pointer is
 */

/** From these widths on, in pixels, a test shows its spans, its phases and its name. */
const WITH_SPANS = 3;
const WITH_PHASES = 24;
const WITH_NAME = 90;

/** From this height on a lane has room for a name, and for spans beside it. */
const HIGH = 15;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @returns {number}  how many rectangles it took
 */
export function draw(context, scene) {
  const { layout, palette } = scene;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  drawLanes(context, scene);
  const frame = new Frame(scene);
  layout.lanes.forEach(({ lane }, index) => {
    const y = layout.y(index);
    if (y > layout.height || y + layout.laneHeight < AXIS_HEIGHT) return;
    frame.lane(lane, y, frame.tests);
    if (lane.failures !== null) frame.lane(lane.failures, y, frame.failures);
  });
  // What failed is in batches of its own, and so are spans: each over what is before it.
  for (const batches of [frame.tests, frame.failures, frame.phases, frame.spans]) batches.draw(context);
  drawNames(context, scene, frame.names);
  drawSelected(context, scene);
  drawLabels(context, scene);
  drawAxis(context, scene);
  drawScroll(context, scene);
  return frame.tests.size + frame.failures.size + frame.phases.size + frame.spans.size;
}

/** What a frame draws of tests. */
class Frame {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.tests = new Batches();
    this.failures = new Batches();
    this.phases = new Batches();
    this.spans = new Batches();
    /** @type {{ test: number, x: number, y: number, width: number }[]} */
    this.names = [];
  }

  /**
   * @param {Lane} lane
   * @param {number} y
   * @param {Batches} batches
   */
  lane(lane, y, batches) {
    const { layout } = this.scene;
    const { range, left, scale, width, laneHeight } = layout;
    const height = laneHeight - (laneHeight > 12 ? 2 : 1);
    let next = lowerBound(lane.end, range.from);
    while (next < lane.tests.length && lane.start[next] <= range.to) {
      const test = lane.tests[next];
      const from = Math.max(left, left + (lane.start[next] - range.from) * scale);
      const to = Math.min(width, left + (lane.end[next] - range.from) * scale);
      if (to - from <= WITH_SPANS) {
        const pixel = Math.floor(from);
        batches.add(this.#colour(test), pixel, y, Math.max(1, Math.round(to - pixel)), height);
        // All others that begin in these pixels are under it.
        const beyond = Math.max(pixel + 1, Math.round(to));
        const time = range.from + (beyond - left) / scale;
        const after = lowerBound(lane.start, time, next + 1);
        // Of those, the last may go on.
        next = after - 1 > next && lane.end[after - 1] > time ? after - 1 : after;
      } else {
        // What is wide was not under anything, and is drawn already where this is what failed.
        if (batches === this.tests) this.#wide(test, from, to, y, height);
        next += 1;
      }
    }
  }

  /**
   * @param {number} test
   * @param {number} from
   * @param {number} to
   * @param {number} y
   * @param {number} height
   */
  #wide(test, from, to, y, height) {
    const { report, matched, layout, palette } = this.scene;
    this.tests.add(this.#colour(test), from, y, to - from - 1, height);
    if (matched !== null && matched[test] === 0) return;
    const strip = Math.max(2, Math.floor(height * (height >= HIGH ? 0.3 : 0.5)));
    const stripY = y + height - strip;
    if (to - from > WITH_PHASES) {
      const call = layout.x(report.start[test] + report.setup[test]);
      const after = layout.x(report.start[test] + report.duration[test] - report.teardown[test]);
      if (call > from) this.phases.add(palette.gap, from, y, Math.min(call, to) - from, height);
      if (after < to) this.phases.add(palette.gap, Math.max(after, from), y, to - 1 - Math.max(after, from), height);
    }
    if (to - from > WITH_NAME && height >= HIGH) this.names.push({ test, x: from, y, width: to - from });
    const { start, duration, section } = report.spans;
    let drawn = from - 1;
    for (let span = report.firstSpan[test]; span < report.firstSpan[test + 1]; span++) {
      if (start[span] < 0) continue;
      const x = Math.max(from, layout.x(report.start[test] + start[span]));
      const end = Math.min(to - 1, layout.x(report.start[test] + start[span] + duration[span]));
      // A span that has no pixel of its own is not seen.
      if (end <= from || x >= to || (end - x < 1 && x < drawn + 1)) continue;
      drawn = x;
      this.spans.add(palette.sections[section[span]], x, stripY, Math.max(1, end - x), strip);
    }
  }

  /** @param {number} test */
  #colour(test) {
    const { report, matched, palette } = this.scene;
    return matched !== null && matched[test] === 0 ? palette.dim : palette.results[report.result[test]];
  }
}

/**
 * Where there are more rows than there is room, which of them are in sight.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
function drawScroll(context, { layout, palette }) {
  const { from, share } = layout.sight;
  if (share === 1) return;
  const room = layout.height - AXIS_HEIGHT;
  context.fillStyle = palette.muted;
  context.fillRect(layout.width - 4, AXIS_HEIGHT + from * room, 4, share * room);
}

/**
 * The ground of each lane, which is seen where its worker waited.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
function drawLanes(context, { report, layout, palette }) {
  const stripes = hatch(context, palette);
  layout.lanes.forEach(({ row }, index) => {
    const y = layout.y(index);
    if (y > layout.height || y + layout.laneHeight < AXIS_HEIGHT) return;
    const { offset, columns } = report.runs[layout.rows[row].run];
    const from = Math.max(layout.left, layout.x(offset));
    const to = Math.min(layout.width, layout.x(offset + columns.duration));
    context.fillStyle = stripes;
    context.fillRect(from, y, Math.max(0, to - from), layout.laneHeight - 1);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 */
function hatch(context, palette) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  if (pen === null) return palette.lane;
  pen.fillStyle = palette.lane;
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = palette.line;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift - 1, 7);
    pen.lineTo(shift + 7, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat") ?? palette.lane;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {{ test: number, x: number, y: number, width: number }[]} names
 */
function drawNames(context, { report, layout, palette }, names) {
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  const room = layout.laneHeight * 0.65;
  for (const { test, x, y, width } of names) {
    context.fillStyle = report.result[test] === 0 ? palette.paper : palette.onResult;
    const letters = Math.floor((width - 10) / LETTER);
    const name = plain(clipped(report.strings[report.name[test]], Math.max(1, letters - 1)));
    context.fillText(name, x + 5, y + room / 2, width - 8);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
function drawSelected(context, { report, layout, palette, selected, pointer }) {
  const found = selected === null ? undefined : layout.place(selected);
  if (selected !== null && found !== undefined) {
    const from = layout.x(report.start[selected]);
    const width = Math.max(3, report.duration[selected] * layout.scale);
    context.strokeStyle = palette.ink;
    context.lineWidth = 2;
    context.strokeRect(from - 1, layout.y(found.lane) - 1, width + 1, layout.laneHeight);
  }
  if (pointer === null) return;
  context.fillStyle = palette.ink;
  context.globalAlpha = 0.5;
  context.fillRect(Math.round(layout.x(pointer)), AXIS_HEIGHT, 1, layout.height);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
function drawLabels(context, { layout, palette }) {
  if (layout.left === 0) return;
  context.fillStyle = palette.paper;
  context.fillRect(0, AXIS_HEIGHT, layout.left, layout.height);
  context.fillStyle = palette.muted;
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  const letters = Math.floor((layout.left - 8) / LETTER);
  let free = AXIS_HEIGHT;
  layout.lanes.forEach(({ row, isFirst }, index) => {
    const middle = layout.y(index) + layout.laneHeight / 2;
    if (!isFirst || middle - 6 < free || middle > layout.height) return;
    context.fillText(plain(clipped(layout.rows[row].label, letters)), 0, middle, layout.left - 8);
    free = middle + 6;
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 */
function drawAxis(context, { layout, palette, pointer }) {
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, layout.width, AXIS_HEIGHT - 2);
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  const { step, marks: found } = marks(layout.range, Math.max(2, (layout.width - layout.left) / 90));
  for (const at of found) {
    const x = Math.round(layout.x(at));
    context.fillStyle = palette.line;
    context.fillRect(x, AXIS_HEIGHT - 8, 1, 6);
    context.fillStyle = palette.muted;
    const label = axisLabel(at, step);
    const width = context.measureText(label).width;
    context.fillText(label, Math.min(Math.max(layout.left, x - width / 2), layout.width - width), 9);
  }
  if (pointer === null) return;
  const label = axisLabel(pointer, step / 100);
  const width = context.measureText(label).width + 10;
  const x = Math.min(Math.max(layout.left, layout.x(pointer) - width / 2), layout.width - width);
  context.fillStyle = palette.ink;
  context.fillRect(x, 0, width, 18);
  context.fillStyle = palette.paper;
  context.fillText(label, x + 5, 9);
}
