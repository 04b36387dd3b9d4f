/** @file The row of a finished run of a comparison, and its line in the comparison's file. Pure. */
import * as z from "zod/mini";

/** JSON has no NaN and no ∞, which the losses of a diverging run are: they become `null`. */
const anyNumber = z.pipe(
  z.nullable(z.number()),
  z.transform((value) => value ?? Number.NaN),
);
const score = z.object({ loss: anyNumber, metrics: z.record(z.string(), anyNumber) });

const rowSchema = z.object({
  variant: z.string(),
  /** Of the rate on the grid; `null` if the variant's rate is given. */
  exponent: z.nullable(z.int()),
  seed: z.int(),
  /** The name of the run and of its folder. */
  run: z.string(),
  outcome: z.enum(["finished", "diverged"]),
  /** Why it diverged. */
  reason: z.nullable(z.string()),
  /** Committed steps. A run diverges at the step after them, which has this number. */
  steps: z.int(),
  /** The last evaluation; `null` if it diverged before the first. */
  validation: z.nullable(score),
  test: z.nullable(score),
  /** Training samples of its steps. */
  samples: z.number(),
  /** Gradients of one sample; three forward passes count as one. */
  gradients: z.number(),
  seconds: z.number(),
  fingerprint: z.string(),
  /** Cost in gradients and validation loss, one pair for each evaluation. */
  curve: z.array(z.tuple([z.number(), anyNumber])),
  /** The command that trains this run alone. */
  command: z.string(),
});

/** A finished run of a comparison. */
export type Row = z.infer<typeof rowSchema>;

/** One line of JSON. */
export function lineOf(row: Row): string {
  return `${JSON.stringify(row)}\n`;
}

/** The rows of a file. Lines that are no row are skipped: a crash leaves the last one unfinished. */
export function rowsIn(text: string): Row[] {
  return text.split("\n").flatMap((line) => {
    try {
      const parsed = rowSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
