/** @file Measures a rate per second over about the last second. Pure: the caller passes the clock. */

const windowMs = 1_000;
/** A window that ended longer ago than this says nothing about the present. */
const staleMs = 3_000;

export class RateMeter {
  #startedMs: number | undefined;
  #count = 0;
  #perSecond = 0;
  #endedMs = 0;

  add(count: number, nowMs: number): void {
    this.#startedMs ??= nowMs;
    this.#count += count;
    const elapsedMs = nowMs - this.#startedMs;
    if (elapsedMs < windowMs) return;
    this.#perSecond = (this.#count * 1000) / elapsedMs;
    this.#endedMs = nowMs;
    this.#startedMs = nowMs;
    this.#count = 0;
  }

  /** The rate over the last complete window, or over the unfinished first one; 0 if nothing happened lately. */
  perSecond(nowMs: number): number {
    const started = this.#startedMs;
    if (started === undefined || nowMs - Math.max(this.#endedMs, started) > staleMs) return 0;
    if (this.#endedMs > 0) return this.#perSecond;
    return nowMs > started ? (this.#count * 1000) / (nowMs - started) : 0;
  }
}
