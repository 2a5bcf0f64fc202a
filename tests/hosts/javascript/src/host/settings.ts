/** What the user has set, in the variables that all hosts read. */

import { fields } from "./fields.js";

/** Where Test Engine takes uploads, unless a variable says where
 * (https://buildkite.com/docs/test-engine/test-collection/importing-json). */
const API_URL = "https://analytics-api.buildkite.com/v1";

const PREFIX = "BUILDKITE_ANALYTICS_";

/** Variables by name, as `process.env` has them. */
export type Environment = Record<string, string | undefined>;

/** What the user has set. */
export interface Settings {
  /** `false` where nothing is to be done. */
  enabled: boolean;
  /** The suite's token; without one nothing is uploaded. */
  token: string | undefined;
  /** The base of the API, without a slash at its end; undefined where it cannot be read. */
  apiUrl: string | undefined;
  /** Whether a token may go over plain http to another host. */
  allowHttp: boolean;
  /** How many results go into one upload, from 1 to 5,000. */
  uploadBatchSize: number;
  /** How many milliseconds the end of a run waits for its uploads, tries included. */
  uploadTimeout: number;
  /** The file that the events are written to, and kept in. */
  journal: string | undefined;
  /** The file that the results are written to, as a JSON array. */
  json: string | undefined;
  /** The `settings` of the `run-started` event: what is the component's to use. */
  fields: Record<string, string | boolean>;
  /** What was set and could not be read, a sentence each. No value is quoted. */
  complaints: string[];
}

/** Reads the variables. What is empty counts as not set. */
export function settingsOf(environ: Environment = process.env): Settings {
  const complaints: string[] = [];
  const text = (name: string) => environ[name]?.trim() || undefined;

  function read<T>(name: string, parse: (text: string) => T | undefined, otherwise: T, wanted: string): T {
    const set = text(name);
    const value = set === undefined ? otherwise : parse(set);
    if (value !== undefined) return value;
    complaints.push(`${name} must be ${wanted}; ${otherwise} is used`);
    return otherwise;
  }

  const yesOrNo = (name: string, otherwise: boolean) =>
    read(name, asSwitch, otherwise, "1, true, yes or on, or 0, false, no or off");
  const number = (name: string, otherwise: number, least: number, most: number) =>
    read(
      name,
      (set) => (Number(set) >= least && Number(set) <= most ? Number(set) : undefined),
      otherwise,
      `a number from ${least} to ${most}`,
    );

  const url = ["API_URL", "BASE_URL", "ENDPOINT"].map((name) => PREFIX + name).find(text);
  const apiUrl = url === undefined ? API_URL : baseUrl(text(url) ?? "");
  // Whoever wants another place than the usual one may not want that.
  if (apiUrl === undefined) complaints.push(`${url} must be a URL without ? and #; nothing is uploaded`);
  const chosen = fields.flatMap(({ variable, field, isSwitch }): [string, string | boolean][] => {
    const set = environ[variable];
    if (!set) return [];
    return [[field, isSwitch ? yesOrNo(variable, false) : set]];
  });
  return {
    enabled: yesOrNo(`${PREFIX}ENABLED`, true),
    token: text(`${PREFIX}TOKEN`),
    apiUrl,
    allowHttp: yesOrNo(`${PREFIX}ALLOW_HTTP`, false),
    uploadBatchSize: Math.floor(number(`${PREFIX}UPLOAD_BATCH_SIZE`, 500, 1, 5_000)),
    uploadTimeout: number(`${PREFIX}UPLOAD_TIMEOUT`, 60, 0.1, 86_400) * 1_000,
    journal: text(`${PREFIX}JOURNAL`) ?? text("BUILDKITE_TEST_COLLECTOR_EVENTS"),
    json: text(`${PREFIX}JSON`),
    fields: Object.fromEntries(chosen.filter(([, value]) => value !== false)),
    complaints,
  };
}

function asSwitch(text: string): boolean | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  return /^(0|false|no|off)$/i.test(text) ? false : undefined;
}

/** Other collectors' variables hold the whole URL of uploads. */
function baseUrl(text: string): string | undefined {
  const isPlain = /^https?:\/\/[^\s?#@]+$/i.test(text) && URL.canParse(text);
  if (!isPlain) return undefined;
  return text.replace(/\/+$/, "").replace(/\/uploads$/, "").replace(/\/+$/, "");
}
