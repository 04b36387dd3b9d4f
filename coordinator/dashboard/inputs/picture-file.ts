/**
 * @file A picture file as a sample, by the rules of the `images:` loader: upright, scaled to cover the data's size, cut
 * around the middle, transparent parts white. The browser decodes it and the page averages over areas, so single values
 * differ a little from those of the loader's decoder.
 */
import type { PictureShape } from "../../../shared/data/picture.ts";
import { coverOf, pictureSample } from "../model/picture-sample.ts";

/** A larger one is scaled down by the browser first, in pixels of its longer side. */
const sideMax = 1_024;

/**
 * The sample of a picture file.
 *
 * @returns Values in [0, 1], as many as the shape has.
 * @throws If the browser can't read it.
 */
export async function readPicture(file: Blob, shape: PictureShape): Promise<Float32Array> {
  const bitmap = await createImageBitmap(file);
  const part = coverOf(bitmap, shape);
  const scale = Math.min(1, sideMax / Math.max(part.width, part.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(part.width * scale));
  canvas.height = Math.max(1, Math.round(part.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const { left, top, width, height } = part;
  context.drawImage(bitmap, left, top, width, height, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return pictureSample(context.getImageData(0, 0, canvas.width, canvas.height), shape);
}
