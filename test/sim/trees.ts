/**
 * @file Trees of relays: every fourth seed has one. Drawn last, so that what the other draws of a seed give does not
 * depend on it.
 */
import type { World } from "../support/sim/sim-world.ts";
import type { RelayMachine } from "./actors/sim-relay.ts";
import type { Machine } from "./actors/sim-worker.ts";

/** What happens to relays only. Links of every level have the faults of all links. */
export const relayFaultNames = ["kill a relay", "pause a relay", "cut a relay off"] as const;
export type RelayFaultName = (typeof relayFaultNames)[number];

const relaysMax = 12;
const levelsMax = 4;

/** How a relay finds the node above it, out of the relays drawn before. */
const shapes = {
  /** All below the coordinator. */
  flat: () => undefined,
  /** Each below the one before, as deep as allowed. */
  chain: (_world: World, earlier: readonly RelayMachine[]) => earlier.at(-1)?.name,
  /** Two below each. */
  binary: (_world: World, earlier: readonly RelayMachine[]) =>
    earlier.length < 2 ? undefined : earlier[(earlier.length >> 1) - 1]?.name,
  ragged: (world: World, earlier: readonly RelayMachine[]) =>
    earlier[world.random.below(earlier.length + 1)]?.name,
} as const;

/** Whether a seed has relays. 4 has no factor in common with the numbers of scenarios and faults. */
export function hasTree(seed: number): boolean {
  return seed % 4 === 3;
}

/** What a tree changes in the world of a seed. */
export interface Tree {
  readonly machines: readonly Machine[];
  readonly relays: readonly RelayMachine[];
  readonly meanMs: ReadonlyMap<RelayFaultName, number>;
  readonly minWorkers: number;
  readonly audit: "none" | "sample";
}

/** Puts relays between the coordinator and most of its workers. */
export function drawTree(
  world: World,
  workers: readonly Machine[],
  { faultsMs, isCalm }: { readonly faultsMs: number; readonly isCalm: boolean },
): Tree {
  const count = Math.round(world.scale(1, relaysMax));
  const shape = world.pick(Object.values(shapes));
  const relays: RelayMachine[] = [];
  for (let i = 1; i <= count; i++) {
    const door = shape(world, relays);
    relays.push({
      name: `relay${i}`,
      door: door !== undefined && levelOf(door, relays) < levelsMax ? door : undefined,
      audit: world.pick(["none", "sample"]),
      loadMs: world.scale(1, 1_000),
    });
  }
  const direct = world.pick([0, 0.2]);
  const machines = workers.map((machine): Machine => {
    return world.chance(direct) ? machine : { ...machine, door: world.pick(relays).name };
  });
  const meanMs = new Map<RelayFaultName, number>();
  for (const name of relayFaultNames) {
    if (!isCalm && world.chance(0.6)) meanMs.set(name, faultsMs / world.scale(1, 30));
  }
  // The coordinator sees relays, not who is behind them: perhaps one.
  return { machines, relays, meanMs, minWorkers: 1, audit: world.pick(["none", "sample"]) };
}

/** How many nodes are above a relay, and itself. */
export function levelOf(name: string | undefined, relays: readonly RelayMachine[]): number {
  const relay = relays.find((other) => other.name === name);
  return relay === undefined ? 0 : 1 + levelOf(relay.door, relays);
}
