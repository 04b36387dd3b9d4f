/**
 * @file Notices that the browser slows this tab down, by a timer that comes late: there is no event for it. Hidden tabs
 * may compute as before (desktops), get little time (phones), or be stopped now and then. Pure.
 */

/** The timer's period. */
export const beatMs = 250;

/** A beat this much too late was held back; less is a busy machine. */
const lateMs = 500;
/** So many of them in a row are no accident … */
const lateBeatsMax = 3;
/** … and one that is this late means that the tab stood still. */
const stoodStillMs = 5_000;
/** After so many beats on time (10 s) the tab is taken to run freely again. */
const freeBeats = 40;

export class DriftWatch {
  #lastMs: number | undefined;
  #lateBeats = 0;
  #beatsOnTime = 0;
  #isSlowed = false;

  /** Whether the tab is held back. */
  get isSlowed(): boolean {
    return this.#isSlowed;
  }

  /** The timer came. */
  beat(nowMs: number): void {
    const tooLateMs = this.#lastMs === undefined ? 0 : nowMs - this.#lastMs - beatMs;
    this.#lastMs = nowMs;
    const isLate = tooLateMs > lateMs;
    this.#lateBeats = isLate ? this.#lateBeats + 1 : 0;
    this.#beatsOnTime = isLate ? 0 : this.#beatsOnTime + 1;
    if (this.#lateBeats >= lateBeatsMax || tooLateMs > stoodStillMs) this.#isSlowed = true;
    else if (this.#beatsOnTime >= freeBeats) this.#isSlowed = false;
  }

  /** Whatever was noticed no longer counts: the tab is seen, or had a reason of its own to be late. */
  reset(): void {
    this.#lastMs = undefined;
    this.#lateBeats = 0;
    this.#beatsOnTime = 0;
    this.#isSlowed = false;
  }
}
