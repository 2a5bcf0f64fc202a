/** The timeline: who ran what when, to zoom into. */

import { RESULTS } from "../facts/result.js";
import { SECTIONS } from "../facts/section.js";
import { waits } from "../facts/waits.js";
import { bar, clipped, foreign, h, plain } from "../page/element.js";
import { count, counted, duration, share } from "../page/format.js";
import { heading, mark, nothing, testLink } from "../page/parts.js";
import { onTheme } from "../page/theme.js";
import { draw } from "../timeline/draw.js";
import { gestures, mapGestures } from "../timeline/gestures.js";
import { Layout } from "../timeline/layout.js";
import { drawMap, MAP_HEIGHT } from "../timeline/minimap.js";
import { palette } from "../timeline/palette.js";
import { TimeRange } from "../timeline/time-range.js";
import { underWay } from "../timeline/under-way.js";

/** @typedef {import("../page/state.js").State} State */

/** How many of the tests under way are named. */
const NAMED = 8;

/** How far a key goes, as a part of what is in sight, and how much closer. */
const STEP = 0.15;
const CLOSER = 0.6;

/** @param {State} state */
export function timeline(state) {
  if (state.report.size === 0) return { element: nothing(state, "No test was run"), update: () => {} };
  const view = new Timeline(state);
  return { element: view.element, update: () => view.update(), close: () => view.close() };
}

class Timeline {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.layout = new Layout(state.rows, new TimeRange(state.report.end));
    this.palette = palette();
    /** @type {Uint8Array | null} */
    this.matched = null;
    /** @type {number | null} */
    this.selected = null;
    /** @type {number | null} */
    this.pointer = null;
    this.frame = 0;

