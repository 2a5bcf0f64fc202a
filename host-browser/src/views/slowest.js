/** What was slow: tests, files, and the share of fixtures. */

import { files, top, whole } from "../facts/sums.js";
import { bar, clipped, foreign, h } from "../page/element.js";
import { count, counted, duration, share } from "../page/format.js";
import { heading, mark, nothing, paged, phases, testLink, viewLink } from "../page/parts.js";
import { table } from "../page/table.js";

/** @typedef {import("../page/state.js").State} State */

/** How many rows each list shows at a time, and how many tests are among the slowest. */
const ROWS = 20;
const SLOWEST = 100;
const FIXTURES = 10;

/** @param {State} state */
export function slowest(state) {
  const element = h("div", { class: "slowest" });
  const update = () => {
    if (state.tests.length === 0) element.replaceChildren(nothing(state, "No test was run"));
    else element.replaceChildren(fixtures(state), tests(state), byFile(state));
  };
  update();
  return { element, update };
}

/** @param {State} state */
function fixtures(state) {
  const { report } = state;
  const sum = whole(report, state.tests);
  const call = Math.max(0, sum.total - sum.setup - sum.teardown);
  const says = [
    ["setup", sum.setup, "Setup"],
    ["call", call, "Call"],
    ["teardown", sum.teardown, "Teardown"],
  ];
  const legend = says.map(([kind, amount, title]) =>
    h(
      "li",
      null,
      h("span", { class: `swatch ${kind}` }),
      `${title} `,
      h("strong", null, share(Number(amount), sum.total)),
      ` ${duration(Number(amount))}`,
    ),
  );
  const lists = [
    list(state, "Slowest setups", report.setup),
    list(state, "Slowest teardowns", report.teardown),
  ];
  return h(
    "section",
    null,
    heading(
      "Fixtures",
      `took ${share(sum.setup + sum.teardown, sum.total)} of ${duration(sum.total)} in ${counted(sum.count, "test")}.`,
    ),
    bar(phases(sum)),
    h("ul", { class: "legend" }, ...legend),
    h("div", { class: "side-by-side" }, ...lists),
  );
}

/**
 * @param {State} state
 * @param {string} title
 * @param {Float64Array} amount
 */
function list(state, title, amount) {
  const found = top(state.tests, amount, FIXTURES);
  if (found.length === 0) return null;
  const rows = found.map((test) => [testLink(state, test), duration(amount[test])]);
  return h(
    "div",
    null,
    h("h3", null, title),
    table(title, [{ title: "Test" }, { title: "Time", kind: "number" }], rows),
  );
}

/** @param {State} state */
function tests(state) {
  const { report } = state;
  const found = top(state.tests, report.duration, SLOWEST);
  const longest = report.duration[found[0]];
  const sum = whole(report, state.tests);
  const slow = found.reduce((total, test) => total + report.duration[test], 0);
  return h(
    "section",
    null,
    heading(
      "Slowest tests",
      `The ${count(found.length)} slowest took ${share(slow, sum.total)} of the time of all tests.`,
    ),
    paged(found, ROWS, "slowest tests", (some, first) =>
      table(
        "Slowest tests",
        [
          { title: "", kind: "rank" },
          { title: "Test" },
          { title: "Setup, call, teardown", kind: "chart" },
          { title: "Time", kind: "number" },
        ],
        some.map((test, index) => [
          count(first + index + 1),
          h("span", { class: "with-mark" }, mark(report.result[test]), testLink(state, test)),
          bar(phases({ setup: report.setup[test], teardown: report.teardown[test], total: report.duration[test] }), longest),
          duration(report.duration[test]),
        ]),
      ),
    ),
    h("p", { class: "more" }, viewLink(state, { view: "tests", sort: "-duration" }, "All tests, the slowest first")),
  );
}

/** @param {State} state */
function byFile(state) {
  const found = files(state.report, state.tests);
  const longest = found[0].total;
  return h(
    "section",
    null,
    heading("Slowest files", `${counted(found.length, "file")}, by the time of their tests.`),
    paged(found, ROWS, "files", (some) =>
      table(
        "Slowest files",
        [
          { title: "File" },
          { title: "Setup, call, teardown", kind: "chart" },
          { title: "Tests", kind: "number" },
          { title: "Mean", kind: "number wide" },
          { title: "Time", kind: "number" },
        ],
        some.map((file) => [
          file.name === ""
            ? "no file"
            : h(
                "span",
                { class: "path" },
                foreign(clipped(file.name, 200)),
              ),
          bar(phases(file), longest),
          count(file.count),
          duration(file.total / file.count),
          duration(file.total),
        ]),
      ),
    ),
  );
}
