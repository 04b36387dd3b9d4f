/** @file The one line that names a run by its settings. */
import { modelTitle } from "../../shared/model/title.ts";
import type { RunConfig } from "../../shared/run/config.ts";

/** A run config in one line. */
export function titleOf(config: RunConfig): string {
  const { dataset, model, loss, optimizer, batchSize } = config;
  const rate = optimizer.name === "local-search" ? `σ ${optimizer.sigma}` : optimizer.learningRate;
  return `${dataset.name} · ${modelTitle(model)} · ${loss.name} · ${optimizer.name} ${rate} · batch ${batchSize}`;
}
