/**
 * @file Checks a model in every run config that arrives: each layer against its kind's row, and that each layer
 * fits the one before.
 */
import * as z from "zod/mini";

import { sayAtTerminal, sentence } from "../words/sentence.ts";
import { type LayerConfig, layerSchema } from "./layer-kinds.ts";
import { placeLayers } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/** The most layers, those in layers included: twelve blocks of a transformer. The next limits come first for most models. */
const layersMax = 100;
/** A layer in a layer in a layer is the deepest, which a header's depth allows. */
const blocksMax = 2;
/** All settings of all layers as JSON, which is longer than in the header of a `run` message. A run config has about 1,000 bytes more. */
const lengthMax = 2_500;
/** A sample has at most this many axes. */
const axesMax = 4;

const size = z.int().check(z.positive());

export const modelSchema: z.ZodMiniType<ModelConfig> = z
  .strictObject({
    inputShape: z.array(size).check(z.minLength(1), z.maxLength(axesMax)),
    layers: z.array(layerSchema).check(z.minLength(1), z.maxLength(layersMax)),
  })
  .check(
    z.check(({ value, issues }) => {
      if (isTooLong(value.layers)) {
        const message = sayAtTerminal(sentence("model-too-long"));
        issues.push({ code: "custom", input: value, path: ["layers"], message });
        return;
      }
      const placed = placeLayers(value);
      if ("misfit" in placed) {
        issues.push({
          code: "custom",
          input: value,
          path: ["layers"],
          message: sayAtTerminal(placed.misfit),
        });
      }
    }),
  );

function isTooLong(layers: readonly LayerConfig[]): boolean {
  const { count, depth } = extentOf(layers);
  return count > layersMax || depth > blocksMax || JSON.stringify(layers).length > lengthMax;
}

/** How many layers there are, those in layers included, and how many layers around the innermost one. */
function extentOf(layers: readonly LayerConfig[]): { count: number; depth: number } {
  let [count, depth] = [layers.length, 0];
  for (const layer of layers) {
    if (!("layers" in layer)) continue;
    const inner = extentOf(layer.layers);
    count += inner.count;
    depth = Math.max(depth, inner.depth + 1);
  }
  return { count, depth };
}
