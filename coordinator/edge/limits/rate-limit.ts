/**
 * @file Limits how often something may happen: a token bucket. It starts with `burst` tokens and gains `perSecond`
 * tokens per second, never exceeding `burst`. Pure: the caller passes the clock.
 */

export interface Rate {
  readonly perSecond: number;
  /** How many may happen at once after a quiet time. */
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

  /** Takes a token. Returns `false` if there is none, which means that the limit is exceeded. */
  take(nowMs: number): boolean {
    const { perSecond, burst } = this.#rate;
    const gained = ((nowMs - this.#filledMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + Math.max(gained, 0));
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Gives a token back, if it turns out that the event does not count. */
  giveBack(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1);
  }
}