    this.canvas = h("canvas");
    this.map = h("canvas");
    this.sight = h("div", { class: "sight" });
    this.mapBox = h("div", { class: "map", "aria-hidden": "true" }, this.map, this.sight);
    this.box = h(
      "div",
      {
        class: "timeline-box",
        role: "application",
        tabindex: 0,
        "aria-label": `Timeline of ${counted(state.report.size, "test")} in ${counted(state.rows.length, "row")}`,
        "aria-describedby": "timeline-keys",
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      },
      this.canvas,
    );
    this.rowsInSight = h("span", { class: "hint" });
    this.now = h("div", { class: "now", "aria-live": "polite" });
    this.element = h(
      "div",
      { class: "timeline" },
      this.#waits(),
      this.#tools(),
      this.mapBox,
      this.box,
      this.now,
      h(
        "p",
        { id: "timeline-keys", class: "hint keys" },
        "Wheel or + and − zoom, drag or shift and arrows pan, arrows go from test to test, Enter opens it, 0 shows all.",
      ),
    );
    const moved = () => this.redraw();
    gestures(this.box, this.layout, {
      moved,
      clicked: (x, y) => this.#click(x, y),
      pointed: (x, y) => this.#point(x, y),
    });
    mapGestures(this.mapBox, this.layout, moved);
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.element);
    this.forgetTheme = onTheme(() => {
      this.palette = palette();
      this.#resize();
    });
    this.#resize();
    this.update();
  }

  close() {
    this.observer.disconnect();
    this.forgetTheme();
    cancelAnimationFrame(this.frame);
  }

  update() {
    const { state } = this;
    this.matched = null;
    if (state.isFiltered) {
      this.matched = new Uint8Array(state.report.size);
      for (const test of state.tests) this.matched[test] = 1;
    }
    this.redraw();
  }

  /** Draws with the next frame. */
  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    if (context === null || this.layout.width === 0) return;
    const began = performance.now();
    const rects = draw(context, { ...this, report: this.state.report });
    // The tests read which frame this is, how much it drew, and how long it took.
    this.box.dataset.frame = String(Number(this.box.dataset.frame ?? 0) + 1);
    this.box.dataset.rects = String(rects);
    this.box.dataset.ms = (performance.now() - began).toFixed(2);
    const { range, left, width, lanes, sight } = this.layout;
    const first = Math.round(sight.from * lanes.length);
    const last = Math.round((sight.from + sight.share) * lanes.length);
    this.rowsInSight.textContent =
      sight.share === 1 ? "" : `Rows ${first + 1} to ${last} of ${lanes.length}: drag, or shift and ↓`;
    const scale = (width - left) / range.limit;
    this.sight.style.left = `${left + range.from * scale}px`;
    this.sight.style.width = `${Math.max(2, range.length * scale)}px`;
    this.sight.hidden = range.isWhole;
  }

  #resize() {
    const width = Math.floor(this.element.clientWidth);
    if (width === 0) return;
    const room = Math.max(220, Math.min(720, innerHeight - 330));
    this.layout.fit(width, room);
    const contexts = [
      sized(this.canvas, width, this.layout.height),
      sized(this.map, width, MAP_HEIGHT),
    ];
    if (contexts[1] !== null) drawMap(contexts[1], this.state.report, this.layout, this.palette);
    this.redraw();
  }

  #waits() {
    const { report, rows } = this.state;
    const found = waits(report, rows);
    const waited = found.total - found.busy;
    const who = report.runs.length > 1 && rows.length === report.runs.length ? "Jobs" : "Workers";
    const parts = [
      { kind: "busy", amount: found.busy, title: "Ran tests" },
      { kind: "wait", amount: found.before, title: "Before the first test" },
      { kind: "wait", amount: found.between, title: "Between tests" },
      { kind: "wait", amount: found.after, title: "After the last test" },
    ];
    const legend = parts.map(({ kind, amount, title }) =>
      h("li", null, h("span", { class: `swatch ${kind}` }), `${title} `, h("strong", null, share(amount, found.total)), ` ${duration(amount)}`),
    );
    const gaps = found.longest
      .filter(({ start, end }) => end - start > 0)
      .map((gap) =>
        h(
          "li",
          null,
          h(
            "button",
            { type: "button", class: "quiet", onclick: () => this.#look(gap.start, gap.end, gap.row) },
            `${duration(gap.end - gap.start)} `,
            foreign(clipped(rows[gap.row].label, 40)),
          ),
        ),
      );
    return h(
      "section",
      { class: "waits" },
      heading("Timeline", `${who} waited for ${share(waited, found.total)} of their time.`),
      bar(parts),
      h("ul", { class: "legend" }, ...legend),
      gaps.length > 0 && h("div", { class: "gaps" }, h("span", null, "Longest gaps"), h("ul", null, ...gaps)),
    );
  }

  #tools() {
    const button = (/** @type {string} */ label, /** @type {string} */ text, /** @type {() => void} */ act) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    const { range } = this.layout;
    const middle = () => (range.from + range.to) / 2;
    const then = (/** @type {() => void} */ act) => () => {
      act();
      this.redraw();
    };
    const { report } = this.state;
    const legend = [
      ...RESULTS.filter((_, index) => report.result.includes(index)),
      ...SECTIONS.filter((_, index) => report.spans.section.includes(index)),
    ].map(({ name }) => [name, name === "passed" ? "passed-soft" : name]);
    const items = legend.map(([name, kind]) => h("li", null, h("span", { class: `swatch ${kind}` }), name));
    return h(
      "div",
      { class: "timeline-tools" },
      h(
        "div",
        { class: "segments", role: "group", "aria-label": "Zoom" },
        button("Zoom in", "+", then(() => range.zoom(CLOSER, middle()))),
        button("Zoom out", "−", then(() => range.zoom(1 / CLOSER, middle()))),
        button("Show all", "All", then(() => range.set(0, range.limit))),
      ),
      this.rowsInSight,
      h("ul", { class: "legend" }, ...items),
    );
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {number} row
   */
  #look(start, end, row) {
    const room = (end - start) * 0.3;
    this.layout.range.set(start - room, end + room);
    this.layout.show(this.layout.lanes.findIndex((lane) => lane.row === row));
    this.redraw();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #click(x, y) {
    const test = this.layout.testAt(x, y);
    if (test === undefined) return;
    this.selected = test;
    this.redraw();
    this.state.go({ test });
  }

  /**
   * @param {number | null} x
   * @param {number} y
   */
  #point(x, y) {
    const isOver = x !== null && x >= this.layout.left;
    this.pointer = isOver ? this.layout.time(x) : null;
    this.redraw();
    if (!isOver || this.pointer === null) return;
    const test = this.layout.testAt(x, y);
    this.box.classList.toggle("on-test", test !== undefined);
    this.#say(this.pointer, test);
  }

  /**
   * Says what was under way.
   *
   * @param {number} time
   * @param {number | undefined} test  the one that is pointed at
   */
  #say(time, test) {
    const { report } = this.state;
    const { rows } = this.layout;
    const found = underWay(this.layout, time);
    const busy = new Set(found.map(({ row }) => row)).size;
    const items = found.slice(0, NAMED).map((one) =>
      h(
        "li",
        { class: one.test === test ? "pointed" : undefined },
        mark(report.result[one.test]),
        rows.length > 1 && h("span", { class: "who" }, foreign(clipped(rows[one.row].label, 24))),
        h("span", { class: "name" }, foreign(clipped(report.identity(one.test), 160))),
        h("span", { class: "fact" }, duration(report.duration[one.test])),
      ),
    );
    // Who points sees; only what keys do is read out.
    this.now.setAttribute("aria-live", "off");
    const who = rows.length > 1 ? `${count(busy)} of ${count(rows.length)} busy` : busy > 0 ? "busy" : "waiting";
    this.now.replaceChildren(
      h("p", null, h("strong", null, `At ${duration(time)}`), ` ${who}`),
      h("ul", null, ...items, found.length > NAMED && h("li", { class: "hint" }, `and ${found.length - NAMED} more`)),
    );
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { range } = this.layout;
    const at = this.selected === null ? (range.from + range.to) / 2 : this.state.report.start[this.selected];
    const act = event.shiftKey ? this.#panKeys()[event.key] : undefined;
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => range.zoom(CLOSER, at),
      "=": () => range.zoom(CLOSER, at),
      "-": () => range.zoom(1 / CLOSER, at),
      0: () => range.set(0, range.limit),
      ArrowRight: () => this.#step(1),
      ArrowLeft: () => this.#step(-1),
      ArrowDown: () => this.#change(1),
      ArrowUp: () => this.#change(-1),
      Enter: () => this.selected !== null && this.state.go({ test: this.selected }),
    };
    const chosen = act ?? (Object.hasOwn(keys, event.key) ? keys[event.key] : undefined);
    if (chosen === undefined) return;
    event.preventDefault();
    chosen();
    this.redraw();
  }

  /** @returns {Record<string, () => void>} */
  #panKeys() {
    const { range, laneHeight } = this.layout;
    return {
      ArrowRight: () => range.pan(range.length * STEP),
      ArrowLeft: () => range.pan(-range.length * STEP),
      ArrowDown: () => this.layout.scroll(laneHeight * 4),
      ArrowUp: () => this.layout.scroll(-laneHeight * 4),
    };
  }

  /** To the next test in the lane.  @param {number} by */
  #step(by) {
    const found = this.selected === null ? undefined : this.layout.place(this.selected);
    if (found === undefined) return this.#select(this.layout.lanes[0].lane.tests[0]);
    const { tests } = this.layout.lanes[found.lane].lane;
    return this.#select(tests[Math.max(0, Math.min(found.place + by, tests.length - 1))]);
  }

  /** To the test at the same time in the next lane.  @param {number} by */
  #change(by) {
    const found = this.selected === null ? undefined : this.layout.place(this.selected);
    if (this.selected === null || found === undefined) return this.#step(1);
    const lane = Math.max(0, Math.min(found.lane + by, this.layout.lanes.length - 1));
    const { tests, end } = this.layout.lanes[lane].lane;
    const time = this.state.report.start[this.selected];
    const place = end.findIndex((one) => one > time);
    return this.#select(tests[place < 0 ? tests.length - 1 : place]);
  }

  /** @param {number} test */
  #select(test) {
    const { report } = this.state;
    const found = this.layout.place(test);
    this.selected = test;
    if (found !== undefined) this.layout.show(found.lane);
    this.layout.range.include(report.start[test], report.start[test] + report.duration[test]);
    const result = RESULTS[report.result[test]].name;
    this.now.setAttribute("aria-live", "polite");
    this.now.replaceChildren(
      h("p", null, h("strong", null, plain(result)), ` in ${duration(report.duration[test])}, ${duration(report.start[test])} into the run `),
      h("p", null, testLink(this.state, test)),
    );
  }
}

/**
 * Makes a canvas as fine as the screen.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function sized(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  // Setting it to what it is would clear it as well; the frame that follows draws it anew.
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
