/**
 * @file What a trained model must know of its dataset to be used without it: the form of a sample, what the targets
 * mean, and how a raw record becomes features. It is kept in every checkpoint.
 */
import * as z from "zod/mini";

import type { Dataset, Target } from "./dataset.ts";
import { type Preprocessing, preprocessingSchema } from "./preprocessing.ts";
import { targetSchema } from "./target-schema.ts";

export interface DataDescription {
  readonly features: {
    /** `bytes`: the network sees `fround(byte / 255)`. `floats`: it sees the values. `tokens`: it sees their numbers. */
    readonly type: "bytes" | "floats" | "tokens";
    /** The shape of one sample, outermost dimension first. */
    readonly shape: readonly number[];
  };
  readonly target: Target;
  /** Absent: the features are the record. */
  readonly preprocessing?: Preprocessing | undefined;
}

export const dataDescriptionSchema: z.ZodMiniType<DataDescription> = z.strictObject({
  features: z.strictObject({
    type: z.enum(["bytes", "floats", "tokens"]),
    shape: z.array(z.int().check(z.positive())),
  }),
  target: targetSchema,
  preprocessing: z.optional(preprocessingSchema),
});

export function describeData({
  featureShape: shape,
  target,
  preprocessing,
  train,
}: Dataset): DataDescription {
  const stored = train.features instanceof Uint8Array ? "bytes" : "floats";
  const type = target.kind === "tokens" ? "tokens" : stored;
  return {
    features: { type, shape },
    target,
    ...(preprocessing === undefined ? {} : { preprocessing }),
  };
}
