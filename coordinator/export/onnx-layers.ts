/** @file Layers as operators of an ONNX graph, from the rows of their kinds. */
import { assert } from "../../shared/assert.ts";
import { kindOf, type LayerConfig } from "../../shared/model/layer-kinds.ts";
import { type PlacedLayer, placeList } from "../../shared/model/layout.ts";
import type { OnnxGraph } from "../../shared/onnx/graph.ts";

/**
 * Adds layers, first to last.
 *
 * @param input - The name of their input, `[N, …inputShape]`.
 * @param prefix - What comes before the names of their tensors.
 * @returns The name of their output.
 */
export function addOnnxLayers(
  graph: OnnxGraph,
  layers: readonly PlacedLayer[],
  input: string,
  prefix = "",
): string {
  let last = input;
  for (const layer of layers) {
    const before = `${prefix}${layer.name}.`;
    const from = last;
    const { inputShape } = layer;
    last = kindOf(layer.config).onnx(
      graph,
      {
        input: from,
        inputShape,
        outputShape: layer.outputShape,
        tensor: (name) => `${before}${name}`,
        addBlock: (name, inner) => {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the layer's schema has checked them
          const entries = inner as readonly LayerConfig[];
          const placed = placeList(entries, { inputShape, start: 0, path: "" });
          assert(!("misfit" in placed), "a checked layer's layers fit");
          return addOnnxLayers(graph, placed.layers, from, `${before}${name}.`);
        },
      },
      layer.config,
    );
  }
  return last;
}
