/** @file A trained model as it leaves the program: what was trained, from what, and how far. */
import type { RunConfig } from "../../shared/run/config.ts";

export interface TrainedModel {
  readonly config: RunConfig;
  /** Committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`, in our own layout. */
  readonly parameters: Float32Array;
  /** SHA-256 of the parameters, lower-case hex. */
  readonly fingerprint: string;
}

/** What every exported file says about the model, for people and programs. */
export function descriptionOf({ config, step, fingerprint }: TrainedModel): Map<string, string> {
  return new Map([
    ["model", JSON.stringify(config.model)],
    ["dataset", config.dataset.name],
    ["step", String(step)],
    ["fingerprint", fingerprint],
  ]);
}
