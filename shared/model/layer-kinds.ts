/** @file The table of layer kinds: one row per kind, keyed by its name in a model. */
import * as z from "zod/mini";

import { known } from "../assert.ts";
import { attention } from "./kinds/attention.ts";
import { averagePool2d } from "./kinds/average-pool2d.ts";
import { conv2d } from "./kinds/conv2d.ts";
import { dense } from "./kinds/dense.ts";
import { dropout } from "./kinds/dropout.ts";
import { relu, sigmoid, tanh } from "./kinds/elementwise.ts";
import { embedding, positionEmbedding } from "./kinds/embedding.ts";
import { flatten } from "./kinds/flatten.ts";
import { gelu } from "./kinds/gelu.ts";
import { groupNorm } from "./kinds/group-norm.ts";
import { layerNorm } from "./kinds/layer-norm.ts";
import { maxPool2d } from "./kinds/max-pool2d.ts";
import { residual } from "./kinds/residual.ts";
import { softmax } from "./kinds/softmax.ts";
import type { LayerKind } from "./layer-kind.ts";

/** The kinds without layers in them. */
const plainKinds = {
  dense,
  sigmoid,
  tanh,
  relu,
  softmax,
  gelu,
  conv2d,
  "max-pool2d": maxPool2d,
  "average-pool2d": averagePool2d,
  flatten,
  dropout,
  "layer-norm": layerNorm,
  "group-norm": groupNorm,
  embedding,
  "position-embedding": positionEmbedding,
  attention,
};

type PlainConfig = z.infer<(typeof plainKinds)[keyof typeof plainKinds]["schema"]>;

/** A layer that contains layers. */
export interface BlockConfig {
  readonly kind: "residual";
  readonly layers: readonly LayerConfig[];
}

/** One layer of a model: its kind and that kind's settings. */
export type LayerConfig = PlainConfig | BlockConfig;

export const layerKinds = {
  ...plainKinds,
  residual: residual<LayerConfig>(() => layerSchema),
};

const [first, ...rest] = Object.values(layerKinds).map(({ schema }) => schema);

export const layerSchema: z.ZodMiniType<LayerConfig> = z.discriminatedUnion("kind", [
  known(first, "a kind"),
  ...rest,
]);

const rows: Readonly<Record<LayerConfig["kind"], LayerKind<LayerConfig>>> = layerKinds;

/** The row of a layer's kind. */
export function kindOf({ kind }: LayerConfig): LayerKind<LayerConfig> {
  return rows[kind];
}
