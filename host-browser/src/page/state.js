/** What the page shows of the report: the address, and what follows from it. */

import { Attempts } from "../facts/attempts.js";
import { ordered } from "../facts/order.js";
import { rows } from "../facts/lanes.js";
import { compile, select } from "../filter/filter.js";
import { Texts } from "../filter/texts.js";
import { read, START, write } from "./address.js";

/** @typedef {import("../data/report.js").Report} Report */
/** @typedef {import("./address.js").Address} Address */

export class State {
  /** @param {Report} report */
  constructor(report) {
    this.report = report;
    this.attempts = new Attempts(report);
    this.texts = new Texts(report.strings);
    /** @type {Address} */
    this.address = START;
    /** The tests that the filter lets through, in the report's order. */
    this.tests = ordered(report, this.attempts, "order");
    /** The words of the filter that mean nothing. @type {string[]} */
    this.unknown = [];
    /** @type {import("../filter/filter.js").Predicate | undefined} */
    this.predicate = undefined;
    /** @type {((before: Address) => void)[]} */
    this.listeners = [];
    /** @type {import("../facts/lanes.js").Row[] | undefined} */
    this.madeRows = undefined;
  }

  /** Workers and jobs, as rows of the timeline. */
  get rows() {
    return (this.madeRows ??= rows(this.report));
  }

  /** Whether some tests are left out. */
  get isFiltered() {
    return this.predicate !== undefined;
  }

  /** The tests that the filter lets through, in an order.  @param {string} order */
  ordered(order) {
    return select(ordered(this.report, this.attempts, order), this.predicate);
  }

  /**
   * Calls after each change, with the address that was before it.
   *
   * @param {(before: Address) => void} listener
   */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /** Takes what the browser's address says. */
  follow() {
    const address = read(location.hash);
    const isTest = address.test !== null && address.test < this.report.size;
    this.#set({ ...address, test: isTest ? address.test : null });
  }

  /**
   * Goes somewhere. What is typed or sorted replaces the entry in the browser's history.
   *
   * @param {Partial<Address>} change
   */
  go(change) {
    const isStep = change.view !== undefined || typeof change.test === "number";
    const hash = write({ ...this.address, ...change });
    if (hash === location.hash) return;
    if (isStep) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
    this.#set({ ...this.address, ...change });
  }

  /**
   * The address of somewhere else, for a link.
   *
   * @param {Partial<Address>} change
   */
  href(change) {
    return write({ ...this.address, test: null, ...change });
  }

  /** @param {Address} address */
  #set(address) {
    const before = this.address;
    this.address = address;
    if (before.filter !== address.filter) {
      const compiled = compile(address.filter, this);
      this.predicate = compiled.predicate;
      this.unknown = compiled.unknown;
      this.tests = this.ordered("order");
    }
    for (const listener of this.listeners) listener(before);
  }
}
