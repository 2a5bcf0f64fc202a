/** What the page carries: texts, gzipped, in base64. */

/**
 * The bytes of a text in base64.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytes(text) {
  // Ten times as fast, where the browser has it.
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const found = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) found[i] = binary.charCodeAt(i);
  return found;
}

/**
 * The text that was gzipped, and written in base64.
 *
 * @param {string} text
 * @returns {Promise<string>}
 */
export function inflate(text) {
  const stream = new Blob([bytes(text)]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
}
