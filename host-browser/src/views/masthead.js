/** The top: what ran, how it ended, in a sentence, in numbers and in one bar. */

import { FAILED, RESULTS, SKIPPED, UNKNOWN } from "../facts/result.js";
import { bar, clipped, foreign, h, link } from "../page/element.js";
import { count, counted, duration, when } from "../page/format.js";
import { follow } from "../page/parts.js";

/** @typedef {import("../page/state.js").State} State */
/** @typedef {import("../data/columns.js").Columns} Columns */

/** How many jobs and notices are named. */
const MAX_JOBS = 60;
const MAX_NOTICES = 20;

/**
 * @param {State} state
 * @param {string[]} problems  what could not be read
 */
export function masthead(state, problems) {
  const headline = verdict(state);
  document.title = `${headline.mark} ${headline.text}`;
  return h(
    "header",
    { class: `masthead ${headline.kind}` },
    origin(state),
    h("h1", null, headline.text),
    facts(state),
    results(state),
    jobs(state),
    notices(state, problems),
  );
}

/** @param {State} state */
function verdict({ report, attempts }) {
  const broken = report.runs.filter(({ columns }) => columns.aborted !== null).length;
  const counts = RESULTS.map(() => 0);
  for (const test of attempts.last) counts[report.result[test]] += 1;
  const total = attempts.last.length;
  const bad = counts[FAILED];
  const lost = counts[UNKNOWN];
  if (bad > 0) {
    const text = total === 1 ? "The test failed" : `${count(bad)} of ${counted(total, "test")} failed`;
    return { kind: "failed", mark: "✕", text: lost > 0 ? `${text}, ${count(lost)} did not end` : text };
  }
  if (lost > 0) return { kind: "failed", mark: "✕", text: `${count(lost)} of ${counted(total, "test")} did not end` };
  if (broken > 0) return { kind: "failed", mark: "✕", text: "The run broke off" };
  if (total === 0) return { kind: "none", mark: "○", text: "No test was run" };
  const failed = report.runs.some(({ columns }) => (columns.status ?? 0) > 0);
  if (failed) return { kind: "failed", mark: "✕", text: "No test failed, but the run did" };
  const skipped = counts[SKIPPED];
  const all = total === 1 ? "The test" : `All ${counted(total, "test")}`;
  const passed = skipped > 0 ? counted(total - skipped, "test") : all;
  const flaky = attempts.flakyTests.length;
  const further = [skipped > 0 && `${count(skipped)} skipped`, flaky > 0 && `${count(flaky)} flaky`];
  const text = [`${passed} passed`, ...further.filter(Boolean)].join(", ");
  return { kind: "passed", mark: "✓", text };
}

/**
 * Branch, commit and message, which all jobs of a build share.
 *
 * @param {State} state
 */
function origin({ report }) {
  const environment = report.runs[0]?.columns.run_env ?? {};
  const { url, number, branch, commit_sha: commit, message } = environment;
  const build = number === undefined ? "Build" : `Build ${number}`;
  const parts = [
    url !== undefined && link(url, build),
    branch !== undefined && h("span", { class: "branch" }, foreign(clipped(branch, 120))),
    commit !== undefined && h("code", null, foreign(commit.slice(0, 10), { title: commit })),
    message !== undefined && h("span", { class: "message", title: clipped(message, 2000) }, foreign(clipped(message.split("\n")[0], 200))),
  ].filter(Boolean);
  return h("p", { class: "origin" }, ...(parts.length > 0 ? parts : ["Test report"]));
}

/** @param {State} state */
function facts(state) {
  const { report } = state;
  const first = report.runs[0]?.columns;
  const tool = (/** @type {Columns["runner"] | undefined} */ one) => one && [one.name, one.version].filter(Boolean).join(" ");
  const language = tool(first?.language);
  const workers = state.rows.length;
  const known = [
    Number.isFinite(report.startedAt) && when(report.startedAt),
    `took ${duration(report.end)}`,
    report.runs.length > 1 && counted(report.runs.length, "job"),
    workers > 1 && counted(workers, "worker"),
    tool(first?.runner),
    language,
    report.runs.length === 1 && typeof first?.status === "number" && `exit status ${first.status}`,
  ].filter((fact) => typeof fact === "string" && fact !== "");
  return h("ul", { class: "facts" }, ...known.map((fact) => h("li", null, foreign(String(fact)))));
}

