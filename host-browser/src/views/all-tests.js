/** All tests: a table that scrolls however many there are, and sorts by any column. */

import { RESULTS } from "../facts/result.js";
import { clipped, h, plain } from "../page/element.js";
import { count, counted, duration } from "../page/format.js";
import { PRINTED, VirtualRows } from "../page/virtual-rows.js";

/** @typedef {import("../page/state.js").State} State */

const ROW_HEIGHT = 30;

/** More of a text is not seen in a cell. */
const CELL_LENGTH = 200;

/**
 * @typedef {object} Column
 * @property {string} name  as in the address
 * @property {string} title
 * @property {string} [kind]  its class
 * @property {(state: State) => boolean} [isThere]
 * @property {(state: State, test: number) => string} text
 */

/** @type {Column[]} */
const COLUMNS = [
  { name: "result", title: "Result", kind: "result", text: ({ report }, test) => RESULTS[report.result[test]].mark },
  { name: "test", title: "Test", kind: "test", text: ({ report }, test) => report.strings[report.name[test]] },
  { name: "file", title: "File", kind: "file", text: ({ report }, test) => report.location(test) },
  { name: "duration", title: "Time", kind: "number", text: ({ report }, test) => duration(report.duration[test]) },
  { name: "start", title: "Began at", kind: "number wide", text: ({ report }, test) => duration(report.start[test]) },
  {
    name: "job",
    title: "Job",
    kind: "short",
    isThere: ({ report }) => report.runs.length > 1,
    text: ({ report }, test) => report.runs[report.run[test]].name,
  },
  {
    name: "worker",
    title: "Worker",
    kind: "short wide",
    isThere: ({ report }) => report.worker.some((worker) => worker > 0),
    text: ({ report }, test) => report.strings[report.worker[test]],
  },
  {
    name: "attempt",
    title: "Attempt",
    kind: "number wide",
    isThere: ({ attempts }) => attempts.count.some((many) => many > 1),
    text: ({ attempts }, test) => count(attempts.number[test]),
  },
  {
    name: "spans",
    title: "Spans",
    kind: "number wide",
    isThere: ({ report }) => report.spans.size > 0,
    text: ({ report }, test) => count(report.firstSpan[test + 1] - report.firstSpan[test]),
  },
  {
    name: "tags",
    title: "Tags",
    kind: "tags wide",
    isThere: ({ report }) => report.tagSets.some((set) => set.length > 0),
    text: ({ report }, test) => report.tagsOf(test).map(([key, value]) => `${key}=${value}`).join(" "),
  },
];

/** @param {State} state */
export function allTests(state) {
  const columns = COLUMNS.filter(({ isThere }) => isThere === undefined || isThere(state));
  const table = new TestTable(state, columns);
  return { element: table.element, update: () => table.update(), close: () => table.rows.close() };
}

