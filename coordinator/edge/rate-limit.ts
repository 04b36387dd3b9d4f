/**
 * @file How often something may happen: a token bucket. It holds `burst` tokens at first and gains `perSecond` tokens a
 * second, never more than `burst`. Pure: the caller passes the clock.
 */

export interface Rate {
  readonly perSecond: number;
  /** What may happen at once after a quiet time. */
  readonly burst: number;
}

export class RateLimit {
  readonly #rate: Rate;
  #tokens: number;
  #filledMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledMs = nowMs;
  }

  /** Takes a token. `false` when there is none: it is too often. */
  take(nowMs: number): boolean {
    const { perSecond, burst } = this.#rate;
    const gained = ((nowMs - this.#filledMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(gained, 0));
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Gives a token back: it turned out that this one does not count. */
  giveBack(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1);
  }
}
