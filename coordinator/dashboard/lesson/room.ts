/** @file What a run needs so that everybody in a room takes part in it and sees it: its batch and its length. Pure. */

/** Samples that one device computes in a step: enough for a mean, and few enough for a slow phone. */
const samplesEach = 8;
/** The batch and the shards of the default settings, which suit up to two devices. */
const batchMin = 64;
const shardMax = 32;

export interface RoomBatch {
  readonly batchSize: number;
  /** Samples of a shard; the default one where it is absent. */
  readonly shardSize?: number;
}

/**
 * A batch with at least one shard for each device, so that the promedio table has a column for each of them.
 *
 * @param devices - How many take part; at least 1.
 * @param trainCount - Samples of the training split; no batch is larger.
 */
export function batchFor(devices: number, trainCount: number): RoomBatch {
  const batchSize = Math.min(trainCount, Math.max(batchMin, samplesEach * devices));
  const shardSize = Math.max(1, Math.floor(batchSize / devices));
  return shardSize >= shardMax ? { batchSize } : { batchSize, shardSize };
}

/**
 * Epochs that last about so long at the pace of the run that is shown.
 *
 * @param pace - Steps a second of a run with such a batch; 0 if none was measured.
 * @param stepsPerEpoch - Of the new run.
 * @returns At least 1; `undefined` if nobody can know.
 */
export function epochsFor(
  minutes: number,
  pace: number,
  stepsPerEpoch: number,
): number | undefined {
  if (!(pace > 0)) return undefined;
  return Math.max(1, Math.round((60 * minutes * pace) / stepsPerEpoch));
}
