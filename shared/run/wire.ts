/**
 * @file The forms in which parameters and gradients travel. A form other than float32 changes the bits of a run, because
 * every node of the reduction tree is rounded to it, wherever it is computed; so it is in the run config. Pure
 * arithmetic of sizes.
 */

export const wireNames = ["float32", "float16", "int8"] as const;
export type WireName = (typeof wireNames)[number];

/** Values that share an exponent: see `kernels/plain/forms`. */
export const chunkValues = 256;

/** Bytes of a value, without the exponents of the chunks. */
const valueBytes = { float32: 4, float16: 2, int8: 1 } as const;

/** Consecutive values in one form. */
export interface TensorPart {
  readonly form: WireName;
  readonly count: number;
}

/** How a tensor travels: its parts, one behind the other. Each has a multiple of four bytes. */
export type TensorLayout = readonly TensorPart[];

/** A tensor that has one form throughout. */
export function allIn(form: WireName, count: number): TensorLayout {
  return [{ form, count }];
}

/** What a tensor is of: the result of a block, a point that is sent whole, or the update of the one before it. */
export type TensorUse = "result" | "point" | "update";

/**
 * How a tensor of a run travels.
 *
 * In a run in int8, points are updated by int8 and sent whole, in float32, to whoever has not the one before. What follows the
 * parameters, an optimizer's tensors, is float16 in all three: a second moment that int8 rounds to 0 would make a step of
 * any length.
 *
 * @param count - Of its values, of which the first `parameterCount` are parameters or belong to them.
 */
export function tensorLayout(
  wire: WireName,
  use: TensorUse,
  count: number,
  parameterCount: number,
): TensorLayout {
  if (wire !== "int8") return allIn(wire, count);
  const form = use === "point" ? "float32" : "int8";
  if (count <= parameterCount) return allIn(form, count);
  return [
    { form, count: parameterCount },
    { form: "float16", count: count - parameterCount },
  ];
}

/** Whether workers keep the point of a step, and the next step sends only what it has changed by. */
export function movesByUpdates(wire: WireName): boolean {
  return wire === "int8";
}

/** The length of a tensor: a multiple of 4. */
export function tensorBytes(layout: TensorLayout): number {
  return layout.reduce((sum, part) => sum + partBytes(part), 0);
}

/** The length of a part: a multiple of 4. */
export function partBytes(part: TensorPart): number {
  if (part.form === "float32") return exponentsAt(part);
  return Math.ceil((exponentsAt(part) + Math.ceil(part.count / chunkValues)) / 4) * 4;
}

/** Where the exponents of the chunks begin in a part, behind the values. */
export function exponentsAt({ form, count }: TensorPart): number {
  return valueBytes[form] * count;
}