class TestTable {
  /**
   * @param {State} state
   * @param {Column[]} columns
   */
  constructor(state, columns) {
    this.state = state;
    this.columns = columns;
    /** Which row the keys move. */
    this.active = 0;
    /** @type {Uint32Array} */
    this.shown = new Uint32Array();
    this.heads = columns.map((column) => this.#head(column));
    const head = h("div", { role: "row", class: "grid-row", "aria-rowindex": 1 }, ...this.heads);
    this.rows = new VirtualRows({
      head: h("div", { role: "rowgroup", class: "head" }, head),
      rowHeight: ROW_HEIGHT,
      make: () => this.#make(),
      fill: (row, index) => this.#fill(row, index),
    });
    this.says = h("p", { class: "table-says", role: "status" });
    this.grid = this.rows.element;
    for (const [name, value] of Object.entries({
      role: "grid",
      tabindex: "0",
      "aria-label": "All tests",
      "aria-colcount": String(columns.length),
      "aria-describedby": "grid-keys",
    })) {
      this.grid.setAttribute(name, value);
    }
    this.grid.addEventListener("keydown", (event) => this.#key(event));
    const keys = "The arrow keys move, Enter opens a test, and a column’s title sorts by it.";
    this.element = h(
      "div",
      { class: "all-tests" },
      h("div", { class: "table-top" }, this.says, h("p", { id: "grid-keys", class: "hint keys" }, keys)),
      this.grid,
      h("p", { class: "on-paper" }, `On paper are the first ${PRINTED}.`),
    );
    this.update();
  }

  update() {
    const { address, report } = this.state;
    this.shown = this.state.ordered(address.sort || "order");
    this.active = Math.min(this.active, Math.max(0, this.shown.length - 1));
    const some = this.state.isFiltered ? `${count(this.shown.length)} of ` : "";
    this.says.textContent = `${some}${counted(report.size, "result")}`;
    this.grid.setAttribute("aria-rowcount", String(this.shown.length + 1));
    this.columns.forEach(({ name }, index) => {
      const sorted = { [name]: "ascending", [`-${name}`]: "descending" }[address.sort] ?? "none";
      this.heads[index].setAttribute("aria-sort", sorted);
    });
    this.rows.resize(this.shown.length);
    this.#mark();
  }

  /** @param {Column} column */
  #head({ name, title, kind = "" }) {
    const sort = () => {
      // What took long is sought more often than what did not.
      const first = ["duration", "spans", "attempt"].includes(name) ? `-${name}` : name;
      const other = first === name ? `-${name}` : name;
      const now = this.state.address.sort;
      this.state.go({ sort: now === first ? other : now === other ? "" : first });
    };
    const button = h("button", { type: "button", onclick: sort }, title);
    return h("div", { role: "columnheader", class: `cell ${kind}` }, button);
  }

  #make() {
    const cells = this.columns.map(({ name, kind = "" }) => {
      const texts = name === "test" ? [h("bdi", { class: "name" }), " ", h("bdi", { class: "scope" })] : [h("bdi")];
      return h("div", { role: "gridcell", class: `cell ${kind}` }, ...texts);
    });
    const row = h("div", { role: "row", class: "grid-row" }, ...cells);
    row.addEventListener("click", () => {
      this.active = Number(row.dataset.index);
      this.#open();
    });
    return row;
  }

  /**
   * @param {HTMLElement} row
   * @param {number} index
   */
  #fill(row, index) {
    const test = this.shown[index];
    const { report } = this.state;
    row.dataset.index = String(index);
    row.id = `row-${index}`;
    row.setAttribute("aria-rowindex", String(index + 2));
    row.classList.toggle("active", index === this.active);
    this.columns.forEach(({ name, text }, place) => {
      const cell = /** @type {HTMLElement} */ (row.children[place]);
      write(cell.firstElementChild, text(this.state, test));
      if (name === "test") write(cell.lastElementChild, within(report, test));
      if (name !== "result") return;
      const result = RESULTS[report.result[test]].name;
      cell.className = `cell result ${result}`;
      cell.setAttribute("aria-label", result);
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.grid) return;
    const page = this.rows.visible;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.shown.length - 1,
    };
    if (event.key === "Enter") this.#open();
    else if (!Object.hasOwn(moves, event.key)) return;
    else this.#move(moves[event.key]);
    event.preventDefault();
  }

  /** @param {number} index */
  #move(index) {
    this.active = Math.max(0, Math.min(index, this.shown.length - 1));
    this.rows.show(this.active);
    this.#mark();
  }

  /** Says which row is the active one. */
  #mark() {
    const row = this.rows.pool.find((one) => !one.hidden && one.dataset.index === String(this.active));
    if (row === undefined) this.grid.removeAttribute("aria-activedescendant");
    else this.grid.setAttribute("aria-activedescendant", row.id);
  }

  #open() {
    if (this.shown.length === 0) return;
    this.rows.draw();
    this.#mark();
    this.state.go({ test: this.shown[this.active] });
  }
}

/**
 * A test's scope, without the file where that has a column of its own.
 *
 * @param {import("../data/report.js").Report} report
 * @param {number} test
 */
function within(report, test) {
  const scope = report.strings[report.scope[test]];
  const file = report.strings[report.file[test]];
  return file !== "" && scope.startsWith(file) ? scope.slice(file.length).replace(/^::/, "") : scope;
}

/**
 * @param {Element | null} element
 * @param {string} text
 */
function write(element, text) {
  const said = plain(clipped(text, CELL_LENGTH));
  if (element !== null && element.textContent !== said) element.textContent = said;
}
