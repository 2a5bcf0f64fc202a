/** Which tests a filter lets through. */

import { RESULTS } from "../facts/result.js";
import { SECTIONS } from "../facts/section.js";
import { comparison, parse } from "./parse.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("../facts/attempts.js").Attempts} Attempts */
/** @typedef {import("./texts.js").Texts} Texts */
/** @typedef {{ report: Report, attempts: Attempts, texts: Texts }} Searched */
/** @typedef {(test: number) => boolean} Predicate */

/**
 * @typedef {object} Key
 * @property {string} says  what it is for, in the help
 * @property {string} example
 * @property {(value: string, searched: Searched) => Predicate | undefined} predicate
 */

/** @type {Record<string, Key>} */
export const KEYS = {
  result: {
    says: "the result: passed, failed, skipped or unknown; more than one by commas",
    example: "result:failed",
    predicate(value, { report }) {
      const wanted = RESULTS.map(({ name }) => value.split(",").some((one) => one !== "" && name.startsWith(one)));
      return (test) => wanted[report.result[test]];
    },
  },
  tag: {
    says: "a tag, with its value or whatever its value",
    example: "tag:team=shop",
    predicate(value, { report }) {
      const [key, wanted] = value.split(/=(.*)/s, 2);
      const sets = report.tagSets.map((set) => {
        for (let i = 0; i < set.length; i += 2) {
          const same = report.strings[set[i]] === key;
          if (same && (wanted === undefined || report.strings[set[i + 1]] === wanted)) return true;
        }
        return false;
      });
      return (test) => sets[report.tags[test]];
    },
  },
  file: column("the file's path", "file:cart", (report) => report.file),
  scope: column("the scope: a file and a class", "scope:TestCart", (report) => report.scope),
  name: column("the name", "name:total", (report) => report.name),
  worker: column("who ran it", "worker:gw0", (report) => report.worker),
  reason: column("why it failed or was skipped", "reason:timeout", (report) => report.reason),
  job: {
    says: "the job, where there are several",
    example: "job:linux",
    predicate(value, { report }) {
      const jobs = report.runs.map(({ name }) => name.toLowerCase().includes(value.toLowerCase()));
      return (test) => jobs[report.run[test]];
    },
  },
  slow: time("how long it took", "slow:>1s", (report) => report.duration),
  setup: time("how long its fixtures took before it", "setup:>100ms", (report) => report.setup),
  teardown: time("and after it", "teardown:>100ms", (report) => report.teardown),
  attempts: {
    says: "how often it was run",
    example: "attempts:>1",
    predicate(value, { attempts }) {
      const compare = comparison(value, 1);
      return compare && ((test) => compare(attempts.count[attempts.first[test]]));
    },
  },
  is: {
    says: "flaky: both failed and passed",
    example: "is:flaky",
    predicate(value, { attempts }) {
      return value === "flaky" ? (test) => attempts.flaky[test] === 1 : undefined;
    },
  },
  span: {
    says: "a span of a section: http, sql, sleep or annotation",
    example: "span:sql",
    predicate(value, { report }) {
      const section = SECTIONS.findIndex(({ name }) => name === value);
      if (section < 0) return undefined;
      const has = new Uint8Array(report.size);
      for (let span = 0; span < report.spans.size; span++) {
        if (report.spans.section[span] === section) has[report.spans.test[span]] = 1;
      }
      return (test) => has[test] === 1;
    },
  },
};

/**
 * @param {string} says
 * @param {string} example
 * @param {(report: Report) => Uint32Array} ids
 * @returns {Key}
 */
function column(says, example, ids) {
  return {
    says,
    example,
    predicate(value, { report, texts }) {
      const own = ids(report);
      const holds = texts.holding(value);
      return (test) => holds(own[test]);
    },
  };
}

/**
 * @param {string} says
 * @param {string} example
 * @param {(report: Report) => Float64Array} times
 * @returns {Key}
 */
function time(says, example, times) {
  return {
    says,
    example,
    predicate(value, { report }) {
      const own = times(report);
      const compare = comparison(value, UNITLESS);
      return compare && ((test) => compare(own[test]));
    },
  };
}

/** A time without a unit is in seconds. */
const UNITLESS = 1e6;

/**
 * @param {string} value
 * @param {Searched} searched
 * @returns {Predicate}
 */
function text(value, { report, texts }) {
  const holds = texts.holding(value);
  // `test_cart.py::TestCart::test_total`, as pytest writes it, is in two columns.
  const cut = value.lastIndexOf("::");
  const scope = cut < 0 ? undefined : texts.holding(value.slice(0, cut));
  const name = cut < 0 ? undefined : texts.holding(value.slice(cut + 2));
  return (test) =>
    holds(report.name[test]) ||
    holds(report.scope[test]) ||
    holds(report.file[test]) ||
    (scope !== undefined && name !== undefined && scope(report.scope[test]) && name(report.name[test]));
}

/**
 * What a filter means.
 *
 * @param {string} filter
 * @param {Searched} searched
 * @returns {{ predicate: Predicate | undefined, unknown: string[] }}
 *   no predicate where all tests pass; and the words that mean nothing, which let everything through
 */
export function compile(filter, searched) {
  /** @type {Predicate[]} */
  const predicates = [];
  /** @type {string[]} */
  const unknown = [];
  for (const { not, key, value } of parse(filter, (name) => Object.hasOwn(KEYS, name))) {
    const short = key === "" && /^[<>]/.test(value) ? "slow" : key;
    const made = short === "" ? text(value, searched) : KEYS[short].predicate(value, searched);
    if (made === undefined) unknown.push(key === "" ? value : `${key}:${value}`);
    else predicates.push(not ? (test) => !made(test) : made);
  }
  if (predicates.length === 0) return { predicate: undefined, unknown };
  if (predicates.length === 1) return { predicate: predicates[0], unknown };
  return { predicate: (test) => predicates.every((holds) => holds(test)), unknown };
}

/**
 * The tests that a filter lets through, in the order that they have.
 *
 * @param {Uint32Array} tests
 * @param {Predicate | undefined} predicate
 */
export function select(tests, predicate) {
  return predicate === undefined ? tests : tests.filter(predicate);
}
