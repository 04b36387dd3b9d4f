/** @file Does something at once when it is asked to, but not again before a while; what was asked meanwhile is done then, once. */

export class Pace {
  readonly #everyMs: number;
  readonly #act: () => void;
  #timer: number | undefined;
  #isAsked = false;

  constructor(everyMs: number, act: () => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  ask(): void {
    if (this.#timer !== undefined) {
      this.#isAsked = true;
      return;
    }
    this.#act();
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isAsked) return;
      this.#isAsked = false;
      this.ask();
    }, this.#everyMs);
  }
}
