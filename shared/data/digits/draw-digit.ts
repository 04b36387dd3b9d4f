/** @file One handwritten digit as a grey image. */
import { assert } from "../../assert.ts";
import type { Random } from "../../random.ts";
import { writeDigit } from "./handwriting.ts";
import { normal } from "./normal.ts";
import { drawStrokes, IMAGE_SIDE } from "./raster.ts";

/** Pixels per image. */
export const DIGIT_PIXELS = IMAGE_SIDE * IMAGE_SIDE;

/** Mean, standard deviation and limits of the pen's radius, on a sheet 100 units high. */
const PEN_RADIUS = { mean: 7.4, deviation: 1.9, min: 4.2, max: 15 } as const;

/**
 * Draws a digit the way some person might write it.
 *
 * @param digit - 0 … 9.
 * @param random - The only other input of the image; advanced.
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
