/**
 * @file A number of places, in all and for one address: connections, strangers, workers and downloads are each counted
 * with one of these. Addresses of one network count as one, or an IPv6 host would have 2^64 times its share. Pure.
 */
import { assert } from "../shared/assert.ts";
import { networkOf } from "./addresses.ts";

export interface PlacesLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

export class Places {
  readonly #limits: PlacesLimits;
  /** By network. */
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
    const network = networkOf(address);
    const taken = this.#takenBy.get(network) ?? 0;
    if (this.#taken >= this.#limits.inAll || taken >= this.#limits.perAddress) return undefined;
    this.#taken += 1;
    this.#takenBy.set(network, taken + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#giveBack(network);
    };
  }

  #giveBack(network: string): void {
    const left = (this.#takenBy.get(network) ?? 0) - 1;
    assert(left >= 0, `a place of ${network} was given back that nobody took`);
    this.#taken -= 1;
    if (left === 0) this.#takenBy.delete(network);
    else this.#takenBy.set(network, left);
  }
}
