/**
 * @file Strokes to a grey image, prepared like MNIST's: the digit is scaled into a box of 20 × 20 pixels with its
 * proportions kept, smoothed, and moved so that its centre of mass is in the middle of 28 × 28.
 *
 * @see LeCun, Cortes & Burges, "The MNIST database of handwritten digits", 1998.
 */
import { assert } from "../../assert.ts";
import type { InkPoint, Stroke } from "./handwriting.ts";

/** Pixels per side of the image. */
export const IMAGE_SIDE = 28;
/** Pixels on the longer side of the ink. */
const INK_SIDE = 20;
/** Pixels over which ink fades into paper. MNIST's edges are this soft: 38 % of its inked pixels are fully black. */
const EDGE = 1.4;
/** Empty pixels around the ink's box when it is first drawn. The box can then move this far in any direction. */
const MARGIN = (IMAGE_SIDE - INK_SIDE) / 2;

/** A rectangle of the plane. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws strokes with a round pen.
 *
 * @param strokes - At least one, each of two points or more; in a plane with any origin and scale, y down.
 * @param penRadius - The radius at pressure 1, in the strokes' unit; above 0.
 * @param image - Shape `[28, 28]`, row by row, 0 = paper, 255 = ink; overwritten. Pixels without ink are 0.
 */
export function drawStrokes(
  strokes: readonly Stroke[],
  penRadius: number,
  image: Uint8Array,
): void {
  assert(penRadius > 0, `penRadius must be above 0, got ${penRadius}`);
  assert(strokes.length > 0, "nothing to draw: no strokes");
  scratch.fill(0);
  const box = boundingBox(strokes);
  const scale = (INK_SIDE - EDGE / 2) / (Math.max(box.width, box.height) + 2 * penRadius);
  const originX = IMAGE_SIDE / 2 - (box.left + box.width / 2) * scale;
  const originY = IMAGE_SIDE / 2 - (box.top + box.height / 2) * scale;
  for (const stroke of strokes) {
    let from: InkPoint | undefined;
    for (const point of stroke) {
      const to = {
        x: originX + scale * point.x,
        y: originY + scale * point.y,
        pressure: scale * point.pressure * penRadius,
      };
      if (from !== undefined) drawStep(from, to, scratch);
      from = to;
    }
  }
  copyCentred(scratch, image);
}

/** The ink of the image that is being drawn. One for all: 12,000 would be 75 MB to allocate and to clear away. */
const scratch = new Float64Array(IMAGE_SIDE * IMAGE_SIDE);

function boundingBox(strokes: readonly Stroke[]): Box {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (const stroke of strokes) {
    for (const { x, y } of stroke) {
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Inks every pixel by its distance to the step from `a` to `b`: `clamp((radius − distance) / EDGE + ½)`. Where ink
 * overlaps, the darker one counts, so steps join without a seam. Here `pressure` is the pen's radius in pixels.
 */
function drawStep(a: InkPoint, b: InkPoint, ink: Float64Array): void {
  const reach = Math.max(a.pressure, b.pressure) + EDGE / 2;
  const rowEnd = pixelAfter(Math.max(a.y, b.y) + reach);
  const columnStart = pixelBefore(Math.min(a.x, b.x) - reach);
  const columnEnd = pixelAfter(Math.max(a.x, b.x) + reach);
  const stepX = b.x - a.x;
  const stepY = b.y - a.y;
  const lengthSquared = Math.max(stepX * stepX + stepY * stepY, 1e-12);
  const thicker = b.pressure - a.pressure;
  // A pixel farther than this from the step's line gets no ink, however the sums below are rounded.
  const farSquared = (reach + 0.01) * (reach + 0.01) * lengthSquared;
  for (let row = pixelBefore(Math.min(a.y, b.y) - reach); row < rowEnd; row++) {
    const y = row + 0.5 - a.y;
    for (let column = columnStart; column < columnEnd; column++) {
      const pixel = row * IMAGE_SIDE + column;
      const present = ink[pixel] ?? 0;
      if (present >= 1) continue;
      const x = column + 0.5 - a.x;
      const across = x * stepY - y * stepX;
      if (across * across > farSquared) continue;
      const t = Math.min(Math.max((x * stepX + y * stepY) / lengthSquared, 0), 1);
      const awayX = x - t * stepX;
      const awayY = y - t * stepY;
      const cover =
        (a.pressure + t * thicker - Math.sqrt(awayX * awayX + awayY * awayY)) / EDGE + 0.5;
      if (cover > present) ink[pixel] = Math.min(cover, 1);
    }
  }
}

function pixelBefore(position: number): number {
  return Math.max(Math.floor(position), 0);
}

function pixelAfter(position: number): number {
  return Math.min(Math.floor(position) + 1, IMAGE_SIDE);
}

/**
 * Copies the ink into the image, moved by whole pixels (at most the margin) so that its centre of mass is closest
 * to the middle.
 */
function copyCentred(ink: Float64Array, image: Uint8Array): void {
  const { shiftX, shiftY } = shiftsToMiddle(ink);
  image.fill(0);
  for (let row = Math.max(shiftY, 0); row < IMAGE_SIDE + Math.min(shiftY, 0); row++) {
    for (let column = Math.max(shiftX, 0); column < IMAGE_SIDE + Math.min(shiftX, 0); column++) {
      const cover = ink[(row - shiftY) * IMAGE_SIDE + column - shiftX] ?? 0;
      if (cover > 0) image[row * IMAGE_SIDE + column] = Math.floor(cover * 255 + 0.5);
    }
  }
}

function shiftsToMiddle(ink: Float64Array): { shiftX: number; shiftY: number } {
  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (let row = 0; row < IMAGE_SIDE; row++) {
    for (let column = 0; column < IMAGE_SIDE; column++) {
      const cover = ink[row * IMAGE_SIDE + column] ?? 0;
      mass += cover;
      massX += cover * (column + 0.5);
      massY += cover * (row + 0.5);
    }
  }
  return { shiftX: shiftToMiddle(massX / mass), shiftY: shiftToMiddle(massY / mass) };
}

function shiftToMiddle(centre: number): number {
  const shift = Math.floor(IMAGE_SIDE / 2 - centre + 0.5);
  return Math.min(Math.max(shift, -MARGIN), MARGIN);
}
