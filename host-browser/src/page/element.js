/** Elements, whose texts are texts: nothing here reads markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | undefined | ((event: any) => void)>} Attributes */

/**
 * An element with attributes and children. A function is a listener: `onclick`.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes | null} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : plain(String(child)));
  }
  return element;
}

/**
 * A text from outside, whose direction stays its own.
 *
 * @param {string} text
 * @param {Attributes} [attributes]
 */
export function foreign(text, attributes) {
  return h("bdi", attributes, text);
}

/**
 * A link that leaves the page; a mere text where it is not https.
 *
 * @param {string} url
 * @param {string} text
 */
export function link(url, text) {
  const isSafe = URL.canParse(url) && new URL(url).protocol === "https:";
  if (!isSafe) return foreign(text);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, foreign(text));
}

/** Control characters, which would be invisible, but for tabs and ends of lines. */
const CONTROL = /(?![\t\n])\p{Cc}/gu;

/**
 * A text whose control characters can be seen: ␛ for escape.
 *
 * @param {string} text
 */
export function plain(text) {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "␡";
  });
}

/**
 * The beginning of a text: more of it would not be seen.
 *
 * @param {string} text
 * @param {number} length
 */
export function clipped(text, length) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/**
 * A bar of parts, whose sizes are in proportion.
 *
 * @param {{ kind: string, amount: number, title: string }[]} parts
 * @param {number} [whole]  what the full width stands for; all parts, if not said
 */
export function bar(parts, whole) {
  const total = parts.reduce((sum, part) => sum + part.amount, 0);
  const shown = parts.filter(({ amount }) => amount > 0);
  const children = shown.map(({ kind, amount, title }) => {
    const child = h("span", { class: `part ${kind}`, title });
    child.style.flexGrow = String(amount);
    return child;
  });
  const element = h("span", { class: "bar", "aria-hidden": "true" }, ...children);
  if (whole !== undefined && whole > 0) element.style.width = `${(100 * total) / whole}%`;
  return element;
}
