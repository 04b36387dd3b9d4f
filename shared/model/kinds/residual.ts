/** @file A residual block: its layers compute what is added to their input, `y = f(x) + x`. */
import * as z from "zod/mini";

import { known } from "../../assert.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import type { OnnxPlace } from "../../onnx/graph.ts";
import { sentence } from "../../words/sentence.ts";
import type {
  LayerEntry,
  LayerKind,
  Misfit,
  Place,
  Placement,
  Shape,
  TensorSpec,
  Wiring,
} from "../layer-kind.ts";
import { allocateRows, type Chunk, type Layer, type Rows } from "../layer.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";

interface ResidualSettings<Entry extends LayerEntry> {
  readonly kind: "residual";
  /** What computes f, first to last. */
  readonly layers: readonly Entry[];
}

/** Each projection has two tensors. */
const projectionTensors = 2;

/**
 * `y = f(x) + x`, where f is the layers of the block. If they change the shape, the input passes through a projection
 * first, `y = f(x) + p(x)`: of a picture, a 1 × 1 convolution with the stride that gives the right size; of a vector, a
 * dense layer. In PyTorch, a module with an `nn.Sequential` named `layers` and, where there is one, a `projection`.
 *
 * @see He, Zhang, Ren & Sun 2015, eq. 1 and 2.
 */
export function residual<Entry extends LayerEntry>(schemaOfLayer: () => z.ZodMiniType<Entry>) {
  return {
    schema: z.strictObject({
      kind: z.literal("residual"),
      layers: z.array(z.lazy(schemaOfLayer)).check(z.minLength(1)),
    }),
    outputShape(input, { layers }, place) {
      const inner = place(input, layers);
      if ("misfit" in inner) return inner;
      const projection = projectionOf(input, inner.outputShape);
      if (projection !== undefined && "misfit" in projection) return projection;
      return inner.outputShape;
    },
    tensors(input, settings, place) {
      const { layers, projection } = partsOf(input, settings, place);
      return [
        ...layers.flatMap(({ name, tensors }) => prefixed(`layers.${name}`, tensors)),
        ...prefixed("projection", projection?.tensors() ?? []),
      ];
    },
    multiplyAdds(input, settings, place) {
      const { layers, projection } = partsOf(input, settings, place);
      const all = layers.map(({ multiplyAdds }) => multiplyAdds);
      return all.reduce((sum, each) => sum + each, projection?.multiplyAdds() ?? 0);
    },
    scratchBytes(input, _output, settings, place) {
      const { layers, projection } = partsOf(input, settings, place);
      const all = layers.map(({ scratchBytes }) => scratchBytes);
      return Math.max(...all, projection?.scratchBytes() ?? 0);
    },
    wire: (wiring, settings) => new ResidualLayer(wiring, settings),
    onnx(graph, place, { layers }) {
      const output = place.addBlock("layers", layers);
      const projection = projectionOf(place.inputShape, place.outputShape);
      const shortcut =
        projection === undefined || "misfit" in projection
          ? place.input
          : projection.onnx(graph, {
              ...place,
              tensor: (name) => place.tensor(`projection.${name}`),
            });
      return graph.node("Add", [output, shortcut]);
    },
    example: {
      inputShape: [4, 5],
      layers: [
        { kind: "conv2d", channels: 3, kernel: 2, stride: 1, padding: "same" },
        {
          kind: "residual",
          layers: [
            { kind: "relu" },
            { kind: "conv2d", channels: 3, kernel: 3, stride: 1, padding: "same" },
            { kind: "tanh" },
          ],
        },
        {
          kind: "residual",
          layers: [
            { kind: "residual", layers: [{ kind: "layer-norm" }, { kind: "tanh" }] },
            { kind: "conv2d", channels: 5, kernel: 3, stride: 2, padding: "same" },
            { kind: "tanh" },
          ],
        },
        { kind: "relu" },
        { kind: "flatten" },
        { kind: "residual", layers: [{ kind: "dense", units: 4 }] },
      ],
    },
  } satisfies LayerKind<ResidualSettings<Entry>>;
}

/** What an axis counts is known only in the layer itself. */
function prefixed(prefix: string, tensors: readonly TensorSpec[]): TensorSpec[] {
  return tensors.map((tensor) => ({
    ...tensor,
    name: `${prefix}.${tensor.name}`,
    axisRoles: [],
  }));
}

/** Of a block that `outputShape` has accepted. */
function partsOf<Entry extends LayerEntry>(
  input: Shape,
  { layers }: ResidualSettings<Entry>,
  place: Place,
) {
  const inner = place(input, layers);
  if ("misfit" in inner) return { layers: [], projection: undefined };
  const projection = projectionOf(input, inner.outputShape);
  const isThere = projection !== undefined && !("misfit" in projection);
  return { layers: inner.layers, projection: isThere ? projection : undefined };
}

interface Projection {
  tensors(): readonly TensorSpec[];
  multiplyAdds(): number;
  scratchBytes(): number;
  wire(wiring: Wiring): Layer;
  onnx(graph: Parameters<typeof conv2d.onnx>[0], place: OnnxPlace): string;
}

