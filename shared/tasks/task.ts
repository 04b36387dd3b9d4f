/**
 * @file What a run learns, from the run config: the kind and the number of its targets. It follows from the dataset,
 * and losses, the last layer and metrics follow from it (`tasks.ts`).
 */
import * as z from "zod/mini";

import type { Target } from "../data/dataset.ts";
import { classesMax, valuesMax } from "../data/target-schema.ts";
import { tokensMax } from "../data/text/preprocess.ts";

const counted = (most: number) => z.int().check(z.positive(), z.lte(most));

/** The task of a run. `count` is the number of classes, flags or values, or of different tokens. */
export const taskSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    name: z.literal("classification"),
    kind: z.literal("classes"),
    count: counted(classesMax),
  }),
  z.strictObject({
    name: z.literal("classification"),
    kind: z.literal("flags"),
    count: counted(valuesMax),
  }),
  z.strictObject({
    name: z.literal("regression"),
    kind: z.literal("values"),
    count: counted(valuesMax),
  }),
  z.strictObject({
    name: z.literal("language"),
    kind: z.literal("tokens"),
    count: counted(tokensMax),
  }),
]);

export type TaskConfig = z.infer<typeof taskSchema>;

/** The task of a dataset with such targets. */
export function taskOf({ kind, count }: Target): TaskConfig {
  if (kind === "values") return { name: "regression", kind, count };
  if (kind === "tokens") return { name: "language", kind, count };
  return { name: "classification", kind, count };
}
