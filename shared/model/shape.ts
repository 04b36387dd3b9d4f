/** @file Shapes of tensors. */

/** Sizes of a tensor's axes. The batch is not an axis. */
export type Shape = readonly number[];

/** How many values a tensor of this shape has. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