/** @param {State} state */
function results(state) {
  const { report, attempts } = state;
  const counts = RESULTS.map(() => 0);
  for (const result of report.result) counts[result] += 1;
  const parts = RESULTS.map(({ name }, index) => ({
    kind: name,
    amount: counts[index],
    title: `${count(counts[index])} ${name}`,
  }));
  const chips = RESULTS.map(({ name, mark }, index) => chip(state, `result:${name}`, name, mark, counts[index]));
  const flaky = attempts.flakyTests.length;
  return h(
    "div",
    { class: "results" },
    bar(parts),
    h(
      "ul",
      { class: "chips" },
      ...chips,
      flaky > 0 && chip(state, "is:flaky", "flaky", "⇄", flaky),
      report.size > attempts.last.length &&
        h("li", { class: "hint" }, `${counted(report.size, "result")} of ${counted(attempts.last.length, "test")}: some were run again`),
    ),
  );
}

/**
 * A number that filters by what it counts.
 *
 * @param {State} state
 * @param {string} filter
 * @param {string} name
 * @param {string} mark
 * @param {number} number
 */
function chip(state, filter, name, mark, number) {
  if (number === 0) return null;
  const change = { view: name === "flaky" ? "flaky" : "tests", filter: name === "flaky" ? "" : filter };
  return h(
    "li",
    null,
    h(
      "a",
      {
        class: `chip ${name}`,
        href: state.href(change),
        onclick: (/** @type {MouseEvent} */ event) => follow(event, () => state.go(change)),
      },
      h("span", { class: `mark ${name}`, "aria-hidden": "true" }, mark),
      h("strong", null, count(number)),
      ` ${name}`,
    ),
  );
}

/** @param {State} state */
function jobs(state) {
  const { report } = state;
  if (report.runs.length < 2) return null;
  const failures = report.runs.map(() => 0);
  const sizes = report.runs.map(() => 0);
  for (let test = 0; test < report.size; test++) {
    sizes[report.run[test]] += 1;
    if (report.result[test] === FAILED) failures[report.run[test]] += 1;
  }
  const rows = report.runs.slice(0, MAX_JOBS).map(({ name, columns }, run) => {
    const change = { view: "tests", filter: `job:"${name.replaceAll('"', "")}"` };
    const onclick = (/** @type {MouseEvent} */ event) => follow(event, () => state.go(change));
    return h(
      "li",
      null,
      h("a", { href: state.href(change), onclick }, foreign(clipped(name || `job ${run + 1}`, 120))),
      h("span", { class: "fact" }, counted(sizes[run], "result")),
      h("span", { class: failures[run] > 0 ? "fact bad" : "fact" }, `${count(failures[run])} failed`),
      h("span", { class: "fact" }, duration(columns.duration)),
    );
  });
  const more = report.runs.length - rows.length;
  return h(
    "details",
    { class: "jobs" },
    h("summary", null, counted(report.runs.length, "job")),
    h("ul", null, ...rows, more > 0 && h("li", { class: "hint" }, `and ${counted(more, "job")} more`)),
  );
}

/**
 * What went wrong, and what was left out.
 *
 * @param {State} state
 * @param {string[]} problems
 */
function notices({ report }, problems) {
  const found = [...problems];
  for (const { name, columns } of report.runs) {
    const job = report.runs.length > 1 && name !== "" ? `${name}: ` : "";
    if (columns.aborted !== null) found.push(`${job}The run broke off: ${columns.aborted}`);
    if (columns.cut.failures > 0) {
      const texts = counted(columns.cut.failures, "failure text");
      found.push(`${job}There was no room for ${texts}: of those, only the first line is here.`);
    }
    found.push(...columns.problems.map((problem) => `${job}${problem}`));
  }
  if (found.length === 0) return null;
  const more = found.length - MAX_NOTICES;
  return h(
    "ul",
    { class: "notices", "aria-label": "Notices" },
    ...found.slice(0, MAX_NOTICES).map((notice) => h("li", null, foreign(clipped(notice, 400)))),
    more > 0 && h("li", null, `and ${counted(more, "notice")} more`),
  );
}
