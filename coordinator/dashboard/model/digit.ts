/**
 * @file Prepares a drawing the way MNIST was made: the ink is scaled into a box of 20 × 20 pixels with its
 * proportions kept, and moved so that its centre of mass is in the middle of 28 × 28. Pure.
 */

/** Grey values in [0, 1], row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Shape `[height, width]`. */
  readonly values: Float32Array;
}

export const imageSide = 28;
const inkSide = 20;
/** Anything fainter is not ink. */
const inkLeast = 0.02;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** @returns Shape `[28, 28]`, or `undefined` if nothing is drawn. */
export function centreDigit(drawing: Picture): Float32Array | undefined {
  const box = inkBox(drawing);
  if (box === undefined) return undefined;
  const scale = inkSide / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const ink = shrink(drawing, box, { width, height });
  const { x, y } = centreOfMass(ink);
  const left = clampShift(Math.floor(imageSide / 2 - x + 0.5), width);
  const top = clampShift(Math.floor(imageSide / 2 - y + 0.5), height);
  const image = new Float32Array(imageSide * imageSide);
  for (let row = 0; row < height; row++) {
    const source = ink.values.subarray(row * width, (row + 1) * width);
    image.set(source, (top + row) * imageSide + left);
  }
  return image;
}

function inkBox({ width, height, values }: Picture): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((values[y * width + x] ?? 0) < inkLeast) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return undefined;
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Every target pixel is the mean of the part of the box that it covers. */
function shrink(
  drawing: Picture,
  box: Box,
  { width, height }: { readonly width: number; readonly height: number },
): Picture {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = meanOver(drawing, {
        left: box.left + (x * box.width) / width,
        top: box.top + (y * box.height) / height,
        width: box.width / width,
        height: box.height / height,
      });
    }
  }
  return { width, height, values };
}

function meanOver(drawing: Picture, { left, top, width, height }: Box): number {
  let sum = 0;
  let area = 0;
  for (let y = Math.floor(top); y < top + height; y++) {
    const tall = Math.min(y + 1, top + height) - Math.max(y, top);
    for (let x = Math.floor(left); x < left + width; x++) {
      const wide = Math.min(x + 1, left + width) - Math.max(x, left);
      sum += tall * wide * (drawing.values[y * drawing.width + x] ?? 0);
      area += tall * wide;
    }
  }
  return area === 0 ? 0 : sum / area;
}

function centreOfMass({ width, values }: Picture): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    mass += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

/** No ink may leave the picture. */
function clampShift(shift: number, side: number): number {
  return Math.min(Math.max(shift, 0), imageSide - side);
}
