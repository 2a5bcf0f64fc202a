/** The bar that stays in sight: the views, the filter, the theme, the help. */

import { h } from "../page/element.js";
import { count } from "../page/format.js";
import { follow } from "../page/parts.js";
import { nextTheme, theme } from "../page/theme.js";

/** @typedef {import("../page/state.js").State} State */

/** @typedef {{ name: string, title: string, count?: number }} Tab */

export class Controls {
  /**
   * @param {State} state
   * @param {Tab[]} tabs
   * @param {() => void} openHelp
   */
  constructor(state, tabs, openHelp) {
    this.state = state;
    this.links = tabs.map((tab) => this.#tab(tab));
    this.nav = h("nav", { "aria-label": "Views" }, ...this.links);
    this.filter = h("input", {
      type: "search",
      id: "filter",
      placeholder: "Filter:  result:failed  file:cart  slow:>1s",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "filter-says",
      oninput: () => state.go({ filter: this.filter.value }),
    });
    this.says = h("span", { id: "filter-says", class: "filter-says", role: "status" });
    this.theme = h("button", { type: "button", class: "quiet", onclick: () => this.switchTheme() });
    this.#nameTheme(theme());
    const helpButton = h("button", { type: "button", class: "quiet", title: "Filter and keys (?)", "aria-label": "Help", onclick: openHelp }, "?");
    this.element = h(
      "div",
      { class: "controls" },
      this.nav,
      h(
        "div",
        { class: "search", role: "search" },
        h("label", { for: "filter", class: "unseen" }, "Filter"),
        this.filter,
        this.says,
        this.theme,
        helpButton,
      ),
    );
  }

  update() {
    const { address, report, tests, unknown, isFiltered } = this.state;
    if (this.filter.value !== address.filter) this.filter.value = address.filter;
    this.filter.classList.toggle("wrong", unknown.length > 0);
    this.says.textContent =
      unknown.length > 0
        ? `${unknown.join(" ")} means nothing`
        : isFiltered
          ? `${count(tests.length)} of ${count(report.size)}`
          : "";
    for (const link of this.links) {
      const name = link.dataset.view ?? "";
      link.href = this.state.href({ view: name, by: "" });
      const isCurrent = name === address.view;
      if (!isCurrent) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "page");
        // Not `scrollIntoView`, which would move where Tab begins.
        this.nav.scrollLeft = link.offsetLeft - this.nav.offsetLeft - this.nav.clientWidth / 3;
      }
    }
  }

  switchTheme() {
    this.#nameTheme(nextTheme());
  }

  /** @param {string} name */
  #nameTheme(name) {
    const sign = { system: "◐", light: "○", dark: "●" }[name] ?? "◐";
    this.theme.textContent = sign;
    this.theme.title = `Colours: ${name} (t)`;
    this.theme.setAttribute("aria-label", `Colours: ${name}`);
  }

  /** @param {Tab} tab */
  #tab({ name, title, count: number }) {
    return h(
      "a",
      {
        href: "#",
        "data-view": name,
        onclick: (/** @type {MouseEvent} */ event) => follow(event, () => this.state.go({ view: name, by: "" })),
      },
      title,
      number !== undefined && number > 0 && h("span", { class: "badge" }, count(number)),
    );
  }
}
