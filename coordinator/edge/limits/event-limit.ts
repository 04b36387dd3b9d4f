/**
 * @file Limits events of one kind that may come in floods: some are reported, the others are counted, and the count
 * is reported.
 */
import type { Sentence } from "../../../shared/words/sentence.ts";
import type { CoordinatorEvent } from "../../run/view.ts";
import { type Rate, RateLimit } from "./rate-limit.ts";

export class EventLimit {
  readonly #report: (event: CoordinatorEvent) => void;
  readonly #now: () => number;
  readonly #sumUp: (count: number) => Sentence;
  readonly #limit: RateLimit;
  #untold = 0;

  /**
   * @param now - Milliseconds of a monotonic clock.
   * @param sumUp - Returns a sentence with the number of events that were not reported one by one.
   */
  constructor(
    report: (event: CoordinatorEvent) => void,
    rate: Rate,
    now: () => number,
    sumUp: (count: number) => Sentence,
  ) {
    this.#report = report;
    this.#now = now;
    this.#sumUp = sumUp;
    this.#limit = new RateLimit(rate, now());
  }

  pass(event: CoordinatorEvent): void {
    if (!this.#limit.take(this.#now())) this.#untold += 1;
    else {
      this.#tellCount();
      this.#report(event);
    }
  }

  /** Call this now and then. It reports the count of unreported events once the limit allows. */
  flush(): void {
    if (this.#untold > 0 && this.#limit.take(this.#now())) this.#tellCount();
  }

  #tellCount(): void {
    if (this.#untold === 0) return;
    this.#report({ event: "warning", message: this.#sumUp(this.#untold) });
    this.#untold = 0;
  }
}
