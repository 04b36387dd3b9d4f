/**
 * @file Converts what earlier versions of the program wrote to disk. Until checkpoint version 1, a model was `{
 * layers: [784, 16, 10], activation, output }`, and a checkpoint numbered its dense layers 0, 2, 4 … even if
 * nothing was between them. Nothing else in the program knows about this.
 */
import * as z from "zod/mini";

import { FormatError } from "../../shared/format-error.ts";
import {
  denseModel,
  hiddenActivations,
  outputActivations,
} from "../../shared/model/dense-model.ts";
import { layoutOf } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { type RunConfig, runConfigSchema } from "../../shared/run/config.ts";
import type { Tensor } from "../../shared/safetensors.ts";
import { sentence } from "../../shared/words/sentence.ts";

const oldModelSchema = z.strictObject({
  /** Widths: inputs, hidden …, outputs. */
  layers: z.array(z.int().check(z.positive())).check(z.minLength(2), z.maxLength(32)),
  activation: z.enum(hiddenActivations),
  output: z.enum(outputActivations),
});
const oldConfigSchema = z.looseObject({ model: oldModelSchema });

/** A run config of either form, converted to today's. */
export const storedConfigSchema: z.ZodMiniType<RunConfig> = z.pipe(
  z.transform(convert),
  runConfigSchema,
);

/** Anything that is not of an old form stays unchanged; the schema then says what is wrong with it, if anything. */
function convert(config: unknown): unknown {
  return withNewFields(withLayerList(config));
}

function withLayerList(config: unknown): unknown {
  const old = oldConfigSchema.safeParse(config);
  if (!old.success) return config;
  const { layers, activation, output } = old.data.model;
  return { ...old.data, model: denseModel({ widths: layers, activation, output }) };
}

/** Adds the fields that a config lacks because the program did not have them yet, with what it did then. */
function withNewFields(config: unknown): unknown {
  if (!isObject(config) || !("schedule" in config) || !isObject(config.schedule)) return config;
  return { l1: 0, initWeights: "auto", ...config, schedule: { restarts: [], ...config.schedule } };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * The tensors of a checkpoint of version 1, with today's names.
 *
 * @throws FormatError if a tensor does not belong to the model.
 */
export function renamedTensors(
  tensors: ReadonlyMap<string, Tensor>,
  model: ModelConfig,
): Map<string, Tensor> {
  const trained = layoutOf(model).layers.filter((layer) => layer.tensors.length > 0);
  const names = new Map(trained.map(({ name }, index) => [String(2 * index), name]));
  return new Map(
    [...tensors].map(([oldName, tensor]) => {
      const [, prefix = "", layer = "", rest = ""] = tensorName.exec(oldName) ?? [];
      const name = names.get(layer);
      if (name === undefined)
        throw new FormatError(sentence("checkpoint-old-tensor", { name: oldName }));
      return [prefix + name + rest, tensor];
    }),
  );
}

/** `0.weight`, `optimizer.first.0.weight`. */
const tensorName = /^((?:optimizer\.[A-Za-z0-9]+\.)?)(\d+)(\.\w+)$/u;
