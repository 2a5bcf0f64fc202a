/** Uploads to Test Engine: which answers are tried again, with which pauses, and until when. */

import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { Settings } from "./settings.js";

/** How long one request may take, in milliseconds. */
const PATIENCE = 30_000;

/** How often a body is sent again. */
const RETRIES = 5;

/** How long to wait before a body is sent again, in milliseconds: at first, and at most. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 30_000];

/** What a person can do about an answer that stays as it is. */
const ADVICE: Record<number, string> = {
  401: "the token was not accepted; check BUILDKITE_ANALYTICS_TOKEN",
  403: "the upload is not allowed, or the organization has reached the limits of its plan",
  404: "there is no such place, or no such suite; check the API's URL and the token",
  413: "the upload is too large; make BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE less",
};

/** What Test Engine says of an upload that it has accepted. */
export interface Accepted {
  /** Results that it passed over. */
  skipped: number;
  /** Why, in its own words. */
  errors: string[];
  /** The page of the run. */
  runUrl: string | undefined;
}

/** Why a body was not accepted. No text of it quotes the token. */
export class UploadError extends Error {
  override readonly name = "UploadError";
}

/**
 * Sends a body, and sends it again where that may help, until a time of `Date.now()`. Throws an
 * `UploadError` where it was not accepted.
 */
export async function upload(
  body: string,
  settings: Pick<Settings, "token" | "apiUrl" | "allowHttp">,
  until: number,
): Promise<Accepted> {
  const { token, apiUrl, allowHttp } = settings;
  if (!token || !/^[!-~]+$/.test(token)) {
    throw new UploadError(
      "the token has a character that no token has; check BUILDKITE_ANALYTICS_TOKEN",
    );
  }
  if (apiUrl === undefined) throw new UploadError("it is not known where to");
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === "http:" && !allowHttp && !/^(localhost|127\..*|\[::1\])$/.test(hostname)) {
    throw new UploadError(
      `${apiUrl} is no https:// URL: anybody on the way could read the token; ` +
        "BUILDKITE_ANALYTICS_ALLOW_HTTP=1 allows that",
    );
  }
  const compressed = await promisify(gzip)(body);
  for (let tries = 0; ; tries += 1) {
    const attempt = await post(`${apiUrl}/uploads`, token, compressed, until);
    if ("accepted" in attempt) return attempt.accepted;
    const { why, mayPass, after } = attempt;
    const wait = after ?? Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries) * (0.5 + Math.random() / 2);
    if (!mayPass || tries >= RETRIES || Date.now() + wait >= until) {
      const safe = `${apiUrl}/uploads: ${why}`.replaceAll(token, "[token]");
      // An answer may hold anything, and a terminal would take it for codes.
      throw new UploadError(safe.replaceAll(/[^ -~\u00a1-\uffff]+/g, " "));
    }
    await pause(wait);
  }
}

type Attempt =
  | { accepted: Accepted }
  | { why: string; mayPass: boolean; after: number | undefined };

async function post(url: string, token: string, body: Uint8Array, until: number): Promise<Attempt> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: {
        Authorization: `Token token="${token}"`,
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
      },
      body: new Uint8Array(body),
      // A token follows nobody to another place.
      redirect: "manual",
      signal: AbortSignal.timeout(Math.max(1, Math.min(PATIENCE, until - Date.now()))),
    });
    text = await answer.text();
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error && cause.message ? cause.message : message;
    return { why, mayPass: true, after: undefined };
  }
  const said = objectOf(text);
  if (answer.ok && said !== undefined) return { accepted: accepted(said) };
  if (answer.ok) {
    return { why: `${answer.status}, but not by Test Engine`, mayPass: false, after: undefined };
  }
  const { status } = answer;
  const parts = [`${status}`, ADVICE[status] ?? answer.statusText];
  if (typeof said?.["message"] === "string") parts.push(`(${said["message"].slice(0, 200)})`);
  return {
    why: parts.filter(Boolean).join(" "),
    mayPass: [408, 409, 429].includes(status) || status >= 500,
    after: retryAfter(answer.headers),
  };
}

/** How long the server asks to wait, in milliseconds: seconds, or a date. */
function retryAfter(headers: Headers): number | undefined {
  const asked = headers.get("Retry-After") ?? headers.get("RateLimit-Reset");
  if (!asked) return undefined;
  const wait = /^[\d.]+$/.test(asked) ? Number(asked) * 1_000 : Date.parse(asked) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function accepted(said: Record<string, unknown>): Accepted {
  const { skipped, errors, run_url: runUrl } = said;
  return {
    skipped: typeof skipped === "number" ? skipped : 0,
    errors: Array.isArray(errors) ? errors.map((each) => `${each}`) : [],
    runUrl: typeof runUrl === "string" ? runUrl : undefined,
  };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
