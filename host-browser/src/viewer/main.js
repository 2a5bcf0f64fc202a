/** The viewer: the page without data, which shows the files that are dropped onto it. */

import { read } from "../data/read.js";
import { show } from "../page/app.js";
import { h } from "../page/element.js";
import { counted } from "../page/format.js";
import { startTheme } from "../page/theme.js";
import { fold } from "./fold.js";

/** @param {HTMLElement} root */
function start(root) {
  startTheme();
  const input = h("input", {
    type: "file",
    id: "files",
    multiple: true,
    accept: ".ndjson,.json",
    onchange: () => {
      const files = Array.from(input.files ?? []);
      // The same file, chosen again, may have grown.
      input.value = "";
      void open(files);
    },
  });
  const says = h("p", { class: "hint", role: "status" }, "They stay on this machine: the page has no way to send them.");
  const door = h(
    "header",
    { class: "door" },
    h("h1", null, "Drop a test run here"),
    h("p", null, "Journals (events.ndjson), or results that --json wrote; those of several jobs at once become one page."),
    h("label", { for: "files" }, "Choose files"),
    input,
    says,
  );
  const report = h("div", { class: "report" });
  let close = () => {};
  root.replaceChildren(door, report);

  /** @param {File[]} files */
  async function open(files) {
    if (files.length === 0) return;
    says.textContent = `Reading ${counted(files.length, "file")} …`;
    try {
      const folded = await fold(files);
      const { report: found, problems } = await read(folded.sources);
      close();
      close = show(report, found, [...folded.problems, ...problems]);
      root.classList.add("open");
      says.textContent = files.map(({ name }) => name).join(", ");
    } catch (error) {
      says.textContent = `They cannot be read: ${/** @type {Error} */ (error).message}`;
    }
    root.dataset.opened = String(Number(root.dataset.opened ?? 0) + 1);
  }

  addEventListener("dragover", (event) => {
    event.preventDefault();
    root.classList.add("over");
  });
  addEventListener("dragleave", () => root.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("over");
    void open(Array.from(event.dataTransfer?.files ?? []));
  });
  root.dataset.ready = performance.now().toFixed(1);
}

const page = document.getElementById("page");
if (page !== null) start(page);
