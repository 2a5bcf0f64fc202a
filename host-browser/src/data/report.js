/** All tests of all runs, as columns of one table: what every view reads, and none changes. */

import { RESULT_OF_LETTER } from "../facts/result.js";
import { SECTION_OF_LETTER } from "../facts/section.js";
import { FailureTexts } from "./failure-texts.js";
import { Strings } from "./strings.js";

/** @typedef {import("./columns.js").Columns} Columns */
/** @typedef {import("./source.js").Source} Source */

/**
 * What is known of a run beside its tests.
 *
 * @typedef {object} Run
 * @property {string} name  the job's
 * @property {Columns} columns  without `strings`, `tests` and `spans`, which are in the table
 * @property {number} offset  µs from the report's time 0 to the run's
 * @property {number} first  its first test
 */

/** The spans of all tests; a test's begin at `firstSpan`. */
export class Spans {
  /** @param {number} size */
  constructor(size) {
    this.size = size;
    this.section = new Uint8Array(size);
    /** µs since its test's start, or -1. */
    this.start = new Float64Array(size);
    this.duration = new Float64Array(size);
    /** The parent: so many places before, or the test by 0. */
    this.up = new Uint32Array(size);
    this.detail = new Uint32Array(size);
    this.test = new Uint32Array(size);
  }
}

export class Report {
  /** @param {{ source: Source, columns: Columns }[]} read */
  constructor(read) {
    const size = sum(read, ({ columns }) => columns.tests.result.length);
    this.size = size;
    this.run = new Uint16Array(size);
    this.number = new Float64Array(size);
    this.scope = new Uint32Array(size);
    this.name = new Uint32Array(size);
    this.file = new Uint32Array(size);
    this.line = new Uint32Array(size);
    /** µs since the report's time 0. */
    this.start = new Float64Array(size);
    /** µs, as are those of its phases. */
    this.duration = new Float64Array(size);
    this.setup = new Float64Array(size);
    this.teardown = new Float64Array(size);
    this.result = new Uint8Array(size);
    this.worker = new Uint32Array(size);
    this.tags = new Uint32Array(size);
    this.reason = new Uint32Array(size);
    this.firstSpan = new Uint32Array(size + 1);
    this.spans = new Spans(sum(read, ({ columns }) => columns.spans.section.length));
    /** Keys and values in turn, as indices of texts. @type {Uint32Array[]} */
    this.tagSets = [];

    const starts = read.map(({ columns }) => columns.started_at ?? Infinity);
    /** The time 0, in ms since the epoch, where it is known. */
    this.startedAt = Math.min(...starts);
    /** @type {Run[]} */
    this.runs = [];
    const texts = new Strings();
    let test = 0;
    let span = 0;
    for (const { source, columns } of read) {
      const ids = texts.add(columns.strings);
      const wait = columns.started_at === null ? 0 : columns.started_at - this.startedAt;
      const run = { name: source.name, columns, offset: wait * 1000, first: test };
      this.#addTests(run, ids, span);
      this.#addSpans(columns.spans, ids, span);
      test += columns.tests.result.length;
      span += columns.spans.section.length;
      this.runs.push({ ...run, columns: { ...columns, strings: [], ...EMPTY } });
    }
    this.strings = texts.all;
    this.firstSpan[size] = span;
    for (let i = 0; i < size; i++) this.spans.test.fill(i, this.firstSpan[i], this.firstSpan[i + 1]);
    this.end = Math.max(0, ...this.runs.map((run) => run.offset + run.columns.duration));
    for (let i = 0; i < size; i++) this.end = Math.max(this.end, this.start[i] + this.duration[i]);
    this.failureTexts = new FailureTexts(
      read.map(({ source, columns }, index) => ({
        blocks: source.details,
        ends: columns.details,
        first: this.runs[index].first,
      })),
    );
  }

  /**
   * @param {Run} run
   * @param {Uint32Array} ids
   * @param {number} firstSpan
   */
  #addTests(run, ids, firstSpan) {
    const { tests, tag_sets: tagSets } = run.columns;
    const firstTags = this.tagSets.length;
    for (const set of tagSets) this.tagSets.push(Uint32Array.from(set, (id) => ids[id]));
    const index = this.runs.length;
    const size = tests.result.length;
    let number = 0;
    let start = run.offset;
    let span = firstSpan;
    for (let i = 0, to = run.first; i < size; i++, to++) {
      this.run[to] = index;
      this.number[to] = number += tests.number[i];
      this.scope[to] = ids[tests.scope[i]];
      this.name[to] = ids[tests.name[i]];
      this.file[to] = ids[tests.file[i]];
      this.line[to] = tests.line[i];
      this.start[to] = start += tests.start[i];
      this.duration[to] = tests.duration[i];
      this.setup[to] = tests.setup[i];
      this.teardown[to] = tests.teardown[i];
      this.result[to] = RESULT_OF_LETTER[tests.result.charCodeAt(i)];
      this.worker[to] = ids[tests.worker[i]];
      this.tags[to] = firstTags + tests.tags[i];
      this.reason[to] = ids[tests.reason[i]];
      this.firstSpan[to] = span;
      span += tests.spans[i];
    }
  }

  /**
   * @param {Columns["spans"]} columns
   * @param {Uint32Array} ids
   * @param {number} first
   */
  #addSpans(columns, ids, first) {
    for (let i = 0, to = first; i < columns.section.length; i++, to++) {
      this.spans.section[to] = SECTION_OF_LETTER[columns.section.charCodeAt(i)];
      this.spans.start[to] = columns.start[i];
      this.spans.duration[to] = columns.duration[i];
      this.spans.up[to] = columns.up[i];
      this.spans.detail[to] = ids[columns.detail[i]];
    }
  }

  /**
   * A test's name, as pytest would name it: scope and name.
   *
   * @param {number} test
   */
  identity(test) {
    const scope = this.strings[this.scope[test]];
    const name = this.strings[this.name[test]];
    return scope === "" ? name : `${scope}::${name}`;
  }

  /**
   * A test's tags, as keys and values.
   *
   * @param {number} test
   * @returns {[string, string][]}
   */
  tagsOf(test) {
    const set = this.tagSets[this.tags[test]];
    /** @type {[string, string][]} */
    const tags = [];
    for (let i = 0; i < set.length; i += 2) {
      tags.push([this.strings[set[i]], this.strings[set[i + 1]]]);
    }
    return tags;
  }

  /**
   * Where a test is, as `file:line`.
   *
   * @param {number} test
   */
  location(test) {
    const file = this.strings[this.file[test]];
    return file !== "" && this.line[test] > 0 ? `${file}:${this.line[test]}` : file;
  }
}

/** What a run's columns are without what the table has taken. */
const EMPTY = {
  tests: /** @type {any} */ (undefined),
  spans: /** @type {any} */ (undefined),
};

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} amount
 */
function sum(items, amount) {
  return items.reduce((total, item) => total + amount(item), 0);
}
