/**
 * @file A trained model as an ONNX file, which every runtime reads. The graph is the whole way from a sample as the
 * data have it to an answer as the data have it: at its start bytes are divided by 255, and a table's numbers are
 * standardised; at its end predicted numbers get their unit back. A category is one input per value, 0 or 1. What a graph
 * can't say, such as the names of features and classes, is in the file's metadata.
 */
import type { DataDescription } from "../../shared/data/description.ts";
import { scalingsOf } from "../../shared/data/table/preprocess.ts";
import { layoutOf } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { encodeOnnx, type OnnxValue } from "../../shared/onnx/file.ts";
import { elementTypes, OnnxGraph } from "../../shared/onnx/graph.ts";
import { toTorch } from "../storage/torch-layout.ts";
import { addOnnxLayers } from "./onnx-layers.ts";
import { descriptionOf, type TrainedModel } from "./trained-model.ts";

/** How many samples go in at once is the caller's choice. */
const batch = "N";

export function encodeOnnxModel(model: TrainedModel): Uint8Array<ArrayBuffer> {
  const { config, parameters, data } = model;
  const { layers, outputShape } = layoutOf(config.model);
  const graph = new OnnxGraph();
  for (const [name, { shape, data: values }] of toTorch(parameters, config.model)) {
    graph.tensor(name, shape, values);
  }
  const input = inputOf(config.model, data);
  const last = addOnnxLayers(graph, layers, addInput(graph, config.model, { input, data }));
  graph.rename(addUnits(graph, last, data), "output");
  return encodeOnnx({
    name: "promedio",
    graph,
    inputs: [input],
    outputs: [{ name: "output", type: "float32", shape: [batch, ...outputShape] }],
    metadata: descriptionOf(model),
  });
}

function inputOf({ inputShape }: ModelConfig, data: DataDescription | undefined): OnnxValue {
  const { type, shape } = data?.features ?? { type: "floats", shape: inputShape };
  return {
    name: "input",
    type: type === "bytes" ? "uint8" : "float32",
    shape: [batch, ...shape],
  };
}

/** From a sample as the data have it to the network's input. */
function addInput(
  graph: OnnxGraph,
  { inputShape }: ModelConfig,
  { input, data }: { readonly input: OnnxValue; readonly data: DataDescription | undefined },
): string {
  let last = input.name;
  const to = elementTypes.float32;
  if (input.type === "uint8") {
    last = graph.node("Div", [graph.node("Cast", [last], { to }), graph.floats([255])]);
  } else if (data?.preprocessing?.kind === "table") {
    // In float64, rounded once, like the features of the dataset.
    const scalings = scalingsOf(data.preprocessing);
    const wide = graph.node("Cast", [last], { to: elementTypes.float64 });
    const centred = graph.node("Sub", [wide, graph.doubles(scalings.map(({ mean }) => mean))]);
    const divisor = graph.doubles(scalings.map(({ scale }) => scale));
    last = graph.node("Cast", [graph.node("Div", [centred, divisor])], { to });
  }
  const shape = [batch, ...inputShape];
  if (shape.join() === input.shape.join()) return last;
  return graph.node("Reshape", [last, graph.integers([-1, ...inputShape])]);
}

/** From standardised numbers to numbers in the unit of the data: value · scale + mean. */
function addUnits(graph: OnnxGraph, last: string, data: DataDescription | undefined): string {
  const scales = data?.target.kind === "values" ? data.target.scales : undefined;
  if (scales === undefined) return last;
  const scaled = graph.node("Mul", [last, graph.floats(scales.map(({ scale }) => scale))]);
  return graph.node("Add", [scaled, graph.floats(scales.map(({ mean }) => mean))]);
}