/** What brings the input of a block to the shape of its output; `undefined` if it has that shape. */
function projectionOf(input: Shape, output: Shape): Projection | Misfit | undefined {
  if (input.join() === output.join()) return undefined;
  const units = output.at(-1) ?? 1;
  const isVector = input.length === 1 && output.length === 1;
  if (isVector) {
    return bound(dense, { kind: "dense", units }, input, output);
  }
  const stride = strideBetween(input, output);
  if (stride !== undefined) {
    const settings = {
      kind: "conv2d",
      channels: units,
      kernel: 1,
      stride,
      padding: "same",
    } as const;
    return bound(conv2d, settings, input, output);
  }
  const values = { input: input.join(", "), output: output.join(", ") };
  return { misfit: sentence("no-projection", values) };
}

/** The stride that takes the rows and columns of a picture to those of another. */
function strideBetween(input: Shape, output: Shape): number | undefined {
  const [height = 0, width = 0] = input;
  const [outputHeight = 1, outputWidth = 1] = output;
  if (input.length < 2 || output.length !== 3) return undefined;
  const stride = Math.ceil(height / outputHeight);
  const fits = (size: number, wanted: number) => Math.ceil(size / stride) === wanted;
  return fits(height, outputHeight) && fits(width, outputWidth) ? stride : undefined;
}

function bound<Settings extends LayerEntry>(
  kind: Required<
    Pick<LayerKind<Settings>, "tensors" | "multiplyAdds" | "scratchBytes" | "wire" | "onnx">
  >,
  settings: Settings,
  input: Shape,
  output: Shape,
): Projection {
  return {
    tensors: () => kind.tensors(input, settings, noPlace),
    multiplyAdds: () => kind.multiplyAdds(input, settings, noPlace),
    scratchBytes: () => kind.scratchBytes(input, output, settings, noPlace),
    wire: (wiring) => kind.wire(wiring, settings),
    onnx: (graph, place) => kind.onnx(graph, place, settings),
  };
}

/** A projection has no layers in it. */
function noPlace(outputShape: Shape): Placement {
  return { layers: [], outputShape };
}

class ResidualLayer implements Layer {
  readonly #kernel: Kernel;
  readonly #inputDeltas: Rows | undefined;
  readonly #output: Rows;
  readonly #outputDeltas: Rows;
  readonly #layers: readonly Layer[];
  /** The output of the layers, and ∂loss/∂ it. */
  readonly #inner: { readonly rows: Rows; readonly deltas: Rows };
  /** What is added to that: the input, or the projection's output; and where ∂loss/∂x of that way is. */
  readonly #shortcut: Rows;
  readonly #shortcutDeltas: Rows;
  readonly #projection: Layer | undefined;

  constructor(wiring: Wiring, { layers }: ResidualSettings<LayerEntry>) {
    const { kernel, input, inputDeltas, inputShape, outputShape, output, outputDeltas } = wiring;
    const { chunkSamples, offsets } = wiring;
    this.#kernel = kernel;
    this.#inputDeltas = inputDeltas;
    this.#output = output;
    this.#outputDeltas = outputDeltas;
    const inner = wiring.wireBlock(layers);
    this.#layers = inner.layers;
    this.#inner = inner;
    const projection = projectionOf(inputShape, outputShape);
    if (projection === undefined || "misfit" in projection) {
      this.#shortcut = input;
      this.#shortcutDeltas = outputDeltas;
      return;
    }
    this.#shortcut = allocateRows(kernel, outputShape, chunkSamples);
    this.#shortcutDeltas =
      inputDeltas === undefined ? outputDeltas : allocateRows(kernel, inputShape, chunkSamples);
    this.#projection = projection.wire({
      ...wiring,
      inputDeltas: inputDeltas === undefined ? undefined : this.#shortcutDeltas,
      output: this.#shortcut,
      offsets: offsets.slice(-projectionTensors),
    });
  }

  forward(chunk: Chunk): void {
    for (const layer of this.#layers) layer.forward(chunk);
    this.#projection?.forward(chunk);
    this.#add(this.#output, this.#inner.rows, this.#shortcut, chunk);
  }

  backward(chunk: Chunk): void {
    const { pointer, stride } = this.#outputDeltas;
    const first = pointer / 4;
    // The layers may overwrite their deltas, which the other way still needs.
    const end = first + chunk.sampleCount * stride;
    this.#kernel.views.f32.copyWithin(this.#inner.deltas.pointer / 4, first, end);
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      known(this.#layers[i], "a layer of the block").backward(chunk);
    }
    this.#projection?.backward(chunk);
    if (this.#inputDeltas === undefined) return;
    this.#add(this.#inputDeltas, this.#inputDeltas, this.#shortcutDeltas, chunk);
  }

  #add(target: Rows, left: Rows, right: Rows, { sampleCount }: Chunk): void {
    const count = sampleCount * target.stride;
    this.#kernel.functions.addVectors(target.pointer, left.pointer, right.pointer, count);
  }
}
