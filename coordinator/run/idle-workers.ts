/** @file Whether a step has work for every worker, and otherwise which batch would have. Pure. */
import type { RunConfig } from "../../shared/run/config.ts";
import { defaultShardSize, type RunPlan, shardCountOf } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";

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
  const { optimizer, batchSize, shardSize, model } = config;
  const copies = isTwice ? 2 : 1;
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
