/**
 * @file Checks a model in every run config that arrives: each layer against its kind's row, and that each layer
 * fits the one before.
 */
import * as z from "zod/mini";

import { sayAtTerminal } from "../words/sentence.ts";
import { layerSchema } from "./layer-kinds.ts";
import { placeLayers } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/** The longest list of layers. Twice as many would no longer fit into the header of a `run` message. */
const layersMax = 64;
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
