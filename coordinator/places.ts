/**
 * @file A number of places, in all and for one address: connections, strangers and downloads are each counted with
 * one of these. Pure.
 */
import { assert } from "../shared/assert.ts";

export interface PlacesLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

export class Places {
  readonly #limits: PlacesLimits;
  readonly #takenBy = new Map<string, number>();
  #taken = 0;

  constructor(limits: PlacesLimits) {
    this.#limits = limits;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a place for an address.
   *
   * @returns What gives it back, safe to call twice; `undefined` when there is none left.
   */
  take(address: string): (() => void) | undefined {
    const taken = this.#takenBy.get(address) ?? 0;
    if (this.#taken >= this.#limits.inAll || taken >= this.#limits.perAddress) return undefined;
    this.#taken += 1;
    this.#takenBy.set(address, taken + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#giveBack(address);
    };
  }

  #giveBack(address: string): void {
    const left = (this.#takenBy.get(address) ?? 0) - 1;
    assert(left >= 0, `a place of ${address} was given back that nobody took`);
    this.#taken -= 1;
    if (left === 0) this.#takenBy.delete(address);
    else this.#takenBy.set(address, left);
  }
}
