/** @file Samples and weights as pictures on a canvas. */
import { colorOf } from "../page.ts";

/** Draws grey values in [0, 1] light on dark, one pixel each. */
export function drawGrey(canvas: HTMLCanvasElement, values: Float32Array, side: number): void {
  [canvas.width, canvas.height] = [side, values.length / side];
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(side, values.length / side);
  for (const [i, value] of values.entries()) {
    image.data.fill(Math.round(255 * value), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** A colour as red, green and blue in [0, 255]. */
export type Rgb = readonly [number, number, number];

/** Reads a custom property of the form `21 88 192`. */
export function rgbOf(name: string): Rgb {
  const [red = 0, green = 0, blue = 0] = colorOf(name).split(" ").map(Number);
  return [red, green, blue];
}
