/** Light or dark: as the system is, or as was chosen. */

const THEMES = ["system", "light", "dark"];
const KEY = "buildkite-test-collector-theme";

/** Whoever paints with the theme's colours. @type {Set<() => void>} */
const listeners = new Set();

/** Sets what was chosen, and follows the system. */
export function startTheme() {
  set(stored());
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", () => listeners.forEach((listener) => listener()));
}

/** The theme that was chosen. */
export function theme() {
  return document.documentElement.dataset.theme ?? THEMES[0];
}

/** Chooses the next theme, and returns it. */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  set(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser may keep nothing for files; then the choice is this page's.
  }
  return next;
}

/**
 * Calls when colours change, until what it returns is called.
 *
 * @param {() => void} listener
 */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {string} chosen */
function set(chosen) {
  document.documentElement.dataset.theme = chosen;
  listeners.forEach((listener) => listener());
}

function stored() {
  try {
    const found = localStorage.getItem(KEY) ?? "";
    return THEMES.includes(found) ? found : THEMES[0];
  } catch {
    return THEMES[0];
  }
}
