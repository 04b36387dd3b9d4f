/**
 * @file Detects that the browser slows this tab down. There is no event for it, so it watches how late a timer
 * fires. Hidden tabs may compute as before (desktops), get little time (phones), or be stopped now and then. Pure.
 */

/** The timer's period. */
export const beatMs = 250;

/** A beat this much too late was held back. Less may just be a busy machine. */
const lateMs = 500;
/** This many late beats in a row are no accident … */
const lateBeatsMax = 3;
/** … and a single one this late means that the tab was stopped. */
const stoodStillMs = 5_000;
/** After this many beats on time (10 s) the tab counts as free again. */
const freeBeats = 40;

export class DriftWatch {
  #lastMs: number | undefined;
  #lateBeats = 0;
  #beatsOnTime = 0;
  #isSlowed = false;

  /** Whether the browser slows the tab down. */
  get isSlowed(): boolean {
    return this.#isSlowed;
  }

  /** Call this when the timer fires. */
  beat(nowMs: number): void {
    const tooLateMs = this.#lastMs === undefined ? 0 : nowMs - this.#lastMs - beatMs;
    this.#lastMs = nowMs;
    const isLate = tooLateMs > lateMs;
    this.#lateBeats = isLate ? this.#lateBeats + 1 : 0;
    this.#beatsOnTime = isLate ? 0 : this.#beatsOnTime + 1;
    if (this.#lateBeats >= lateBeatsMax || tooLateMs > stoodStillMs) this.#isSlowed = true;
    else if (this.#beatsOnTime >= freeBeats) this.#isSlowed = false;
  }

  /** Forgets the observations so far: the tab is visible, or had its own reason to be late. */
  reset(): void {
    this.#lastMs = undefined;
    this.#lateBeats = 0;
    this.#beatsOnTime = 0;
    this.#isSlowed = false;
  }
}
