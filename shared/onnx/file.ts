/**
 * @file Writes a graph as an ONNX file. Pure: a graph to bytes. The numbers are the fields of `onnx.proto`.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { bytesOf } from "../bytes.ts";
import { ProtobufMessage } from "../protobuf.ts";
import {
  elementTypes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  onnxOpset,
  type OnnxTensor,
} from "./graph.ts";

/** The version of the file format that goes with the operator set. */
const irVersion = 8;

type ElementType = keyof typeof elementTypes;

function elementTypeOf({ data }: OnnxTensor): ElementType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int64";
}

const attributeTypes = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/** An input or output of the whole graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A name is a size that the caller chooses: `["N", 784]`. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly graph: OnnxGraph;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** For readers of the file; a runtime passes it on. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Writes the file; equal models give equal bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const message = new ProtobufMessage()
    .integer(1, irVersion)
    .text(2, "promedio")
    .message(7, graphMessage(model))
    .message(8, new ProtobufMessage().integer(2, onnxOpset));
  for (const [key, value] of model.metadata) {
    message.message(14, new ProtobufMessage().text(1, key).text(2, value));
  }
  return message.encode();
}

function graphMessage({ name, graph, inputs, outputs }: OnnxModel): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.text(2, name);
  for (const tensor of graph.tensors) message.message(5, tensorMessage(tensor));
  for (const input of inputs) message.message(11, valueMessage(input));
  for (const output of outputs) message.message(12, valueMessage(output));
  return message;
}

function nodeMessage({ op, inputs, output, attributes }: OnnxNode): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const input of inputs) message.text(1, input);
  message.text(2, output).text(3, output).text(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message.message(5, attributeMessage(name, value));
  }
  return message;
}

function attributeMessage(name: string, value: OnnxAttribute): ProtobufMessage {
  const message = new ProtobufMessage().text(1, name);
  const type = 20;
  if (typeof value === "number") {
    return message.integer(3, value).integer(type, attributeTypes.int);
  }
  if (typeof value === "string") {
    return message.text(4, value).integer(type, attributeTypes.string);
  }
  if ("float" in value) {
    return message.float(2, value.float).integer(type, attributeTypes.float);
  }
  if ("floats" in value) {
    return message.floats(7, value.floats).integer(type, attributeTypes.floats);
  }
  return message.integers(8, value).integer(type, attributeTypes.ints);
}

function tensorMessage(tensor: OnnxTensor): ProtobufMessage {
  const { name, shape, data } = tensor;
  return new ProtobufMessage()
    .integers(1, shape)
    .integer(2, elementTypes[elementTypeOf(tensor)])
    .text(8, name)
    .bytes(9, bytesOf(data));
}

function valueMessage({ name, type, shape }: OnnxValue): ProtobufMessage {
  const sizes = new ProtobufMessage();
  for (const size of shape) {
    const dimension = new ProtobufMessage();
    if (typeof size === "number") dimension.integer(1, size);
    else dimension.text(2, size);
    sizes.message(1, dimension);
  }
  const tensorType = new ProtobufMessage().integer(1, elementTypes[type]).message(2, sizes);
  return new ProtobufMessage()
    .text(1, name)
    .message(2, new ProtobufMessage().message(1, tensorType));
}
