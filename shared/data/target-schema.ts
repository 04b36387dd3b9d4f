/** @file Checks the description of a dataset's targets wherever one arrives. */
import * as z from "zod/mini";

import type { Target } from "./dataset.ts";
import { tokensMax } from "./text/preprocess.ts";

/** A label has at most 16 bits. */
export const classesMax = 65_536;
/** More numbers per sample than a table has columns. */
export const valuesMax = 1024;
const nameLengthMax = 200;

const names = z.optional(z.array(z.string().check(z.maxLength(nameLengthMax))));
const counted = (most: number) => z.int().check(z.positive(), z.lte(most));
const scales = z.array(z.strictObject({ mean: z.number(), scale: z.number().check(z.positive()) }));

/** The description of targets: `Target` in `dataset.ts`. */
export const targetSchema: z.ZodMiniType<Target> = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("classes"), count: counted(classesMax), names }),
    z.strictObject({
      kind: z.literal("values"),
      count: counted(valuesMax),
      names,
      scales: z.optional(scales),
    }),
    z.strictObject({ kind: z.literal("flags"), count: counted(valuesMax), names }),
    z.strictObject({ kind: z.literal("tokens"), count: counted(tokensMax) }),
  ])
  .check(
    z.refine(
      (target) =>
        (!("names" in target) ||
          target.names === undefined ||
          target.names.length === target.count) &&
        (!("scales" in target) ||
          target.scales === undefined ||
          target.scales.length === target.count),
      { error: "one name and one scale per class, value or flag" },
    ),
  );
