/** The attempts of each test: its executions in one run, in order. */

import { FAILED, PASSED } from "./result.js";

/** @typedef {import("../data/report.js").Report} Report */

/** Scope and name are one key: a table has less than so many texts. */
const MAX_TEXTS = 2 ** 26;

export class Attempts {
  /** @param {Report} report */
  constructor(report) {
    const size = report.size;
    /** Which attempt this is, from 1. */
    this.number = new Uint16Array(size);
    /** The first attempt of the same test. */
    this.first = new Uint32Array(size);
    /** The one after this, or -1. */
    this.next = new Int32Array(size).fill(-1);
    /** How many there are, at the first. */
    this.count = new Uint16Array(size);
    /** 1 where a test both failed and passed, at each of its attempts. */
    this.flaky = new Uint8Array(size);
    /** The last attempt of each test, by which it counts. @type {number[]} */
    this.last = [];
    this.#link(report);
    this.#judge(report);
  }

  /** @param {Report} report */
  #link(report) {
    /** @type {Map<number, number>} */
    const latest = new Map();
    let run = 0;
    for (let test = 0; test < report.size; test++) {
      if (report.run[test] !== run) {
        run = report.run[test];
        for (const ended of latest.values()) this.last.push(ended);
        latest.clear();
      }
      const key = report.scope[test] * MAX_TEXTS + report.name[test];
      const before = latest.get(key);
      latest.set(key, test);
      this.first[test] = before === undefined ? test : this.first[before];
      if (before !== undefined) this.next[before] = test;
      this.number[test] = ++this.count[this.first[test]];
    }
    for (const ended of latest.values()) this.last.push(ended);
  }

  /** @param {Report} report */
  #judge(report) {
    /** The tests that are flaky, as their first attempts. @type {number[]} */
    this.flakyTests = [];
    for (let test = 0; test < report.size; test++) {
      if (this.number[test] !== 1 || this.count[test] === 1) continue;
      const all = this.of(test);
      const results = new Set(all.map((attempt) => report.result[attempt]));
      if (!results.has(FAILED) || !results.has(PASSED)) continue;
      this.flakyTests.push(test);
      for (const attempt of all) this.flaky[attempt] = 1;
    }
  }

  /**
   * All attempts of a test.
   *
   * @param {number} test
   */
  of(test) {
    const all = [];
    for (let attempt = this.first[test]; attempt >= 0; attempt = this.next[attempt]) {
      all.push(attempt);
    }
    return all;
  }
}
