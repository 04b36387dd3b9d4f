/**
 * @file The faults of a simulation: each seed draws which faults it has and how often, so that some seeds are quiet
 * except for one kind of trouble and others have everything at once.
 */
import type { AuditPolicy } from "../../coordinator/audit/audit-policy.ts";
import type { CheckpointInterval } from "../../coordinator/run/checkpoint-interval.ts";
import { known } from "../../shared/assert.ts";
import { Random } from "../../shared/random.ts";
import type { NetworkProfile } from "../support/sim/sim-network.ts";
import type { World } from "../support/sim/sim-world.ts";
import type { RelayMachine } from "./actors/sim-relay.ts";
import type { Machine } from "./actors/sim-worker.ts";
import { type LieName, lieNames, valueLieNames } from "./liar.ts";
import { scenarios } from "./scenario.ts";
import { drawTree, hasTree, type RelayFaultName } from "./trees.ts";

/** The kinds of faults. */
export const faultNames = [
  "cut a link",
  "leave a link half-open",
  "stall a link",
  "stop reading",
  "pause a worker",
  "pause the coordinator",
  "kill a worker",
  "kill the coordinator",
  "cut the coordinator's power",
  "stop the coordinator",
  "jump the wall clock",
  "fill the disk",
  "join in a storm",
  "leave in a storm",
  "pause by the user",
  "pause the run",
  "network change",
] as const;
export type FaultName = (typeof faultNames)[number] | RelayFaultName;

/** The world of one seed before its first event. */
export interface Plan {
  readonly scenario: string;
  readonly machines: readonly Machine[];
  readonly relays: readonly RelayMachine[];
  readonly minWorkers: number;
  readonly checkpointEvery: CheckpointInterval;
  readonly audit: AuditPolicy;
  readonly network: NetworkProfile;
  readonly diskDelayMs: readonly [number, number];
  /** Probability that a disk operation fails. */
  readonly diskErrors: number;
  /** Whether a power cut may damage flushed data. */
  readonly diskLies: boolean;
  readonly downloadErrors: number;
  /** Mean time between two faults of a kind; missing kinds don't happen. */
  readonly meanMs: ReadonlyMap<FaultName, number>;
  /** The coordinator dies after this many events, whatever it is doing; then again after as many. */
  readonly coordinatorEvents: number | undefined;
  /** How long faults continue. */
  readonly faultsMs: number;
}

/**
 * Draws the plan of a seed. Its scenario and one of its faults are not drawn but dealt in turn: 23 seeds in a row have
 * every scenario and every kind of fault between them, and because there are 23 of one and 17 of the other, 391 have every pair.
 */
export function drawPlan(world: World, seed: number): Plan {
  const count = Math.round(world.scale(1, 64));
  const shardMs = world.scale(0.5, 40);
  const liars = world.chance(0.35) ? world.between(0.1, 0.6) : 0;
  const machines = Array.from({ length: count }, (_, index) =>
    drawMachine(world, { index, shardMs, lies: index > 0 && world.chance(liars) }),
  );
  const honest = machines.filter(({ lie }) => lie === undefined).length;
  const network = drawNetwork(world);
  const stepMs = stepMsOf(shardMs, count, network);
  const calm = world.chance(0.1);
  const plan: Plan = {
    scenario: dealt(Object.keys(scenarios), seed),
    machines,
    relays: [],
    minWorkers: world.chance(0.2) ? 1 + world.random.below(Math.min(honest, 4)) : 1,
    checkpointEvery: count % 2 === 0 ? { every: 3, unit: "steps" } : { every: 1, unit: "epochs" },
    audit: "none",
    network,
    diskDelayMs: [0.05, world.scale(0.2, 50)],
    diskErrors: world.chance(0.2) ? world.scale(0.01, 0.5) : 0,
    diskLies: world.chance(0.4),
    downloadErrors: world.chance(0.2) ? world.between(0, 0.7) : 0,
    meanMs: calm ? new Map() : drawRates(world, dealt(faultNames, seed), stepMs),
    coordinatorEvents: world.chance(0.3) ? Math.round(world.scale(100, 2_000)) : undefined,
    faultsMs: 2_000 + stepMs * world.scale(50, 500),
  };
  if (!hasTree(seed)) return plan;
  const { meanMs, ...tree } = drawTree(world, machines, { faultsMs: plan.faultsMs, isCalm: calm });
  return { ...plan, ...tree, meanMs: new Map<FaultName, number>([...plan.meanMs, ...meanMs]) };
}

