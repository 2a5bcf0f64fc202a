/** A map of the whole run: how many workers were busy, where it failed, and what is in sight. */

import { FAILED } from "../facts/result.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./palette.js").Palette} Palette */

export const MAP_HEIGHT = 40;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Report} report
 * @param {Layout} layout
 * @param {Palette} palette
 */
export function drawMap(context, report, layout, palette) {
  const { width, left, range, rows } = layout;
  const pixels = Math.max(1, Math.floor(width - left));
  const busy = new Float64Array(pixels + 1);
  const failed = new Uint8Array(pixels + 1);
  const scale = pixels / range.limit;
  for (let test = 0; test < report.size; test++) {
    const from = report.start[test] * scale;
    const to = Math.min(pixels, from + report.duration[test] * scale);
    for (let pixel = Math.max(0, Math.floor(from)); pixel < to; pixel++) {
      busy[pixel] += Math.min(pixel + 1, to) - Math.max(pixel, from);
    }
    if (report.result[test] === FAILED) failed[Math.max(0, Math.floor(from))] = 1;
  }
  context.clearRect(0, 0, width, MAP_HEIGHT);
  context.fillStyle = palette.lane;
  context.fillRect(left, 0, pixels, MAP_HEIGHT);
  context.fillStyle = palette.results[3];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const height = Math.min(1, busy[pixel] / Math.max(1, rows.length)) * (MAP_HEIGHT - 8);
    context.fillRect(left + pixel, MAP_HEIGHT - 5 - height, 1, height);
  }
  context.fillStyle = palette.results[FAILED];
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (failed[pixel] === 1) context.fillRect(left + pixel, MAP_HEIGHT - 4, 2, 4);
  }
}
