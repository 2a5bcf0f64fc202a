/** The stretch of time that is in sight. */

/** No closer than this, in µs. */
const SHORTEST = 20;

export class TimeRange {
  /** @param {number} end  of all that there is */
  constructor(end) {
    this.limit = Math.max(end, SHORTEST);
    this.from = 0;
    this.to = this.limit;
  }

  get length() {
    return this.to - this.from;
  }

  get isWhole() {
    return this.from <= 0 && this.to >= this.limit;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  set(from, to) {
    const length = Math.min(Math.max(to - from, SHORTEST), this.limit);
    this.from = Math.min(Math.max(from, 0), this.limit - length);
    this.to = this.from + length;
  }

  /** @param {number} by  µs */
  pan(by) {
    this.set(this.from + by, this.to + by);
  }

  /**
   * @param {number} factor  below 1 comes closer
   * @param {number} at  the time that stays where it is
   */
  zoom(factor, at) {
    const length = Math.min(Math.max(this.length * factor, SHORTEST), this.limit);
    const place = (at - this.from) / this.length;
    this.set(at - length * place, at - length * place + length);
  }

  /** Brings a stretch into sight, with room on both sides.  @param {number} from  @param {number} to */
  include(from, to) {
    if (from >= this.from && to <= this.to) return;
    const length = Math.max(this.length, (to - from) * 1.5);
    const middle = (from + to) / 2;
    this.set(middle - length / 2, middle + length / 2);
  }
}

/** Steps between marks, in µs: of a second and below by 1, 2 and 5, above as clocks have them. */
const STEPS = [
  ...[1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].map((s) => s * 1e6),
];

/**
 * The marks of an axis.
 *
 * @param {TimeRange} range
 * @param {number} most
 */
export function marks(range, most) {
  const step = STEPS.find((one) => range.length / one <= most) ?? range.length;
  const found = [];
  for (let at = Math.ceil(range.from / step) * step; at <= range.to; at += step) found.push(at);
  return { step, marks: found };
}

/**
 * A time on the axis: `1:05`, `12.5 s`, `3.25 ms`.
 *
 * @param {number} at
 * @param {number} step
 */
export function axisLabel(at, step) {
  if (at === 0) return "0";
  if (step >= 10e6) {
    const seconds = Math.round(at / 1e6);
    const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  }
  const [unit, name] = at >= 1e6 ? [1e6, "s"] : at >= 1e3 ? [1e3, "ms"] : [1, "µs"];
  const digits = Math.max(0, Math.ceil(Math.log10(unit / step)));
  return `${(at / unit).toFixed(digits)} ${name}`;
}
