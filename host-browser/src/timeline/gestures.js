/** Wheel, drag and touch on the timeline. */

/** @typedef {import("./layout.js").Layout} Layout */

/** A pointer that moved less than this has clicked. */
const STILL = 4;

/** How much a pixel of a wheel comes closer, and how many pixels a line of it is. */
const WHEEL = 0.0025;
const LINE = 20;

/**
 * @param {HTMLElement} element
 * @param {Layout} layout
 * @param {object} listeners
 * @param {() => void} listeners.moved  what is in sight changed
 * @param {(x: number, y: number) => void} listeners.clicked
 * @param {(x: number | null, y: number) => void} listeners.pointed
 */
export function gestures(element, layout, { moved, clicked, pointed }) {
  /** Pointers that are down, where they are. @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let travelled = 0;
  const point = (/** @type {MouseEvent} */ event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener(
    "wheel",
    (event) => {
      const unit = event.deltaMode === 0 ? 1 : LINE;
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const by = unit * (isSideways && event.deltaX !== 0 ? event.deltaX : event.deltaY);
      // Where there is no more to see, the page scrolls.
      if (layout.range.isWhole && (isSideways || by > 0)) return;
      event.preventDefault();
      if (isSideways) layout.range.pan(by / layout.scale);
      else layout.range.zoom(Math.exp(by * WHEEL), layout.time(point(event).x));
      moved();
    },
    { passive: false },
  );
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    if (down.size === 0) travelled = 0;
    down.set(event.pointerId, point(event));
  });
  element.addEventListener("pointermove", (event) => {
    const to = point(event);
    const from = down.get(event.pointerId);
    if (from === undefined) return pointed(to.x, to.y);
    travelled += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
    const others = Array.from(down).filter(([id]) => id !== event.pointerId);
    down.set(event.pointerId, to);
    if (others.length === 0) {
      layout.range.pan((from.x - to.x) / layout.scale);
      layout.scroll(from.y - to.y);
    } else {
      const [[, other]] = others;
      const [before, after] = [Math.abs(from.x - other.x), Math.abs(to.x - other.x)];
      const middle = layout.time((from.x + other.x) / 2);
      layout.range.zoom(Math.max(before, 8) / Math.max(after, 8), middle);
      layout.range.pan((from.x - to.x) / 2 / layout.scale);
    }
    moved();
  });
  element.addEventListener("pointerup", (event) => {
    const at = point(event);
    if (down.delete(event.pointerId) && down.size === 0 && travelled < STILL) clicked(at.x, at.y);
  });
  element.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  element.addEventListener("pointerleave", () => pointed(null, 0));
  element.addEventListener("dblclick", (event) => {
    layout.range.zoom(0.25, layout.time(point(event).x));
    moved();
  });
}

/**
 * On the map a drag moves what is in sight; begun elsewhere, it chooses it.
 *
 * @param {HTMLElement} element
 * @param {Layout} layout
 * @param {() => void} moved
 */
export function mapGestures(element, layout, moved) {
  /** @type {{ at: number, from: number, to: number, isMove: boolean } | null} */
  let drag = null;
  const time = (/** @type {MouseEvent} */ event) => {
    const x = event.clientX - element.getBoundingClientRect().left - layout.left;
    return (x / Math.max(1, layout.width - layout.left)) * layout.range.limit;
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const { from, to, isWhole } = layout.range;
    const at = time(event);
    drag = { at, from, to, isMove: !isWhole && at >= from && at <= to };
  });
  element.addEventListener("pointermove", (event) => {
    if (drag === null) return;
    const at = time(event);
    if (drag.isMove) layout.range.set(drag.from + at - drag.at, drag.to + at - drag.at);
    else layout.range.set(Math.min(at, drag.at), Math.max(at, drag.at));
    moved();
  });
  element.addEventListener("pointerup", (event) => {
    // A click brings what is there into the middle.
    if (drag !== null && Math.abs(time(event) - drag.at) * layout.scale < STILL && !layout.range.isWhole) {
      const half = (drag.to - drag.from) / 2;
      layout.range.set(drag.at - half, drag.at + half);
      moved();
    }
    drag = null;
  });
  element.addEventListener("pointercancel", () => (drag = null));
}
