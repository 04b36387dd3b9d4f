/**
 * @file What the network sees of a drawing: a sample with the size and layout of the dataset's pictures. Pure.
 *
 * A grey drawing is prepared the way MNIST was made: the ink is scaled into a box of 20/28 of the picture's sides with
 * its proportions kept, and moved so that its centre of mass is in the middle. In a colour picture the place of a thing
 * means something, so the whole pad is scaled.
 */
import { featureAt, type PictureShape } from "../../../shared/data/picture.ts";

/** One channel of a drawing: values in [0, 1], row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Shape `[height, width]`. */
  readonly values: Float32Array;
}

export type Size = Pick<Picture, "width" | "height">;

/** Of a picture's sides: the box into which MNIST scales its ink. */
const inkFraction = 20 / 28;
/** Anything fainter is not ink. */
const inkLeast = 0.02;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The sample for a drawing.
 *
 * @param channels - One for a grey picture; red, green and blue for a colour picture.
 * @returns As many values as the shape has, or `undefined` if nothing is drawn.
 */
export function sampleOf(
  channels: readonly Picture[],
  shape: PictureShape,
): Float32Array | undefined {
  if (channels.every((channel) => inkBox(channel) === undefined)) return undefined;
  const planes = channels.map((channel) =>
    shape.channels === 1 ? centreInk(channel, shape) : shrink(channel, wholeOf(channel), shape),
  );
  const sample = new Float32Array(shape.width * shape.height * shape.channels);
  for (const [channel, { values }] of planes.entries()) {
    for (const [i, value] of values.entries()) {
      const place = { row: Math.floor(i / shape.width), column: i % shape.width, channel };
      sample[featureAt(shape, place)] = value;
    }
  }
  return sample;
}

export function wholeOf({ width, height }: Size): Box {
  return { left: 0, top: 0, width, height };
}

function centreInk(drawing: Picture, size: Size): Picture {
  const box = inkBox(drawing) ?? wholeOf(drawing);
  const scale = Math.min(
    (inkFraction * size.width) / box.width,
    (inkFraction * size.height) / box.height,
  );
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const ink = shrink(drawing, box, { width, height });
  const { x, y } = centreOfMass(ink);
  const left = clamp(Math.floor(size.width / 2 - x + 0.5), size.width - width);
  const top = clamp(Math.floor(size.height / 2 - y + 0.5), size.height - height);
  const values = new Float32Array(size.width * size.height);
  for (let row = 0; row < height; row++) {
    const source = ink.values.subarray(row * width, (row + 1) * width);
    values.set(source, (top + row) * size.width + left);
  }
  return { width: size.width, height: size.height, values };
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
export function shrink(drawing: Picture, box: Box, { width, height }: Size): Picture {
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
function clamp(shift: number, most: number): number {
  return Math.min(Math.max(shift, 0), most);
}
