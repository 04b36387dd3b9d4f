/** @file Steps per second of a run whose coordinator and local workers are behind a shaped link. */
import { setTimeout as delay } from "node:timers/promises";

import { known } from "../../../shared/assert.ts";
import { Cluster, type JsonEvent } from "../../support/processes/cluster.ts";
import { flags } from "../tools/trainer.ts";
import { farAddress, type ShapedLink } from "./shaped-link.ts";

export interface LinkedRun {
  /** Of a batch. */
  readonly batchSize: number;
  /** Batches of a step: local steps. */
  readonly batches: number;
  /** Rates are read at the ends of epochs, each of so many steps. */
  readonly stepsPerEpoch: number;
  /** Connected. */
  readonly workers: number;
  /** The model, the form on the wire … */
  readonly flags: readonly string[];
  readonly warmUpSteps: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** Of training alone: evaluations don't count. */
export async function stepsPerSecondOf(link: ShapedLink, run: LinkedRun): Promise<number> {
  const { batchSize, batches, stepsPerEpoch, workers } = run;
  const cluster = await Cluster.create();
  try {
    const settings = {
      host: farAddress,
      dataset: `digits:${stepsPerEpoch * batchSize * batches},64`,
      "batch-size": batchSize,
      "shard-size": Math.max(8, batchSize / 64),
      epochs: 1_000_000,
      "checkpoint-every": 1_000_000,
      "local-workers": workers,
      "min-workers": workers,
      threads: 1,
      audit: "none",
    };
    const coordinator = cluster.coordinatorIn(link.prefix, ...flags(settings), ...run.flags);
    await coordinator.event("epoch", ({ step }) => Number(step) >= run.warmUpSteps);
    await delay(run.warmUpMs);
    const first = lastEpoch(coordinator.events);
    await delay(run.windowMs);
    const { epoch } = first;
    await coordinator.event("epoch", (event) => Number(event["epoch"]) > Number(epoch));
    const last = lastEpoch(coordinator.events);
    const seconds = Number(last["seconds"]) - Number(first["seconds"]);
    return (Number(last["step"]) - Number(first["step"])) / seconds;
  } finally {
    await cluster.stop();
  }
}

function lastEpoch(events: readonly JsonEvent[]): JsonEvent {
  return known(
    events.findLast(({ event }) => event === "epoch"),
    "an epoch has ended",
  );
}
