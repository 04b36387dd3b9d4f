/** @file The one line that names a run by its settings. */
import { modelTitle } from "../../shared/model/title.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";

/** A run config in one line. */
export function titleOf(config: RunConfig): Sentence {
  const { localSteps, delay } = config;
  const title = plainTitle(config);
  if (delay > 0) return sentence("run-title-delayed", { title, delay });
  if (localSteps === null) return title;
  const { steps, replicas } = localSteps;
  return sentence("run-title-local", { title, steps, replicas });
}

function plainTitle({ dataset, model, loss, optimizer, batchSize, wire }: RunConfig): Sentence {
  const isSearch = optimizer.name === "local-search";
  const values = {
    dataset: dataset.name,
    model: modelTitle(model),
    loss: loss.name,
    optimizer: optimizer.name,
    rate: isSearch ? sentence("sigma", { sigma: optimizer.sigma }) : optimizer.learningRate,
    batchSize,
  };
  if (wire === "float32") return sentence("run-title", values);
  return sentence("run-title-in-form", { ...values, wire });
}
