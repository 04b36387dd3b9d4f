/** @file From the pixels of a picture to a sample: which part is taken, and how it is scaled and turned grey. Pure. */
import { featureAt, type PictureShape } from "../../../shared/data/picture.ts";
import { type Box, type Picture, shrink, type Size, wholeOf } from "./drawing.ts";

/** The largest part of a picture, around its middle, with the proportions of another size. */
export function coverOf({ width, height }: Size, target: Size): Box {
  const scale = Math.min(width / target.width, height / target.height);
  const part = { width: target.width * scale, height: target.height * scale };
  return { ...part, left: (width - part.width) / 2, top: (height - part.height) / 2 };
}

/** What a canvas gives: red, green, blue and opacity of each pixel in [0, 255]. */
export interface Pixels extends Size {
  readonly data: ArrayLike<number>;
}

/** Scales the pixels to the shape. @returns Values in [0, 1], those of a byte. */
export function pictureSample({ width, height, data }: Pixels, shape: PictureShape): Float32Array {
  const colors = [0, 1, 2].map((channel): Picture => {
    const values = Float32Array.from({ length: width * height }, (_, i) => {
      return (data[4 * i + channel] ?? 0) / 255;
    });
    const picture = { width, height, values };
    return shrink(picture, wholeOf(picture), shape);
  });
  const sample = new Float32Array(shape.width * shape.height * shape.channels);
  for (let i = 0; i < shape.width * shape.height; i++) {
    const color = colors.map(({ values }) => values[i] ?? 0);
    const kept = shape.channels === 1 ? [greyOf(color)] : color;
    for (const [channel, value] of kept.entries()) {
      const place = { row: Math.floor(i / shape.width), column: i % shape.width, channel };
      sample[featureAt(shape, place)] = Math.round(value * 255) / 255;
    }
  }
  return sample;
}

/**
 * The grey of the same brightness: `Y = 0.2126 R + 0.7152 G + 0.0722 B` of the linear channels.
 *
 * @see IEC 61966-2-1 (sRGB).
 */
function greyOf([red = 0, green = 0, blue = 0]: readonly number[]): number {
  if (red === green && green === blue) return red;
  const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

function linear(value: number): number {
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
