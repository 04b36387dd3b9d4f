/**
 * @file A computation as an ONNX graph in the making. The rows of the layer kinds add their operators to it, so that
 * any ONNX runtime computes what the network computes, up to its own rounding.
 *
 * @see https://onnx.ai/onnx/operators
 */
import { assert } from "../assert.ts";

type Shape = readonly number[];

/** The operator set that the graph's operators are taken from. */
export const onnxOpset = 17;

/** The numbers of the types of values. */
export const elementTypes = { float32: 1, uint8: 2, int64: 7, float64: 11 } as const;

/** An operator's setting. An integer is an `INT`; a `FLOAT` says so. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: Shape;
  /** Row by row. `BigInt64Array` for shapes, axes and indices. */
  readonly data: Float32Array | Float64Array | BigInt64Array;
}

/** Nodes in the order of computation, and the constants that they read. */
export class OnnxGraph {
  nodes: readonly OnnxNode[] = [];
  readonly tensors: OnnxTensor[] = [];

  /**
   * Adds an operator with one output.
   *
   * @returns The name of its output.
   */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    const output = `${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes = [...this.nodes, { op, inputs, output, attributes }];
    return output;
  }

  /** Gives the output of a node another name. */
  rename(from: string, to: string): void {
    const renamed = (name: string) => (name === from ? to : name);
    this.nodes = this.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      output: renamed(node.output),
    }));
  }

  /**
   * Adds a constant.
   *
   * @returns Its name.
   */
  tensor(name: string, shape: Shape, data: OnnxTensor["data"]): string {
    const size = shape.reduce((product, length) => product * length, 1);
    assert(data.length === size, () => `${name} has ${data.length} values, its shape ${size}`);
    this.tensors.push({ name, shape, data });
    return name;
  }

  /** Adds a constant float32 of any shape under a made-up name. */
  floats(values: readonly number[] | Float32Array, shape: Shape = [values.length]): string {
    return this.tensor(`constant_${this.tensors.length}`, shape, Float32Array.from(values));
  }

  /** Adds a constant vector of float64 under a made-up name. */
  doubles(values: readonly number[]): string {
    const name = `constant_${this.tensors.length}`;
    return this.tensor(name, [values.length], Float64Array.from(values));
  }

  /** Adds a constant int64 under a made-up name. */
  integer(value: number): string {
    return this.tensor(`constant_${this.tensors.length}`, [], BigInt64Array.of(BigInt(value)));
  }

  /** Adds a constant vector of int64 under a made-up name: a shape, axes or indices. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.tensor(`constant_${this.tensors.length}`, [values.length], data);
  }
}

/** Where a layer is added. */
export interface OnnxPlace {
  /** The name of its input, `[N, …inputShape]`. */
  readonly input: string;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** The name of one of its parameter tensors, which has PyTorch's layout. */
  readonly tensor: (name: string) => string;
  /**
   * Adds layers that the layer contains, from its input on.
   *
   * @param name - Under which PyTorch keeps them in the layer.
   * @returns The name of their output.
   */
  readonly addBlock: (name: string, layers: readonly { readonly kind: string }[]) => string;
}
