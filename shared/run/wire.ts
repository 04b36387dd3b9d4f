/**
 * @file The forms in which parameters and gradients travel. A form other than float32 changes the bits of a run, because
 * every node of the reduction tree is rounded to it, wherever it is computed; so it is in the run config. Pure
 * arithmetic of sizes.
 */

export const wireNames = ["float32", "float16"] as const;
export type WireName = (typeof wireNames)[number];

/** Values that share an exponent: see `kernels/plain/forms/halves.ts`. */
export const chunkValues = 256;

/** The length of a tensor of `count` values: a multiple of 4. */
export function tensorBytes(form: WireName, count: number): number {
  if (form === "float32") return 4 * count;
  return Math.ceil((2 * count + Math.ceil(count / chunkValues)) / 4) * 4;
}
