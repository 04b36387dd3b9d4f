/**
 * @file The page's one animation loop. It runs only while something has to be drawn: a section that is on screen, in a
 * tab that is visible, and that changed or plays.
 */

export interface Ticking {
  /**
   * Draws what changed.
   *
   * @param elapsedMs - Since the last frame; 0 after a pause.
   * @returns Whether it wants the next frame, too.
   */
  frame(elapsedMs: number): boolean;
}

/** A longer gap between two frames was a pause: of the tab, or of the machine. */
const pauseMs = 250;

export class Ticker {
  /** Those that want a frame. */
  readonly #waiting = new Set<Ticking>();
  #isAsked = false;
  #lastMs = 0;

  /** Asks for a frame for a section. */
  wake(member: Ticking): void {
    this.#waiting.add(member);
    this.#ask();
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame((nowMs) => this.#frame(nowMs));
  }

  #frame(nowMs: number): void {
    this.#isAsked = false;
    const gapMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const members = [...this.#waiting];
    this.#waiting.clear();
    for (const member of members) {
      if (member.frame(gapMs > pauseMs ? 0 : gapMs)) this.#waiting.add(member);
    }
    if (this.#waiting.size > 0) this.#ask();
  }
}
