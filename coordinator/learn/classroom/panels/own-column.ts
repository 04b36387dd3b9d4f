/**
 * @file The observation of a device: one of the batch of the lesson's moment, by its seat, or one that its reader draws. Where
 * there is no run that the pictures can show, the network and the batch are the page's own.
 */
import { RemoteDataset } from "../../../dashboard/model/dataset.ts";
import { digitCount, ownConfig } from "../../models/network/lecture.ts";
import type { RunState } from "../../models/network/run-state.ts";
import type { Observed } from "../../models/questions.ts";
import { dealtSample } from "../deal.ts";

/** Steps of it at which the lesson looks: it has learned something, and still has much to learn. */
const ownStep = 20;

/** The network's step at which the lesson looks: of a run, its only state. */
export function stepOf(run: RunState | null): number {
  return run === null ? ownStep : 1;
}

/** What a seat is dealt. @throws If the coordinator is away. */
export async function dealtTo(
  seat: number,
  run: RunState | null,
  token: string,
): Promise<Observed> {
  if (run === null) {
    return {
      digit: dealtSample(seat, { step: ownStep, config: ownConfig, trainCount: digitCount }),
    };
  }
  const { config, step } = run;
  const dataset = await RemoteDataset.open(config.dataset.sha256, token);
  const sample = dealtSample(seat, { step, config, trainCount: dataset.count("train") });
  const features = await dataset.features("train", sample, 1);
  const [label = 0] = await dataset.targets("train", sample, 1);
  return { label, pixels: Array.from(features, (value) => Math.round(255 * value)) };
}
