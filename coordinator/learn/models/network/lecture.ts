/** @file The lecture's network, and the form of any network that the pictures can show: plain values. */
import { denseModel } from "../../../../shared/model/dense-model.ts";
import type { ModelConfig } from "../../../../shared/model/model-config.ts";

export interface NetworkSource {
  /** What it is called in questions: `own`, or a run's id. */
  readonly id: string;
  /** Dense layers, sigmoid, softmax at the end. */
  readonly model: ModelConfig;
  /** The network at some of its steps, in order; the first is untrained if it is the page's own. */
  readonly snapshots: readonly Snapshot[];
  readonly digits: Digits;
}

export interface Snapshot {
  /** Committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
}

export interface Digits {
  readonly count: number;
  /** Shape `[count, 784]`, 0 = paper, 255 = ink. */
  readonly features: Uint8Array;
  /** Shape `[count]`. */
  readonly labels: Uint8Array;
}

/** The lecture's network: 13,002 parameters. */
export const lectureModel = denseModel({
  widths: [784, 16, 16, 10],
  activation: "sigmoid",
  output: "softmax",
});
