/** @file A trained model as it leaves the program: what was trained, from what, and how far. */
import type { DataDescription } from "../../shared/data/description.ts";
import { featureNamesOf } from "../../shared/data/table/preprocess.ts";
import type { RunConfig } from "../../shared/run/config.ts";

export interface TrainedModel {
  readonly config: RunConfig;
  /** Committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`, in our own layout. */
  readonly parameters: Float32Array;
  /** SHA-256 of the parameters, lower-case hex. */
  readonly fingerprint: string;
  /** Absent for models of older versions. */
  readonly data?: DataDescription | undefined;
}

/** What every exported file says about the model, for people and programs. */
export function descriptionOf({
  config,
  step,
  fingerprint,
  data,
}: TrainedModel): Map<string, string> {
  return new Map([
    ...Object.entries(data ?? {}).map(([key, value]) => [key, JSON.stringify(value)] as const),
    ...(data?.preprocessing?.kind === "table"
      ? [["featureNames", JSON.stringify(featureNamesOf(data.preprocessing))] as const]
      : []),
    ["model", JSON.stringify(config.model)],
    ["dataset", config.dataset.name],
    ["step", String(step)],
    ["fingerprint", fingerprint],
  ]);
}
