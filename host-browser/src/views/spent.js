/** Where the time went: what spans say, summed over the whole run. */

import { SECTIONS } from "../facts/section.js";
import { sectionTotals, spanCosts } from "../facts/span-costs.js";
import { whole } from "../facts/sums.js";
import { bar, clipped, foreign, h } from "../page/element.js";
import { count, counted, duration, share } from "../page/format.js";
import { heading, nothing, paged, testLink } from "../page/parts.js";
import { table } from "../page/table.js";

/** @typedef {import("../page/state.js").State} State */
/** @typedef {import("../facts/span-costs.js").By} By */

const ROWS = 40;

/** What is summed by, in the order of the buttons. @type {[By, string][]} */
const WAYS = [
  ["unit", "what was called"],
  ["file", "file"],
  ["test", "test"],
];

/** @param {State} state */
export function spent(state) {
  const element = h("div", { class: "spent" });
  const update = () => element.replaceChildren(...shown(state));
  update();
  return { element, update };
}

/** @param {State} state */
function shown(state) {
  const totals = sectionTotals(state.report, state.tests);
  if (totals.every(({ spans }) => spans === 0)) {
    return [
      nothing(state, "No spans were recorded"),
      h(
        "p",
        { class: "hint" },
        "Spans say where a test’s time went. The fixture ",
        h("code", null, "spans"),
        " records them, and ",
        h("code", null, "pytest --buildkite-auto-spans=on"),
        " does it for requests, statements and sleeps.",
      ),
    ];
  }
  const [section, way] = chosen(state.address.by);
  const { total } = whole(state.report, state.tests);
  return [
    heading("Where the time went", `Shares are of the ${duration(total)} that ${counted(state.tests.length, "test")} took.`),
    sections(state, totals, total, section),
    h(
      "div",
      { class: "choices" },
      "Summed by",
      h(
        "div",
        { role: "group", "aria-label": "Summed by", class: "segments" },
        ...WAYS.map(([name, title]) => choice(state, section, name, name === way, title)),
      ),
    ),
    costs(state, section, way, total),
  ];
}

/**
 * What the address says: `sql-file`.
 *
 * @param {string} by
 * @returns {[number, By]}
 */
function chosen(by) {
  const [name, way] = by.split("-");
  const known = WAYS.find(([one]) => one === way);
  return [SECTIONS.findIndex((section) => section.name === name), known?.[0] ?? "unit"];
}

/**
 * @param {State} state
 * @param {number} section
 * @param {By} way
 * @param {boolean} isChosen
 * @param {string} title
 */
function choice(state, section, way, isChosen, title) {
  const by = `${SECTIONS[section]?.name ?? "all"}-${way}`;
  return h("button", { type: "button", "aria-pressed": String(isChosen), onclick: () => state.go({ by }) }, title);
}

/**
 * A tile for each section, which chooses it.
 *
 * @param {State} state
 * @param {{ total: number, spans: number }[]} totals
 * @param {number} total
 * @param {number} section
 */
function sections(state, totals, total, section) {
  const [, way] = chosen(state.address.by);
  const tiles = SECTIONS.map(({ name, title }, index) => {
    const own = totals[index];
    const by = index === section ? `all-${way}` : `${name}-${way}`;
    return h(
      "button",
      {
        type: "button",
        class: "tile",
        "aria-pressed": String(index === section),
        disabled: own.spans === 0,
        onclick: () => state.go({ by }),
      },
      h("span", { class: "tile-name" }, h("span", { class: `swatch ${name}` }), title),
      h("span", { class: "tile-value" }, own.spans === 0 ? "–" : duration(own.total)),
      h("span", { class: "tile-says" }, own.spans === 0 ? "none" : `${share(own.total, total)} · ${counted(own.spans, "span")}`),
    );
  });
  return h("div", { class: "tiles", role: "group", "aria-label": "Kinds of spans" }, ...tiles);
}

/**
 * @param {State} state
 * @param {number} section
 * @param {By} way
 * @param {number} total
 */
function costs(state, section, way, total) {
  const found = spanCosts(state.report, state.tests, way, section);
  const largest = found[0]?.total ?? 0;
  const title = { unit: SECTIONS[section]?.unit ?? "What was called", file: "File", test: "Test" }[way];
  return paged(found, ROWS, "sums", (some) =>
    table(
      "Where the time went",
      [
        { title },
        { title: "Share", kind: "chart" },
        { title: "Time", kind: "number" },
        { title: "Calls", kind: "number" },
        { title: "Mean", kind: "number wide" },
        { title: "Longest", kind: "number wide" },
        { title: "Longest in", kind: "caller wide" },
      ],
      some.map((cost) => {
        const { name } = SECTIONS[cost.section];
        const part = { kind: name, amount: cost.total, title: share(cost.total, total) };
        return [
          h("span", { class: "path", title: clipped(cost.name, 1000) }, foreign(clipped(cost.name || "no file", 240))),
          bar([part], largest),
          duration(cost.total),
          count(cost.calls),
          duration(cost.total / cost.calls),
          duration(cost.longest),
          testLink(state, cost.test, false),
        ];
      }),
    ),
  );
}
