/** @file `promedio summary`: the network that a run would train, layer by layer, without training it. */
import { layoutOf, type ModelLayout } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { layerTitle } from "../../shared/model/title.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { pointLength, stateSizes, trainingKind } from "../../shared/run/kinds.ts";
import { type GivenCounts, planRun } from "../../shared/run/plan.ts";
import { runDefaults } from "../../shared/run/settings/defaults.ts";
import { resolveRunConfig } from "../../shared/run/settings/resolve.ts";
import { sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { loadDataset } from "../datasets/loaders.ts";
import type { SummaryCommand } from "../options.ts";
import { dataSettingsOf, factsOf } from "../run-setup.ts";
import { nodeDisk } from "../storage/disk.ts";
import type { InspectWorld } from "./main.ts";

/**
 * Loads the dataset, because the last layer depends on what is to be predicted, and writes the table.
 *
 * @returns The exit code.
 * @throws OperatorError if the layers don't fit the data or each other; its line names the layer.
 */
export async function runSummary(
  { options, run }: SummaryCommand,
  { write, tell }: InspectWorld,
): Promise<number> {
  const { origins } = run;
  const data = dataSettingsOf(run);
  const loaded = await loadDataset(run.given.dataset ?? runDefaults.dataset, {
    ...options,
    disk: nodeDisk,
    data,
    origins,
    progress: (line) => tell(sayAtTerminal(line)),
  });
  const facts = factsOf(loaded);
  const config = resolveRunConfig(run, facts);
  const lines = [...summaryLines(config.model), sayAtTerminal(trafficOf(config, facts))];
  write(`${lines.join("\n")}\n`);
  return 0;
}

/** What a step of a run sends to each worker that takes part in it, and gets back. */
export function trafficOf(config: RunConfig, counts: GivenCounts): Sentence {
  const sizes = stateSizes(config);
  const bytes = 4 * pointLength(trainingKind(config), sizes);
  const size = `${Number((bytes / (bytes < 1e6 ? 1e3 : 1e6)).toPrecision(3))} ${bytes < 1e6 ? "kB" : "MB"}`;
  if (config.optimizer.name === "local-search") return sentence("summary-step-search", { size });
  if (config.localSteps === null) return sentence("summary-step", { size });
  const { stepsPerEpoch } = planRun(config, counts);
  const batches = Math.ceil(counts.trainCount / config.batchSize);
  const times = (batches * sizes.parameterCount) / (stepsPerEpoch * sizes.stateCount);
  const values = {
    size,
    batches: Math.floor(batches / stepsPerEpoch),
    times: times.toPrecision(3),
  };
  return sentence("summary-step-local", values);
}

/** One line a layer, with its output shape, its parameters and its multiply-adds per sample; then the sums. */
export function summaryLines(model: ModelConfig): string[] {
  const layout = layoutOf(model);
  const heads = [
    sentence("summary-layer"),
    sentence("summary-shape"),
    sentence("summary-parameters"),
    sentence("summary-multiply-adds"),
  ].map(sayAtTerminal);
  const rows = layout.layers.map((layer) => [
    `${layer.name}  ${layerTitle(layer.config)}`,
    layer.outputShape.join(" × "),
    said(parametersOf(layer)),
    said(layer.multiplyAdds),
  ]);
  const input = [sayAtTerminal(sentence("summary-input")), model.inputShape.join(" × "), "", ""];
  const sums = layout.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const total = [
    sayAtTerminal(sentence("summary-total")),
    "",
    said(layout.parameterCount),
    said(sums),
  ];
  return columns([heads, input, ...rows, total]);
}

function parametersOf({ tensors }: ModelLayout["layers"][number]): number {
  return (tensors.at(-1)?.end ?? 0) - (tensors[0]?.start ?? 0);
}

function said(count: number): string {
  return sayAtTerminal(sentence("summary-count", { count }));
}

/** Pads the cells; all but the first two columns are numbers and stand on the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
