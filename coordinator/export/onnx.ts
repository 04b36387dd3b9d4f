/**
 * @file A trained model as an ONNX file, which every runtime reads. Its input `input` is `[N, …inputShape]` as the
 * network sees it, its output `output` what the last layer gives. Operators come from the rows of the layer kinds.
 */
import { kindOf } from "../../shared/model/layer-kinds.ts";
import { layoutOf } from "../../shared/model/layout.ts";
import { encodeOnnx } from "../../shared/onnx/file.ts";
import { OnnxGraph } from "../../shared/onnx/graph.ts";
import { toTorch } from "../storage/torch-layout.ts";
import { descriptionOf, type TrainedModel } from "./trained-model.ts";

/** How many samples go in at once is the caller's choice. */
const batch = "N";

export function encodeOnnxModel(model: TrainedModel): Uint8Array<ArrayBuffer> {
  const { config, parameters } = model;
  const { inputShape } = config.model;
  const { layers, outputShape } = layoutOf(config.model);
  const graph = new OnnxGraph();
  for (const [name, { shape, data }] of toTorch(parameters, config.model)) {
    graph.tensor(name, shape, data);
  }
  let last = "input";
  for (const layer of layers) {
    const place = { ...layer, input: last, tensor: (name: string) => `${layer.name}.${name}` };
    last = kindOf(layer.config).onnx(graph, place, layer.config);
  }
  graph.rename(last, "output");
  return encodeOnnx({
    name: "promedio",
    graph,
    inputs: [{ name: "input", type: "float32", shape: [batch, ...inputShape] }],
    outputs: [{ name: "output", type: "float32", shape: [batch, ...outputShape] }],
    metadata: descriptionOf(model),
  });
}
