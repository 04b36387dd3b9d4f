/** @file Wires the layers of a model to each other in a kernel's memory. */
import { known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { GatherLayer } from "./gather-layer.ts";
import { sizeOf, type Wiring } from "./layer-kind.ts";
import { kindOf } from "./layer-kinds.ts";
import { allocateRows, chunkSamplesOf, type Layer, type Rows } from "./layer.ts";
import { frozenPart, type ModelLayout, type PlacedLayer } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";
import type { FeatureForm } from "./stored-split.ts";

/** Layers that are ready to be called. */
export interface WiredLayers {
  /** Copies the samples of a chunk to where the first layer reads them; `undefined` if that layer reads them itself. */
  readonly gather: GatherLayer | undefined;
  /** One for each layer of the model. */
  readonly layers: readonly Layer[];
  /** Index of the first layer with parameters to train: `backward` of the layers before it is never called. */
  readonly firstTrained: number;
  /** How many samples are computed at once. */
  readonly chunkSamples: number;
  /** The output of the last layer, and ∂loss/∂output. */
  readonly outputs: Rows;
  readonly outputDeltas: Rows;
}

/** Whether the first layer of a model reads samples that are stored as `sparse`. */
export function readsSparse({ layers: [first] }: ModelConfig): boolean {
  return first !== undefined && kindOf(first).wireSparse !== undefined;
}

/**
 * @param form - How the features of the splits are stored; `sparse` only if `readsSparse`.
 * @param freeze - How many layers with parameters are not trained.
 */
export function wireLayers(
  kernel: Kernel,
  layout: ModelLayout,
  form: FeatureForm,
  freeze: number,
): WiredLayers {
  const placed = layout.layers;
  const { firstTrained } = frozenPart(layout, freeze);
  const widths = placed.map(
    ({ inputShape, outputShape }) => sizeOf(inputShape) + sizeOf(outputShape),
  );
  const chunkSamples = chunkSamplesOf(Math.max(...widths));
  const scratch = kernel.arena.allocate(Math.max(...placed.map(scratchBytesOf)));
  const inputWidth = sizeOf(known(placed[0], "a model has a layer").inputShape);
  const input = form === "sparse" ? undefined : allocateRows(kernel, inputWidth, chunkSamples);
  const gather =
    form === "sparse" || input === undefined ? undefined : new GatherLayer(kernel, form, input);
  const layers: Layer[] = [];
  let at: Ends = { rows: input, deltas: undefined };
  for (const [index, layer] of placed.entries()) {
    const to = outputOf(kernel, layer, at, chunkSamples);
    const asksForDeltas = index > firstTrained;
    const wiring = {
      kernel,
      inputShape: layer.inputShape,
      outputShape: layer.outputShape,
      inputDeltas: asksForDeltas ? at.deltas : undefined,
      output: to.rows,
      outputDeltas: to.deltas,
      offsets: layer.tensors.map(({ start }) => 4 * start),
      chunkSamples,
      scratch,
    };
    layers.push(makeLayer(layer, wiring, at.rows));
    at = to;
  }
  const outputs = known(at.rows, "the last layer has an output");
  const outputDeltas = known(at.deltas, "the last layer has deltas");
  return { gather, layers, firstTrained, chunkSamples, outputs, outputDeltas };
}

/** The boundary between one layer and the next. */
interface Ends {
  readonly rows: Rows | undefined;
  readonly deltas: Rows | undefined;
}

function scratchBytesOf({ config, inputShape, outputShape }: PlacedLayer): number {
  return kindOf(config).scratchBytes?.(inputShape, outputShape, config) ?? 0;
}

function outputOf(
  kernel: Kernel,
  { config, outputShape }: PlacedLayer,
  input: Ends,
  chunkSamples: number,
) {
  const newRows = () => allocateRows(kernel, sizeOf(outputShape), chunkSamples);
  if (kindOf(config).inPlace === true) {
    const rows = known(input.rows, "a layer in place has an input");
    return { rows, deltas: input.deltas ?? newRows() };
  }
  return { rows: newRows(), deltas: newRows() };
}

function makeLayer(
  { config }: PlacedLayer,
  wiring: Omit<Wiring, "input">,
  input: Rows | undefined,
): Layer {
  const kind = kindOf(config);
  if (input !== undefined) return kind.wire({ ...wiring, input }, config);
  return known(kind.wireSparse?.(wiring, config), `${config.kind} reads sparse samples`);
}
