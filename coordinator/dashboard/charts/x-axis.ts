/** @file What the curves are drawn against. Runs of other batch sizes meet at the same epoch or sample, not at a step. Pure. */

export const xAxes = ["step", "epoch", "samples", "time"] as const;
export type XAxis = (typeof xAxes)[number];

/** How long an epoch is. */
export interface EpochSize {
  readonly steps: number;
  readonly samples: number;
}

/** Where a point belongs. @param seconds - Of training, up to this step. */
export function placeOn(axis: XAxis, epoch: EpochSize, step: number, seconds: number): number {
  const epochs = step / epoch.steps;
  return { step, epoch: epochs, samples: epochs * epoch.samples, time: seconds }[axis];
}
