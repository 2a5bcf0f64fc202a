/** Reads what the page carries, and shows it. */

import { read } from "./data/read.js";
import { sources } from "./data/source.js";
import { show } from "./page/app.js";
import { startTheme } from "./page/theme.js";

/** @param {HTMLElement} root */
async function start(root) {
  startTheme();
  const { report, problems } = await read(sources(document));
  show(root, report, problems);
  // The tests read when it was ready.
  root.dataset.ready = performance.now().toFixed(1);
}

const page = document.getElementById("page");
if (page !== null) void start(page);
