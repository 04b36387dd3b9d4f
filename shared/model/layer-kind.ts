/**
 * @file What a row of the table of layer kinds contains. Offsets, initial values, checkpoints, titles and the
 * network's wiring are derived from these rows alone, so a new kind of layer is its kernel functions plus its row.
 */
import type * as z from "zod/mini";

import type { Kernel } from "../kernels/kernel.ts";
import type { OnnxGraph, OnnxPlace } from "../onnx/graph.ts";
import type { Sentence } from "../words/sentence.ts";
import type { Layer, Rows, Shape } from "./layer.ts";

export { type Shape, sizeOf } from "./layer.ts";

/** Why a layer does not accept its input, worded to follow "layer 3 (dense) ". */
export interface Misfit {
  readonly misfit: Sentence;
}

/** One tensor of a layer's parameters. */
export interface TensorSpec {
  /** PyTorch's name: `weight`, `bias` … */
  readonly name: string;
  /** Shape in the flat parameter vector, row by row. */
  readonly shape: Shape;
  /** Axis i of PyTorch's tensor is our axis `torchAxes[i]`. If absent, both are the same. */
  readonly torchAxes?: readonly number[];
  /** What each axis counts, for the names of single values. If absent, they are named by their place alone. */
  readonly axisRoles?: readonly ("input" | "output")[];
  /** The initial value of every element; or what their draws depend on. */
  readonly initial: number | Fan;
  /** Whether a layer that rectifies follows. If absent, the next layer in the list says. */
  readonly isRectified?: boolean;
}

/** How many inputs and outputs a weight connects. */
export interface Fan {
  readonly fanIn: number;
  readonly fanOut: number;
  /** The distribution of weights that neither add up inputs nor pass them on. If absent, it follows from the next layer. */
  readonly suits?: "normal";
}

/** The places in kernel memory that a layer is wired to. */
export interface Wiring {
  readonly kernel: Kernel;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** x. */
  readonly input: Rows;
  /**
   * ∂loss/∂x, written by `backward`; `undefined` if no earlier layer has parameters. Nobody else writes it between
   * `forward` and `backward`, unless the kind works in place.
   */
  readonly inputDeltas: Rows | undefined;
  /** y. The same rows as `input` if the kind works in place. */
  readonly output: Rows;
  /** ∂loss/∂y. The same rows as `inputDeltas` if the kind works in place. */
  readonly outputDeltas: Rows;
  /** The offset of each tensor, in bytes from the start of the parameters and of the gradient. */
  readonly offsets: readonly number[];
  /** The most samples of a chunk. */
  readonly chunkSamples: number;
  /** The run's; `undefined` where nothing is trained. */
  readonly seed: number | undefined;
  /** The layer's place in the model: its index in its list, after those of the layers that it is in. */
  readonly path: readonly number[];
  /** Wires layers that this layer contains: from its input on, with its parameters from the first on. */
  readonly wireBlock: (layers: readonly LayerEntry[]) => WiredBlock;
  /** Pointer to `scratchBytes` bytes that any layer may overwrite. */
  readonly scratch: number;
}

/** A layer in a list: its kind and that kind's settings, checked by its row. */
export interface LayerEntry {
  readonly kind: string;
}

/** A list of layers after a shape, first to last. */
export interface Placement {
  readonly layers: readonly {
    /** Its index in the list. */
    readonly name: string;
    readonly tensors: readonly TensorSpec[];
    readonly multiplyAdds: number;
    readonly scratchBytes: number;
  }[];
  readonly outputShape: Shape;
}

/** Places a list of layers that a layer contains, or finds the first one that does not fit. */
export type Place = (input: Shape, layers: readonly LayerEntry[]) => Placement | Misfit;

/** The layers in a layer, ready to be called. */
export interface WiredBlock {
  readonly layers: readonly Layer[];
  /** The output of the last one, and ∂loss/∂ it, which they may overwrite. */
  readonly rows: Rows;
  readonly deltas: Rows;
}

/** The beginning of a model, which `modelSchema` will check. */
export interface Example {
  readonly inputShape: Shape;
  readonly layers: readonly { readonly kind: string; readonly [setting: string]: unknown }[];
}

/** A row of the table. `Settings` is the layer's entry in the model, `{ kind, … }`. */
export interface LayerKind<Settings extends { readonly kind: string }> {
  /** Checks an entry of this kind, strictly. */
  readonly schema: z.ZodMiniType<Settings>;
  /** Shape of one sample's output. */
  outputShape(input: Shape, settings: Settings, place: Place): Shape | Misfit;
  /** Its parameters, in their order in the flat vector. If absent, there are none. */
  tensors?(input: Shape, settings: Settings, place: Place): readonly TensorSpec[];
  /** Multiply-adds per sample in the forward pass. If absent, hardly any. */
  multiplyAdds?(input: Shape, settings: Settings, place: Place): number;
  /** If absent, it needs none. */
  scratchBytes?(input: Shape, output: Shape, settings: Settings, place: Place): number;
  /** Whether it overwrites its input with its output, and ∂loss/∂y with ∂loss/∂x. */
  readonly inPlace?: true;
  /** Whether it computes the gradients of several leaves at once, and adds them along the tree. */
  readonly addsLeaves?: true;
  /** Whether it zeroes about half of its inputs, which the initial values of the weights before it compensate for. */
  readonly rectifies?: true;
  /** Creates the layer. */
  wire(wiring: Wiring, settings: Settings): Layer;
  /**
   * Creates the layer as a model's first one, which reads samples stored as `sparse`. If absent, it accepts only
   * rows.
   */
  wireSparse?(wiring: Omit<Wiring, "input" | "inputDeltas">, settings: Settings): Layer;
  /**
   * Adds the operators that compute the layer to an ONNX graph.
   *
   * @returns The name of its output, `[N, …outputShape]`.
   */
  onnx(graph: OnnxGraph, place: OnnxPlace, settings: Settings): string;
  /**
   * The first layers of a small model that uses everything this kind can do, with odd sizes. The self-test and the
   * tests add an output and run it. The layer must come after parameters, so that ∂loss/∂x is computed.
   */
  readonly example: Example;
}