function dealt<Item>(items: readonly Item[], seed: number): Item {
  return known(items[seed % items.length], "the remainder is an index");
}

/**
 * The same world with an audit. Under quorum, about half of the machines lie about values, each in a different way.
 * Under sample none does, because a lie that is not drawn is accepted.
 */
export function audited(plan: Plan, seed: number): Plan {
  const random = new Random(seed, 6);
  if (random.below(4) === 0) return { ...plan, audit: "sample" };
  const machines = plan.machines.map((behindRelay, index): Machine => {
    // A relay answers for its workers, so a quorum would refuse an honest relay for what one of them did.
    const machine = { ...behindRelay, door: undefined };
    if (index === 0 || random.below(2) === 0) return machine;
    const name = valueLieNames[random.below(valueLieNames.length)] ?? "changes a value";
    const probability = [1, 0.3, 0.03][random.below(3)] ?? 1;
    return { ...machine, lie: { name, probability, mark: 1 + (index % 127) } };
  });
  // Liars may be gone for good before as many workers are ready as the plan waits for.
  return { ...plan, machines, relays: [], minWorkers: 1, audit: "quorum" };
}

/**
 * The approximate duration of a step. Faults come at this pace; otherwise a fast run would see none and a slow one
 * too many.
 */
function stepMsOf(shardMs: number, count: number, { latencyMs }: NetworkProfile): number {
  const shards = 7 / Math.min(7, count);
  return shards * shardMs + 2 * latencyMs[1];
}

function drawMachine(
  world: World,
  { index, shardMs, lies }: { index: number; shardMs: number; lies: boolean },
): Machine {
  const lie: LieName = world.pick(lieNames);
  return {
    name: `worker${index + 1}`,
    kind: world.chance(0.5) ? "node" : "browser",
    shardMs: shardMs * world.scale(0.3, 3),
    loadMs: world.scale(1, 1_000),
    lie: lies
      ? { name: lie, probability: world.pick([1, 0.3, 0.03]), mark: 1 + (index % 127) }
      : undefined,
  };
}

function drawNetwork(world: World): NetworkProfile {
  const latency = world.scale(0.05, 300);
  const speed = world.scale(1, 10_000);
  return {
    latencyMs: [latency / 3, latency * 3],
    bytesPerMs: [speed / 3, speed * 3],
    jitter: world.pick([0, 0.1, 2]),
    cutProbability: world.chance(0.2) ? world.between(0, 1) : 0,
    lostHandshake: world.chance(0.2) ? world.between(0, 0.7) : 0,
    queueScale: world.pick([1, 100, 1_000]),
  };
}

/** Faults after which every worker has to reconnect. */
const deaths: ReadonlySet<FaultName> = new Set([
  "kill the coordinator",
  "cut the coordinator's power",
  "stop the coordinator",
  "leave in a storm",
]);
/** Roughly how long workers need to return: their back-off and their loading. */
const rejoinMs = 800;

/** Half of the seeds have few kinds of faults, the rest many. Some faults happen once per run, some at every step. */
function drawRates(world: World, always: FaultName, stepMs: number): Map<FaultName, number> {
  const share = world.pick([0.12, 0.5]);
  const lifeMs = rejoinMs + 5 * stepMs;
  const rates = new Map<FaultName, number>();
  for (const name of faultNames) {
    if (!world.chance(share) && name !== always) continue;
    const isDeath = deaths.has(name);
    rates.set(name, isDeath ? lifeMs * world.scale(0.3, 5) : stepMs * world.scale(0.5, 100));
  }
  return rates;
}
