/** @file Which samples are pictures, and where each feature is in them. Pure. */

/** How a picture's values follow one another. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  /** 1 for grey; 3 for red, green and blue. */
  readonly channels: 1 | 3;
  /** Whether each channel is a picture of its own, `[channels, height, width]`. */
  readonly isPlanar: boolean;
}

/** A place in a picture; all three count from 0. */
export interface Pixel {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/**
 * The picture in a sample of this shape: `[height, width]`, `[height, width, channels]` or `[channels, height, width]`,
 * with at least two rows, two columns, and 1 or 3 channels.
 *
 * @returns `undefined` if the sample is not a picture but, for example, a row of a table.
 */
export function pictureShapeOf(featureShape: readonly number[]): PictureShape | undefined {
  const [first = 0, second = 0, third = 0] = featureShape;
  if (featureShape.length === 2) return pictureOf(first, second, 1, false);
  if (featureShape.length !== 3) return undefined;
  return pictureOf(first, second, third, false) ?? pictureOf(second, third, first, true);
}

function pictureOf(
  height: number,
  width: number,
  channels: number,
  isPlanar: boolean,
): PictureShape | undefined {
  if (height < 2 || width < 2 || (channels !== 1 && channels !== 3)) return undefined;
  return { height, width, channels, isPlanar };
}

/** The index of a pixel's value among the features of a sample. */
export function featureAt(shape: PictureShape, { row, column, channel }: Pixel): number {
  const { height, width, channels, isPlanar } = shape;
  if (isPlanar) return (channel * height + row) * width + column;
  return (row * width + column) * channels + channel;
}

/** The pixel that a feature belongs to; the inverse of `featureAt`. */
export function pixelAt(shape: PictureShape, feature: number): Pixel {
  const { height, width, channels, isPlanar } = shape;
  const place = isPlanar ? feature % (height * width) : Math.floor(feature / channels);
  const channel = isPlanar ? Math.floor(feature / (height * width)) : feature % channels;
  return { row: Math.floor(place / width), column: place % width, channel };
}
