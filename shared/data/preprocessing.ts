/**
 * @file How one raw record (a table's row, a picture, a text) becomes the features of a sample. It is part of the dataset
 * and of every checkpoint, so whoever has a checkpoint can predict from raw records. Everything in it is computed
 * from the training split only.
 */
import * as z from "zod/mini";

import { tableSchema } from "./table/preprocess.ts";
import { textSchema } from "./text/preprocess.ts";

const size = z.int().check(z.positive());

/** A picture, scaled to this size. Features are bytes `[height, width]`, or `[height, width, channels]` if coloured. */
const image = z.strictObject({
  kind: z.literal("image"),
  height: size,
  width: size,
  channels: z.union([z.literal(1), z.literal(3)]),
});

/** One row per kind of record. */
export const preprocessingSchema = z.discriminatedUnion("kind", [image, tableSchema, textSchema]);

export type Preprocessing = z.infer<typeof preprocessingSchema>;
