/**
 * @file A limited number of places, in total and per address. Connections, strangers, workers and downloads are
 * each counted by one quota. Addresses of one subnet count as one; otherwise an IPv6 host would have 2^64 times its
 * share. Pure.
 */
import { assert } from "../../../shared/assert.ts";
import { subnetOf } from "../addresses.ts";

export interface QuotaLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

export class Quota {
  readonly #limits: QuotaLimits;
  /** Places taken per subnet. */
  readonly #takenBy = new Map<string, number>();
  #taken = 0;

  constructor(limits: QuotaLimits) {
    this.#limits = limits;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a place for an address.
   *
   * @returns A function that gives the place back, safe to call twice; `undefined` if none is left.
   */
  take(address: string): (() => void) | undefined {
    const subnet = subnetOf(address);
    const taken = this.#takenBy.get(subnet) ?? 0;
    if (this.#taken >= this.#limits.inAll || taken >= this.#limits.perAddress) return undefined;
    this.#taken += 1;
    this.#takenBy.set(subnet, taken + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#giveBack(subnet);
    };
  }

  #giveBack(subnet: string): void {
    const left = (this.#takenBy.get(subnet) ?? 0) - 1;
    assert(left >= 0, `a place of ${subnet} was given back but never taken`);
    this.#taken -= 1;
    if (left === 0) this.#takenBy.delete(subnet);
    else this.#takenBy.set(subnet, left);
  }
}
