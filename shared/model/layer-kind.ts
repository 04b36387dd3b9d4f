/**
 * @file What a row of the table of layer kinds says. Offsets, initial values, checkpoints, titles and the network's
 * wiring are derived from these rows alone, so a new kind of layer is its kernel functions and its row.
 */
import type * as z from "zod/mini";

import type { Kernel } from "../kernels/kernel.ts";
import type { Layer, Rows } from "./layer.ts";

/** Sizes of a tensor's axes. Of a sample or an activation the batch is not one of them. */
export type Shape = readonly number[];

/** How many values a tensor of this shape has. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Why a layer does not take its input, worded so that it can follow "layer 3 (dense) ". */
export interface Misfit {
  readonly misfit: string;
}

/** One tensor of a layer's parameters. */
export interface TensorSpec {
  /** As PyTorch calls it: `weight`, `bias` … */
  readonly name: string;
  /** In the flat parameter vector, row by row. */
  readonly shape: Shape;
  /** Axis i of PyTorch's tensor is our axis `torchAxes[i]`; left out, both are the same. */
  readonly torchAxes?: readonly number[];
  /** What every value starts at, or how many inputs and outputs each value connects, where it is drawn. */
  readonly initial: number | { readonly fanIn: number; readonly fanOut: number };
}

/** The places in kernel memory that a layer is wired to. */
export interface Wiring {
  readonly kernel: Kernel;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** x. */
  readonly input: Rows;
  /** ∂loss/∂x, written by `backward`; `undefined` where no layer before has parameters. */
  readonly inputDeltas: Rows | undefined;
  /** y. The same rows as `input` if the kind works in place. */
  readonly output: Rows;
  /** ∂loss/∂y. The same rows as `inputDeltas` if the kind works in place. */
  readonly outputDeltas: Rows;
  /** Where each tensor begins, in bytes from the start of the parameters and of the gradient. */
  readonly offsets: readonly number[];
  /** Pointer to `scratchBytes` bytes that any layer may overwrite. */
  readonly scratch: number;
}

/** The beginning of a model, for `modelSchema` to check. */
export interface Example {
  readonly inputShape: Shape;
  readonly layers: readonly { readonly kind: string; readonly [setting: string]: unknown }[];
}

/** A row of the table. `Settings` is the layer's entry in the model, `{ kind, … }`. */
export interface LayerKind<Settings extends { readonly kind: string }> {
  /** Checks an entry of this kind, strictly. */
  readonly schema: z.ZodMiniType<Settings>;
  /** Shape of one sample's output. */
  outputShape(input: Shape, settings: Settings): Shape | Misfit;
  /** Its parameters, in the order in which they lie in the flat vector. Left out, there are none. */
  tensors?(input: Shape, settings: Settings): readonly TensorSpec[];
  /** Left out, it needs none. */
  scratchBytes?(input: Shape, output: Shape): number;
  /** Whether it overwrites its input with its output, and ∂loss/∂y with ∂loss/∂x. */
  readonly inPlace?: true;
  /** Whether it zeroes half of what it gets, which the weights before it make up for when they are drawn. */
  readonly rectifies?: true;
  /** Makes the layer. */
  wire(wiring: Wiring, settings: Settings): Layer;
  /** Makes the layer as a model's first one, reading samples stored as `sparse`. Left out, it takes only rows. */
  wireSparse?(wiring: Omit<Wiring, "input" | "inputDeltas">, settings: Settings): Layer;
  /**
   * The first layers of a small model that computes everything this kind can, on odd sizes: the self-test and the tests
   * add an output and run it. Such a layer comes after parameters, so that ∂loss/∂x is asked for.
   */
  readonly example: Example;
}
