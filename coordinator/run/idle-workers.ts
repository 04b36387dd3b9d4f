/**
 * @file Why some workers have no work, and which batch would give work to all: a step has too few blocks, or the link to
 * the workers is its limit. Pure.
 */
import type { RunConfig } from "../../shared/run/config.ts";
import { defaultShardSize, type RunPlan, shardCountOf } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { LinkView } from "../dispatch/width.ts";

/** A link that takes a larger part of a step than this is its limit. */
const limitPart = 0.5;
/** A batch that leaves fewer steps in an epoch than this learns too slowly to be recommended. */
const stepsPerEpochMin = 10;

/**
 * Says that a step's batch has fewer blocks than there are workers, and what would give work to all of them: a larger
 * batch or, where the training split has too few samples for one, smaller shards.
 *
 * @param crew - `isTwice`: two workers compute every block, as audit quorum asks.
 * @returns `null` if there is work for all, and for local search, whose blocks are candidates.
 */
export function idleWorkers(
  config: RunConfig,
  { trainCount }: Pick<RunPlan, "trainCount">,
  { workers, isTwice }: { readonly workers: number; readonly isTwice: boolean },
): Sentence | null {
  const { optimizer, batchSize, shardSize, model, localSteps } = config;
  const copies = isTwice ? 2 : 1;
  if (localSteps !== null) {
    const { replicas } = localSteps;
    const needed = Math.ceil(workers / copies);
    if (replicas >= needed) return null;
    const replicaValues = { replicas, busy: replicas * copies, workers };
    return needed > batchSize
      ? sentence("idle-replicas", replicaValues)
      : sentence("idle-replicas-more", { ...replicaValues, needed });
  }
  const blocks = shardCountOf(batchSize, config);
  if (optimizer.name === "local-search" || blocks * copies >= workers) return null;
  const needed = Math.ceil(workers / copies);
  const values = { workers, busy: blocks * copies, batchSize, blocks };
  const batch = needed * shardSize;
  // By default a larger batch may have larger shards, and so no more of them.
  const keepsShards =
    shardSize !== defaultShardSize(batchSize, model) ||
    defaultShardSize(batch, model) === shardSize;
  if (batch <= trainCount && keepsShards)
    return sentence("idle-workers-batch", { ...values, batch });
  if (needed > batchSize) return sentence("idle-workers", values);
  const shard = needed === 1 ? batchSize : Math.floor((batchSize - 1) / (needed - 1));
  return sentence("idle-workers-shard", { ...values, shard });
}

/**
 * Says that a step's bytes take longer than its computation, and the batch with which all workers would help.
 *
 * With n workers a step takes n·t + C/n, where t is the time of one worker's bytes and C that of the whole batch on one
 * worker. All n are worth their bytes as soon as n are faster than n/2: if C ≥ t·n²/2.
 *
 * @param workers - How many are ready.
 * @param link - `undefined` if nothing is known of it.
 * @returns `null` if the link is not the limit.
 */
export function linkLimit(
  { batchSize, shardSize, optimizer, localSteps, wire }: RunConfig,
  { trainCount }: Pick<RunPlan, "trainCount">,
  { workers, link }: { readonly workers: number; readonly link: LinkView | undefined },
): Sentence | null {
  if (link === undefined || workers < 2) return null;
  const { used, available, transferMs, roundMs, computeMs, bytesPerSecond } = link;
  const part = Math.min(1, transferMs / roundMs);
  if (used === available && part < limitPart) return null;
  const values = {
    used,
    workers,
    wire,
    percent: Math.round(100 * part),
    rate: Number((bytesPerSecond / 125_000).toPrecision(2)),
  };
  const times = ((transferMs / used) * workers ** 2) / (2 * computeMs * used);
  const wanted = Math.max(times, (workers * shardSize) / batchSize);
  const batch = batchSize * 2 ** Math.ceil(Math.log2(wanted));
  const helps =
    batch > batchSize &&
    batch * stepsPerEpochMin <= trainCount &&
    // A larger batch would be divided among as many replicas.
    localSteps === null &&
    optimizer.name !== "local-search";
  return helps
    ? sentence("link-limits-batch", { ...values, batch })
    : sentence("link-limits", values);
}
