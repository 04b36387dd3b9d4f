/** @file Which parameters the promedio table shows, on the dashboard and on each device. Pure. */
import { known } from "../assert.ts";
import { featureAt, pictureShapeOf } from "../data/picture.ts";
import { type Shape, sizeOf } from "./layer-kind.ts";
import { layoutOf } from "./layout.ts";
import type { ModelConfig } from "./model-config.ts";

/**
 * Six interesting parameters: three weights of the middle input (an image's border never has a gradient), the first
 * one of the second and of the last layer with parameters, and the very last.
 */
export function chooseParameters(model: ModelConfig, featureShape: Shape): number[] {
  const { layers, parameterCount } = layoutOf(model);
  const firsts = layers.flatMap(({ tensors: [first] }) => (first === undefined ? [] : [first]));
  const { shape, end } = known(firsts[0], "a model has parameters");
  const [inputs = 1] = shape;
  const middle = (middleInput(inputs, featureShape) * end) / inputs;
  const starts = [firsts[1]?.start, firsts.at(-1)?.start];
  const wanted = [middle, middle + 1, middle + 2, ...starts, parameterCount - 1];
  const inside = wanted.filter(
    (index): index is number => index !== undefined && index < parameterCount,
  );
  return [...new Set(inside)].toSorted((a, b) => a - b);
}

/** The middle input: the centre of a picture, or else the middle of the row. */
function middleInput(inputs: number, featureShape: Shape): number {
  const picture = pictureShapeOf(featureShape);
  if (picture === undefined || sizeOf(featureShape) !== inputs) return Math.floor(inputs / 2);
  const { height, width } = picture;
  const middle = { row: Math.floor(height / 2), column: Math.floor(width / 2), channel: 0 };
  return featureAt(picture, middle);
}
