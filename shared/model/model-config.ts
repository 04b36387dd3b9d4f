/** @file The model in a run config: the shape of a sample and the layers that it passes through. */
import type { Shape } from "./layer-kind.ts";
import type { LayerConfig } from "./layer-kinds.ts";

export interface ModelConfig {
  /**
   * The shape in which the layers see the features of one sample: `[784]`, or a picture's `[height, width,
   * channels]`.
   */
  readonly inputShape: Shape;
  /** First to last. */
  readonly layers: readonly LayerConfig[];
}
