/** How to run a test again, and where its source is. */

/** @typedef {import("../data/report.js").Report} Report */

/** What a shell takes as it stands. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * The command that runs a test, or nothing where the runner has none that we know.
 *
 * @param {Report} report
 * @param {number} test
 */
export function command(report, test) {
  const { runner, run_env: environment } = report.runs[report.run[test]].columns;
  if ((runner?.name ?? environment.test_runner) !== "pytest") return undefined;
  const id = report.identity(test);
  return `pytest ${PLAIN.test(id) ? id : `'${id.replaceAll("'", `'"'"'`)}'`}`;
}

/**
 * Where CI systems show a file, by the address of a build.
 *
 * @type {[RegExp, (repository: string, commit: string, path: string, line: number) => string][]}
 */
const REPOSITORIES = [
  [
    /^(https:\/\/[^/]+\/[^/]+\/[^/]+)\/actions\/runs\//,
    (repository, commit, path, line) => `${repository}/blob/${commit}/${path}#L${line}`,
  ],
  [
    /^(https:\/\/.+?)\/-\/(?:pipelines|jobs)\//,
    (repository, commit, path, line) => `${repository}/-/blob/${commit}/${path}#L${line}`,
  ],
  [
    /^(https:\/\/bitbucket\.org\/[^/]+\/[^/]+)\//,
    (repository, commit, path, line) => `${repository}/src/${commit}/${path}#lines-${line}`,
  ],
];

/**
 * A file's path from the top of the repository. Results of an earlier run have it already.
 *
 * @param {string} file
 * @param {string | null} prefix
 */
function inRepository(file, prefix) {
  const top = (prefix ?? "").replace(/\/+$/, "");
  return top === "" || file.startsWith(`${top}/`) ? file : `${top}/${file.replace(/^\/+/, "")}`;
}

/**
 * A link to a test's line, or nothing where nobody said where the repository is.
 *
 * @param {Report} report
 * @param {number} test
 */
export function source(report, test) {
  const { run_env: environment, location_prefix: prefix } = report.runs[report.run[test]].columns;
  const file = report.strings[report.file[test]];
  const { url = "", commit_sha: commit = "" } = environment;
  if (file === "" || !/^[0-9a-f]{7,64}$/i.test(commit)) return undefined;
  // Half of a surrogate pair has no encoding.
  const path = inRepository(file, prefix).toWellFormed().split("/").map(encodeURIComponent).join("/");
  for (const [pattern, address] of REPOSITORIES) {
    const repository = pattern.exec(url)?.[1];
    if (repository !== undefined) return address(repository, commit, path, report.line[test] || 1);
  }
  return undefined;
}
