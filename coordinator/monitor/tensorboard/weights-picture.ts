/** @file What each neuron of a dense first layer looks for, as one grey picture for TensorBoard. */
import { pictureShapeOf } from "../../../shared/data/picture.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";
import type { Picture } from "./events.ts";
import { greyPng } from "./png.ts";

/** Neurons beyond these are left out. */
const neuronsMax = 64;
/** Between two neurons, in pixels. */
const gap = 1;
const middle = 128;

/**
 * Draws the weights from pixels to neurons, one tile per neuron. Black is the most negative weight of the layer, white
 * the most positive, and grey is zero.
 *
 * @returns `undefined` if the first layer with parameters is not dense, or the samples are no grey pictures.
 */
export function weightsPicture(
  parameters: Float32Array,
  model: ModelConfig,
  featureShape: readonly number[],
): Picture | undefined {
  const shape = pictureShapeOf(featureShape);
  const first = layoutOf(model).layers.find(({ tensors }) => tensors.length > 0);
  const [weight] = first?.tensors ?? [];
  if (shape === undefined || shape.channels !== 1 || first?.config.kind !== "dense")
    return undefined;
  const { height, width } = shape;
  const [inputs = 0, neurons = 0] = weight?.shape ?? [];
  if (weight === undefined || inputs !== height * width) return undefined;
  const values = parameters.subarray(weight.start, weight.end);
  const shown = Math.min(neurons, neuronsMax);
  const columns = Math.ceil(Math.sqrt(shown));
  const rows = Math.ceil(shown / columns);
  const size = { width: columns * (width + gap) - gap, height: rows * (height + gap) - gap };
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest > 0 ? (middle - 1) / largest : 0;
  const pixels = new Uint8Array(size.width * size.height).fill(middle);
  for (let neuron = 0; neuron < shown; neuron += 1) {
    const left = (neuron % columns) * (width + gap);
    const top = Math.floor(neuron / columns) * (height + gap);
    for (let pixel = 0; pixel < inputs; pixel += 1) {
      const [x, y] = [left + (pixel % width), top + Math.floor(pixel / width)];
      const value = values[pixel * neurons + neuron] ?? 0;
      pixels[y * size.width + x] = Math.round(middle + scale * value);
    }
  }
  return { ...size, png: greyPng(size.width, size.height, pixels) };
}
