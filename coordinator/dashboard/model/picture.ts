/**
 * @file Samples and weights on a canvas: as pictures where the dataset's samples are pictures, and otherwise as bars, one
 * per feature.
 */
import { featureAt, type PictureShape, pictureShapeOf } from "../../../shared/data/picture.ts";
import { colorOf } from "../page.ts";

/** Bars are this many canvas pixels wide and high, unless there are too many for wide ones. */
const barWidth = 8;
const barGap = 2;
const barsHeight = 64;
/** More bars than this have no gaps and one pixel each. */
const wideBarsMax = 64;
/** More features than a screen has pixels: only the first are shown. */
const barsMax = 512;

/** The size of a sample on a canvas, in canvas pixels. */
export function sizeOnCanvas(featureShape: readonly number[]): { width: number; height: number } {
  const picture = pictureShapeOf(featureShape);
  if (picture !== undefined) return { width: picture.width, height: picture.height };
  const count = featureShape.reduce((product, size) => product * size, 1);
  return { width: barPlaces(count).width, height: barsHeight };
}

/**
 * Draws one sample over the whole canvas.
 *
 * @param values - Features of the sample; those of a picture are in [0, 1], and are drawn light on dark.
 */
export function drawSample(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  featureShape: readonly number[],
): void {
  const size = sizeOnCanvas(featureShape);
  Object.assign(canvas, size);
  const picture = pictureShapeOf(featureShape);
  canvas.dataset["kind"] = picture === undefined ? "bars" : "picture";
  const context = canvas.getContext("2d");
  if (context === null) return;
  if (picture === undefined) return drawBars(context, values, { left: 0, top: 0 });
  putPicture(context, picture, { left: 0, top: 0 }, (features) => {
    const [red = 0, green = red, blue = red] = features.map((i) => 255 * (values[i] ?? 0));
    return [red, green, blue, 255];
  });
}

interface Place {
  readonly left: number;
  readonly top: number;
}

/**
 * Draws the weights of one neuron, one for each feature. The strongest has full colour; 0 has the card's colour. In a
 * colour picture, a channel brighter than mid-grey is a positive weight.
 */
export function drawWeights(
  context: CanvasRenderingContext2D,
  weights: Float32Array,
  featureShape: readonly number[],
  place: Place,
): void {
  const picture = pictureShapeOf(featureShape);
  if (picture === undefined) return drawBars(context, weights, place);
  const largest = largestOf(weights);
  const [positive, negative] = [rgbOf("--positive"), rgbOf("--negative")];
  putPicture(context, picture, place, (features) => {
    const shares = features.map((i) => (weights[i] ?? 0) / largest);
    if (shares.length > 1) return [...shares.map((share) => 127.5 * (1 + share)), 255];
    const [share = 0] = shares;
    return [...(share < 0 ? negative : positive), Math.round(255 * Math.abs(share))];
  });
}

/** @param colorAt - Red, green, blue and opacity in [0, 255] of a pixel with these features, one per channel. */
function putPicture(
  context: CanvasRenderingContext2D,
  picture: PictureShape,
  { left, top }: Place,
  colorAt: (features: readonly number[]) => readonly number[],
): void {
  const { width, height, channels } = picture;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const features = Array.from({ length: channels }, (_, channel) =>
      featureAt(picture, { row: Math.floor(i / width), column: i % width, channel }),
    );
    image.data.set(colorAt(features), 4 * i);
  }
  context.putImageData(image, left, top);
}

/** One bar per value: upwards and blue if it is positive, downwards and orange if it is negative. */
function drawBars(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  { left, top }: Place,
): void {
  const { width, gap, count } = barPlaces(values.length);
  const largest = largestOf(values);
  const middle = top + barsHeight / 2;
  context.fillStyle = colorOf("--edge");
  context.fillRect(left, middle - 0.5, width, 1);
  const bar = width / count - gap;
  for (const [i, value] of values.subarray(0, count).entries()) {
    const tall = (Math.abs(value) / largest) * (barsHeight / 2);
    context.fillStyle = `rgb(${colorOf(value < 0 ? "--negative" : "--positive")})`;
    context.fillRect(left + i * (bar + gap), value < 0 ? middle : middle - tall, bar, tall);
  }
}

function barPlaces(features: number): { width: number; gap: number; count: number } {
  const count = Math.min(features, barsMax);
  if (count > wideBarsMax) return { width: count, gap: 0, count };
  return { width: count * (barWidth + barGap), gap: barGap, count };
}

/** The largest absolute value; 1 if all are 0. */
function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
}

/** Reads a custom property of the form `21 88 192`: red, green and blue in [0, 255]. */
function rgbOf(name: string): readonly number[] {
  return colorOf(name).split(" ").map(Number);
}
