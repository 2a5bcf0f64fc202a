/** Uploads to Test Engine. */

import { promisify } from "node:util";
import { gzip } from "node:zlib";

/**
 * Where Test Engine takes uploads
 * (https://buildkite.com/docs/test-engine/test-collection/importing-json).
 */
const API_URL = "https://analytics-api.buildkite.com/v1";

/** How long one request may take, in milliseconds. */
const PATIENCE = 30_000;

/** Sends a body; throws where it is not accepted. */
export async function upload(body: string, token: string): Promise<void> {
  const base = process.env["BUILDKITE_ANALYTICS_API_URL"] || API_URL;
  const answer = await fetch(`${base}/uploads`, {
    method: "POST",
    headers: {
      Authorization: `Token token="${token}"`,
      "Content-Type": "application/json",
      "Content-Encoding": "gzip",
    },
    body: await promisify(gzip)(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  // Reads it to its end, so that the connection can be used again.
  await answer.arrayBuffer();
  if (!answer.ok) {
    throw new Error(`${base}/uploads: ${answer.status} ${answer.statusText}`);
  }
}
