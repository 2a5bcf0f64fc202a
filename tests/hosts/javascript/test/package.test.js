/** The package as its users see it: what linters say, and what bundlers and TypeScript make of it. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import * as esbuild from "esbuild";
import * as vite from "vite";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NAME = "buildkite-test-collector-component";
const { version, files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const TARBALL = join(ROOT, `${NAME}-${version}.tgz`);
const FOLDER = mkdtempSync(join(tmpdir(), "package-"));

const ENTRY = `
  const run = new (load(module).Run)({ uploads: true });
  run.feed(\`${readFileSync(process.env["COLLECTOR_CASES"] + "/generic/events.ndjson", "utf8").replaceAll("\\", "\\\\")}\`);
  run.finish();
  export const body = run.takeUpload(3).body;
`;

before(() => {
  const installed = join(FOLDER, "node_modules", NAME);
  mkdirSync(installed, { recursive: true });
  for (const name of [...files, "package.json"]) {
    cpSync(join(ROOT, name), join(installed, name), { recursive: true });
  }
  writeFileSync(join(FOLDER, "package.json"), '{"type": "module"}');
});

/** @param {string} program @param {string[]} parameters */
function tool(program, ...parameters) {
  const path = join(ROOT, "node_modules", ".bin", program);
  const { status, stdout, stderr } = spawnSync(path, parameters, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
}

test("publint", () => tool("publint", TARBALL, "--strict"));

// The package has ES modules alone, which Node's `require` takes since 20.19; what is no module of
// JavaScript is not attw's to judge.
test("attw", () =>
  tool(
    "attw",
    TARBALL,
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    "collector.wasm",
    "collector.core.wasm",
    "wit/*",
  ));

test("tsc --strict", () => {
  const source = `
    import { CollectorError, load } from "${NAME}";
    import type { Run, Upload } from "${NAME}";
    import { load as loadInBrowser } from "${NAME}/browser";
    import { Recording, runStarted, settingsOf, upload } from "${NAME}/host";
    import bytes from "${NAME}/collector.core.wasm";
    import Jest from "${NAME}/jest";
    import reporter from "${NAME}/reporter";
    import Vitest from "${NAME}/vitest";

    using run: Run = new (load(bytes).Run)({ uploads: true });
    const next: Upload | undefined = run.takeUpload(5);
    const lines: bigint = loadInBrowser(bytes).Run.prototype.feed("").lines;
    // @ts-expect-error A misspelt output.
    new (load(bytes).Run)({ upload: true });
    export { CollectorError, Jest, Recording, Vitest, lines, next, reporter, runStarted, settingsOf, upload };
  `;
  writeFileSync(join(FOLDER, "types.ts"), source);
  const options = ["--ignoreConfig", "--strict", "--noEmit", "--target", "es2022", "--lib", "esnext,dom"];
  const types = ["--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"];
  for (const [module, resolution] of [["nodenext", "nodenext"], ["esnext", "bundler"]]) {
    const how = ["--module", `${module}`, "--moduleResolution", `${resolution}`];
    tool("tsc", ...options, ...types, ...how, join(FOLDER, "types.ts"));
  }
});

test("types have the docs of the WIT", () => {
  const text = readFileSync(join(ROOT, "dist", "interface.d.ts"), "utf8");
  assert.match(text, /The request's body: JSON, at most 8 MiB of UTF-8\./);
});

test("what a browser loads has nothing of Node's", () => {
  const built = esbuild.buildSync({
    stdin: { contents: `export * from "${NAME}"`, resolveDir: FOLDER },
    bundle: true, format: "esm", platform: "browser", write: false,
  });
  assert.doesNotMatch(built.outputFiles[0]?.text ?? "", /node:|process\./);
});

test("a bundle of esbuild's runs", async () => {
  const out = join(FOLDER, "esbuild.mjs");
  const contents = `
    import { load } from "${NAME}";
    import module from "${NAME}/collector.core.wasm";
    ${ENTRY}`;
  esbuild.buildSync({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true, format: "esm", platform: "browser", outfile: out, target: "es2022",
    loader: { ".wasm": "binary" },
  });
  await check(out);
});

test("a build of Vite's runs", async () => {
  const contents = `
    import { load } from "${NAME}";
    import url from "${NAME}/collector.core.wasm?url";
    export { url };
    const module = globalThis.read(url);
    ${ENTRY}`;
  writeFileSync(join(FOLDER, "entry.js"), contents);
  const out = join(FOLDER, "vite");
  await vite.build({
    root: FOLDER, logLevel: "error", base: "./",
    build: {
      outDir: out, assetsInlineLimit: 0, minify: false, target: "es2022",
      rollupOptions: {
        input: join(FOLDER, "entry.js"),
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "entry.mjs" },
      },
    },
  });
  // A browser would fetch it.
  Object.assign(globalThis, {
    read: () => {
      const name = readdirSync(join(out, "assets")).find((file) => file.endsWith(".wasm"));
      return readFileSync(join(out, "assets", name ?? ""));
    },
  });
  await check(join(out, "entry.mjs"));
});

test("Node's require takes it", () => {
  const script = `console.log(typeof require("${NAME}").load().variables()[0])`;
  const said = execFileSync("node", ["-e", script], { cwd: FOLDER, encoding: "utf8" });
  assert.equal(said.trim(), "string");
});

test("wit/ and package.json can be resolved", () => {
  for (const name of ["wit/collector.wit", "wit/settings.txt", "package.json"]) {
    const url = import.meta.resolve(`${NAME}/${name}`);
    assert.ok(url.endsWith(name));
  }
});

/** @param {string} file */
async function check(file) {
  const { body } = await import(pathToFileURL(file).href);
  const expected = readFileSync(`${process.env["COLLECTOR_CASES"]}/generic/uploads.ndjson`, "utf8");
  assert.equal(body, expected.split("\n")[0]);
}
