/** @file Wires the layers of a model to each other in a kernel's memory. */
import { assert, known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { GatherLayer } from "./chunk/gather-layer.ts";
import { type LayerEntry, type Shape, sizeOf, type WiredBlock } from "./layer-kind.ts";
import { kindOf, type LayerConfig } from "./layer-kinds.ts";
import { allocateRows, type Chunk, chunkSamplesOf, type Layer, type Rows } from "./layer.ts";
import { frozenPart, type ModelLayout, type PlacedLayer, placeList } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";
import type { FeatureForm } from "./stored-split.ts";

/** Layers that are ready to be called. */
export interface WiredLayers {
  /** Copies the samples of a chunk to where the first layer reads them; `undefined` if that layer reads them itself. */
  readonly gather: GatherLayer | undefined;
  /** Those of the model, and copies between them. */
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
export function readsSparse({ inputShape, layers: [first] }: ModelConfig): boolean {
  return inputShape.length === 1 && first !== undefined && kindOf(first).wireSparse !== undefined;
}

/**
 * @param options - `form`: how the features of the splits are stored; `sparse` only if `readsSparse`. `freeze`: how many
 *   layers with parameters are not trained. `seed`: the run's; `undefined` where nothing is trained.
 */
export function wireLayers(
  kernel: Kernel,
  layout: ModelLayout,
  {
    form,
    freeze,
    seed,
  }: {
    readonly form: FeatureForm;
    readonly freeze: number;
    readonly seed: number | undefined;
  },
): WiredLayers {
  const placed = layout.layers;
  const chunkSamples = chunkSamplesFor(placed);
  const scratch = kernel.arena.allocate(
    Math.max(...placed.map(({ scratchBytes }) => scratchBytes)),
  );
  const { inputShape } = known(placed[0], "a model has a layer");
  const input = form === "sparse" ? undefined : allocateRows(kernel, inputShape, chunkSamples);
  const gather =
    form === "sparse" || input === undefined ? undefined : new GatherLayer(kernel, form, input);
  const from = { rows: input, deltas: undefined };
  const trainedFrom = frozenPart(layout, freeze).firstTrained;
  const place = { kernel, chunkSamples, scratch, seed, path: [] };
  const { layers, firstTrained, to } = wireList(place, placed, { from, trainedFrom });
  const outputs = known(to.rows, "the last layer has an output");
  const outputDeltas = known(to.deltas, "the last layer has deltas");
  return { gather, layers, firstTrained, chunkSamples, outputs, outputDeltas };
}

function chunkSamplesFor(placed: readonly PlacedLayer[]): number {
  const all = placed.flatMap(withInner);
  const widths = all.map(({ inputShape, outputShape }) => sizeOf(inputShape) + sizeOf(outputShape));
  const hasRows = all.every((layer) => layer.multiplyAdds === 0 || layer.inputShape.length > 1);
  return chunkSamplesOf(Math.max(...widths), hasRows);
}

/** A layer, and those in it. */
function withInner(layer: PlacedLayer): readonly PlacedLayer[] {
  const { config } = layer;
  const inner = "layers" in config ? placeInner(layer, config.layers) : [];
  return [layer, ...inner.flatMap(withInner)];
}

/** What the layers of a list share. */
interface Workplace {
  readonly kernel: Kernel;
  readonly chunkSamples: number;
  readonly scratch: number;
  readonly seed: number | undefined;
  /** Where the layers around are. */
  readonly path: readonly number[];
}

/** The boundary between one layer and the next. */
interface Ends {
  readonly rows: Rows | undefined;
  readonly deltas: Rows | undefined;
}

interface Stretch {
  /** Its deltas are written if there are any. */
  readonly from: Ends;
  /** Index of the first layer that asks for what is behind it. */
  readonly trainedFrom: number;
  /** Whether somebody else still needs what the first layer reads. */
  readonly keepsInput?: true;
}

/** @returns `firstTrained`: where `trainedFrom` is among the layers and the copies between them. */
function wireList(
  place: Workplace,
  placed: readonly PlacedLayer[],
  { from, trainedFrom, keepsInput }: Stretch,
): { readonly layers: readonly Layer[]; readonly firstTrained: number; readonly to: Ends } {
  const layers: Layer[] = [];
  let firstTrained: number | undefined;
  let at = from;
  let isKept = keepsInput ?? false;
  for (const [index, layer] of placed.entries()) {
    const isInPlace = kindOf(layer.config).inPlace === true;
    if (isInPlace && isKept) {
      const copy = newRows(place, layer.inputShape);
      layers.push(new CopyLayer(place.kernel, at, copy));
      at = copy;
    }
    if (index === trainedFrom) firstTrained = layers.length;
    const to = isInPlace
      ? { rows: at.rows, deltas: at.deltas ?? newRows(place, layer.outputShape).deltas }
      : newRows(place, layer.outputShape);
    const asksForDeltas = index > trainedFrom || from.deltas !== undefined;
    const here = { ...place, path: [...place.path, index] };
    layers.push(wireOne(here, layer, asksForDeltas ? at : { ...at, deltas: undefined }, to));
    at = to;
    // A layer in place computes its way back from its output.
    isKept = isInPlace;
  }
  return { layers, firstTrained: firstTrained ?? layers.length, to: at };
}

function newRows({ kernel, chunkSamples }: Workplace, shape: Shape) {
  return {
    rows: allocateRows(kernel, shape, chunkSamples),
    deltas: allocateRows(kernel, shape, chunkSamples),
  };
}

function wireOne(place: Workplace, layer: PlacedLayer, from: Ends, to: Ends): Layer {
  const { config, inputShape, outputShape, tensors } = layer;
  const kind = kindOf(config);
  const wiring = {
    ...place,
    inputShape,
    outputShape,
    inputDeltas: from.deltas,
    output: known(to.rows, "a layer has an output"),
    outputDeltas: known(to.deltas, "a layer has deltas"),
    offsets: tensors.map(({ start }) => 4 * start),
    wireBlock: (inner: readonly LayerEntry[]) => wireBlock(place, layer, inner, from),
  };
  if (from.rows !== undefined) return kind.wire({ ...wiring, input: from.rows }, config);
  return known(kind.wireSparse?.(wiring, config), `${config.kind} reads sparse samples`);
}

/** Wires the layers in a layer. They leave its input as it is, and their deltas are their own. */
function wireBlock(
  place: Workplace,
  around: PlacedLayer,
  inner: readonly LayerEntry[],
  from: Ends,
): WiredBlock {
  const placed = placeInner(around, inner);
  const trainedFrom = placed.findIndex((each) => each.tensors.length > 0);
  const { layers, to } = wireList(place, placed, { from, trainedFrom, keepsInput: true });
  return {
    layers,
    rows: known(to.rows, "a block has an output"),
    deltas: known(to.deltas, "a block has deltas"),
  };
}

function placeInner(
  { inputShape, tensors }: PlacedLayer,
  inner: readonly LayerEntry[],
): readonly PlacedLayer[] {
  const beginning = { inputShape, start: tensors[0]?.start ?? 0, path: "" };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the layer's schema has checked them
  const placed = placeList(inner as readonly LayerConfig[], beginning);
  assert(!("misfit" in placed), "a checked layer's layers fit");
  return placed.layers;
}

/** Copies rows, because the next layer overwrites what it reads and somebody else still needs it. */
class CopyLayer implements Layer {
  readonly #kernel: Kernel;
  readonly #from: Ends;
  readonly #to: Ends;

  constructor(kernel: Kernel, from: Ends, to: Ends) {
    this.#kernel = kernel;
    this.#from = from;
    this.#to = to;
  }

  forward({ sampleCount }: Chunk): void {
    this.#copy(this.#from.rows, this.#to.rows, sampleCount);
  }

  backward({ sampleCount }: Chunk): void {
    this.#copy(this.#to.deltas, this.#from.deltas, sampleCount);
  }

  #copy(from: Rows | undefined, to: Rows | undefined, sampleCount: number): void {
    if (from === undefined || to === undefined) return;
    const first = from.pointer / 4;
    const end = first + sampleCount * from.stride;
    this.#kernel.views.f32.copyWithin(to.pointer / 4, first, end);
  }
}
