/** @file A cluster of one coordinator, without an engine: what a coordinator without `--cluster` has. */
import type { Claim, Cluster, Member } from "./cluster.ts";

export function aloneCluster(): Cluster {
  let holder: { readonly claim: Claim; readonly term: number } | undefined;
  const members = new Map<string, Member>();
  return {
    leaseMs: Infinity,
    async acquire(claim, termMin) {
      if (holder !== undefined) return undefined;
      holder = { claim, term: termMin };
      return termMin;
    },
    async renew(claim) {
      if (holder === undefined) return false;
      holder = { ...holder, claim };
      return true;
    },
    async release() {
      holder = undefined;
    },
    async announce(member) {
      members.set(member.id, member);
    },
    async withdraw({ id }) {
      members.delete(id);
    },
    async look() {
      const leader = holder && { ...holder.claim, term: holder.term };
      return { leader, members: [...members.values()].toSorted(byId) };
    },
    // Nobody else is there to change anything.
    watch: () => () => {},
    async close() {},
  };
}

/** The order of members. */
export function byId(one: Member, other: Member): number {
  return one.id < other.id ? -1 : 1;
}
