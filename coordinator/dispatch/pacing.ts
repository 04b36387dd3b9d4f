/**
 * @file How fast the steps of a run follow each other, so that people can watch one. It decides when a round opens and
 * nothing else, so the result is the same at every pace. Without a clock: the caller says what time it is.
 */

/** `full`: as fast as the workers are. `slow`: one step a second. `single`: each step waits for somebody's word. */
export const paces = ["full", "slow", "single"] as const;
export type Pace = (typeof paces)[number];

/** At the slow pace, from the beginning of one step to that of the next. */
export const slowStepMs = 1_000;

export class Pacing {
  #pace: Pace;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** Whether somebody asked for one more step. */
  #isAsked = false;

  constructor(pace: Pace = "full") {
    this.#pace = pace;
  }

  get pace(): Pace {
    return this.#pace;
  }

  choose(pace: Pace): void {
    this.#pace = pace;
    this.#isAsked = false;
  }

  /** Allows one step, and from then on only steps that are asked for. */
  askStep(): void {
    this.#pace = "single";
    this.#isAsked = true;
  }

  /** Begins a step, if its time has come. @returns Whether it has. */
  begin(nowMs: number): boolean {
    const isSoon = nowMs - this.#lastMs < slowStepMs;
    if (this.#pace === "single" ? !this.#isAsked : this.#pace === "slow" && isSoon) return false;
    this.#lastMs = nowMs;
    this.#isAsked = false;
    return true;
  }
}
