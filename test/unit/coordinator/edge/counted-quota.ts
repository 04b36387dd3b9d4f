/** @file A quota that says how many of its places are taken, so that a test can wait for one. */
import { Quota } from "../../../../coordinator/edge/limits/quota.ts";

export class CountedQuota extends Quota {
  taken = 0;

  override take(address: string): (() => void) | undefined {
    const release = super.take(address);
    if (release === undefined) return undefined;
    this.taken += 1;
    let given = false;
    return () => {
      if (!given) this.taken -= 1;
      given = true;
      release();
    };
  }
}
