/**
 * @file Converts what earlier versions of the program wrote to disk. Until checkpoint version 2, every run was a
 * classification that was evaluated on the test split. Until checkpoint version 1, a model was `{
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
import { layoutOf, outputCount } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { modelSchema } from "../../shared/model/model-schema.ts";
import { type RunConfig, runConfigSchema } from "../../shared/run/config.ts";
import type { Tensor } from "../../shared/safetensors.ts";
import { confusionClassesMax } from "../../shared/tasks/class-metrics.ts";
import { sentence } from "../../shared/words/sentence.ts";

const oldModelSchema = z.strictObject({
  /** Widths: inputs, hidden …, outputs. */
  layers: z.array(z.int().check(z.positive())).check(z.minLength(2), z.maxLength(32)),
  activation: z.enum(hiddenActivations),
  output: z.enum(outputActivations),
});
const oldConfigSchema = z.looseObject({ model: oldModelSchema });

/** A run config of any version, converted to today's. */
export const storedConfigSchema: z.ZodMiniType<RunConfig> = ofAnyVersion(
  (config) => withTask(withNewFields(withLayerList(config))),
  runConfigSchema,
);

/**
 * A schema that converts old forms first. What is not of an old form stays unchanged; the schema then says what is
 * wrong with it, if anything.
 */
export function ofAnyVersion<T>(
  convert: (value: unknown) => unknown,
  schema: z.ZodMiniType<T>,
): z.ZodMiniType<T> {
  return z.pipe(z.transform(convert), schema);
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
  return {
    l1: 0,
    initWeights: "auto",
    augment: null,
    init: null,
    freeze: 0,
    labelSmoothing: 0,
    classWeights: null,
    patience: null,
    localSteps: null,
    delay: 0,
    wire: "float32",
    ...config,
    schedule: { restarts: [], ...config.schedule },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

const untaskedSchema = z.looseObject({ model: modelSchema, task: z.optional(z.undefined()) });

/** Until checkpoint version 2, every run learned as many classes as its model has outputs. */
function withTask(config: unknown): unknown {
  const old = untaskedSchema.safeParse(config);
  if (!old.success) return config;
  const count = outputCount(old.data.model);
  return { ...old.data, task: { name: "classification", kind: "classes", count } };
}

const oldEvaluationSchema = z.strictObject({
  step: z.unknown(),
  epoch: z.unknown(),
  testLoss: z.unknown(),
  testAccuracy: z.unknown(),
  confusion: z.array(z.number()),
});
const oldProgressSchema = z.looseObject({
  evaluation: z.nullable(oldEvaluationSchema),
  bestTestLoss: z.unknown(),
});

/** Until checkpoint version 2, only the test split was evaluated, and only for classes. */
export function storedProgress(progress: unknown): unknown {
  const old = oldProgressSchema.safeParse(progress);
  if (!old.success) return progress;
  const { bestTestLoss, evaluation, ...rest } = old.data;
  return {
    ...rest,
    evaluation: evaluation && convertEvaluation(evaluation),
    finalTest: null,
    bestLoss: bestTestLoss,
  };
}

function convertEvaluation({
  testLoss,
  testAccuracy,
  confusion,
  ...rest
}: z.infer<typeof oldEvaluationSchema>): unknown {
  const isToday = confusion.length !== 4 && confusion.length <= confusionClassesMax ** 2;
  return {
    ...rest,
    split: "test",
    loss: testLoss,
    metrics: { accuracy: testAccuracy },
    sums: isToday ? confusion : [],
  };
}

const oldScoreSchema = z.looseObject({
  testLoss: z.nullable(z.number()),
  testAccuracy: z.nullable(z.number()),
});

/** A run's record of the same time. */
export function storedRecord(record: unknown): unknown {
  const old = oldScoreSchema.safeParse(record);
  if (!old.success) return record;
  const { testLoss, testAccuracy, ...rest } = old.data;
  const metrics = testAccuracy === null ? {} : { accuracy: testAccuracy };
  return { ...rest, score: testLoss === null ? null : { split: "test", loss: testLoss, metrics } };
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
