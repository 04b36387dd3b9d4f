/** @file One handwritten digit as a grey image. */
import { assert } from "../../assert.ts";
import type { Random } from "../../random.ts";
import { writeDigit } from "./handwriting.ts";
import { normal } from "./normal.ts";
import { drawStrokes, IMAGE_SIDE } from "./raster.ts";

/** Pixels of an image. */
export const DIGIT_PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** Mean and standard deviation of a pen's radius, and its limits, on a sheet 100 units high. */
const PEN_RADIUS = { mean: 7.4, deviation: 1.9, min: 4.2, max: 15 } as const;

/**
 * Draws a digit as someone might write it.
 *
 * @param digit - 0 … 9.
 * @param random - All that the image depends on besides the digit; advanced.
 * @param image - Shape `[28, 28]`, row by row, 0 = paper, 255 = ink; overwritten.
 */
export function drawDigit(digit: number, random: Random, image: Uint8Array): void {
  assert(
    Number.isInteger(digit) && digit >= 0 && digit <= 9,
    `digit must be in 0 … 9, got ${digit}`,
  );
  assert(
    image.length === DIGIT_PIXELS,
    `image must have ${DIGIT_PIXELS} pixels, got ${image.length}`,
  );
  const radius = PEN_RADIUS.mean + PEN_RADIUS.deviation * normal(random);
  const penRadius = Math.min(Math.max(radius, PEN_RADIUS.min), PEN_RADIUS.max);
  drawStrokes(writeDigit(digit, random), penRadius, image);
}
