/** What is looked at, in the hash of the page's address: `#tests?filter=result:failed&sort=-duration`. */

/**
 * @typedef {object} Address
 * @property {string} view
 * @property {string} filter
 * @property {string} sort  a column; `-` before it turns the order
 * @property {string} by  what the view sums by
 * @property {number | null} test  the one that is open
 */

/** @type {Address} */
export const START = { view: "", filter: "", sort: "", by: "", test: null };

/**
 * @param {string} hash
 * @returns {Address}
 */
export function read(hash) {
  const [view, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s, 2);
  const values = new URLSearchParams(query);
  const test = values.get("test") ?? "";
  return {
    view,
    filter: values.get("filter") ?? "",
    sort: values.get("sort") ?? "",
    by: values.get("by") ?? "",
    test: /^\d+$/.test(test) ? Number(test) : null,
  };
}

/** @param {Address} address */
export function write(address) {
  const values = Object.entries(address).filter(([name, value]) => {
    return name !== "view" && value !== "" && value !== null;
  });
  const query = new URLSearchParams(values.map(([name, value]) => [name, String(value)]));
  // What a filter is full of stays readable.
  const readable = query.toString().replaceAll("%3A", ":").replaceAll("%3E", ">").replaceAll("%2F", "/");
  return `#${address.view}${readable === "" ? "" : `?${readable}`}`;
}
