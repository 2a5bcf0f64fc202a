/**
 * Builds the page: `node build.js FOLDER` writes FOLDER/page.html, the page without a run; with the
 * folder of the viewer's module as a second one, FOLDER/viewer.html as well.
 *
 * esbuild bundles the modules and the styles; what is done here is to put them into the template,
 * under a policy that names them by their hashes and lets nothing else run or load.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const SOURCES = fileURLToPath(new URL("src/", import.meta.url));

/** Where runs stand in the page, and where nothing else may say so. */
const RUNS = "<!--runs-->";

/**
 * @param {string} entry
 * @param {import("esbuild").BuildOptions} [options]
 * @returns {Promise<string>}
 */
async function bundle(entry, options) {
  const built = await build({
    absWorkingDir: SOURCES,
    bundle: true,
    charset: "utf8",
    entryPoints: [entry],
    format: "iife",
    legalComments: "none",
    minify: true,
    target: "es2022",
    write: false,
    ...options,
  });
  return built.outputFiles?.[0].text.trimEnd() ?? "";
}

/** @param {string} text */
function hash(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/**
 * @param {string} script
 * @param {string} styles
 * @param {string} content  what is between the page and its script
 * @param {{ scripts: string, trusted: string, more: string[] }} rules
 */
function page(script, styles, content, { scripts, trusted, more }) {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}${scripts}`,
    `style-src ${hash(styles)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    // Nothing can become markup or script, whatever a text holds.
    "require-trusted-types-for 'script'",
    `trusted-types ${trusted}`,
    ...more,
  ].join("; ");
  /** @type {Record<string, string>} */
  const parts = { policy, script, styles, content };
  const template = readFileSync(join(SOURCES, "page.html"), "utf8");
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

/**
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  console.log(`${join(folder, name)}: ${Buffer.byteLength(text)} bytes`);
}

/**
 * The page onto which files are dropped, which folds them in a worker by the module.
 *
 * @param {string} module  the folder with what wasm-bindgen made
 * @param {string} styles
 */
async function viewer(module, styles) {
  const worker = await bundle("viewer/worker.js", {
    alias: { "viewer-module": join(resolve(module), "viewer.js") },
    // There is nothing to load the module from, and nobody asks.
    define: { "import.meta.url": '""' },
  });
  const script = await bundle("viewer/main.js", { define: { WORKER: JSON.stringify(worker) } });
  const bytes = gzipSync(readFileSync(join(module, "viewer_bg.wasm")), { level: 9 });
  const content = `<script type="text/plain" id="module">${bytes.toString("base64")}</script>`;
  return page(script, styles, content, {
    scripts: " 'wasm-unsafe-eval'",
    trusted: "viewer",
    more: ["worker-src blob:"],
  });
}

const [folder, module] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder? node build.js FOLDER [MODULE]");

const [script, styles] = await Promise.all([bundle("main.js"), bundle("styles/page.css")]);
const shell = page(script, styles, RUNS, { scripts: "", trusted: "'none'", more: [] });
if (shell.split(RUNS).length !== 2) throw new Error("the page has not one place for runs");
write("page.html", shell);
if (module !== undefined) write("viewer.html", await viewer(module, styles));
