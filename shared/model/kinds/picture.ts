/** @file Pictures as layers see them: `[height, width, channels]`, or `[height, width]` with one channel. */
import type { OnnxGraph } from "../../onnx/graph.ts";
import { sentence } from "../../words/sentence.ts";
import type { Misfit, Shape } from "../layer-kind.ts";

export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** @returns Why not, if the shape is not that of a picture. */
export function pictureOf(shape: Shape): Picture | Misfit {
  const [height, width, channels = 1, ...rest] = shape;
  if (height === undefined || width === undefined || rest.length > 0) {
    return { misfit: sentence("takes-a-picture", { shape: shape.join(", ") }) };
  }
  return { height, width, channels };
}

/** The picture of a shape that `outputShape` has accepted. */
export function acceptedPicture(shape: Shape): Picture {
  const [height = 1, width = 1, channels = 1] = shape;
  return { height, width, channels };
}

/**
 * What a pooling layer makes of a picture: windows of `size` × `size` places lie wholly in it, `stride` places apart.
 *
 * @returns Why not, if the shape is not that of a picture or the window is larger than it.
 */
export function pooledShape(
  shape: Shape,
  { size, stride }: { readonly size: number; readonly stride: number },
): Shape | Misfit {
  const picture = pictureOf(shape);
  if ("misfit" in picture) return picture;
  const { height, width, channels } = picture;
  if (size > Math.min(height, width)) {
    return { misfit: sentence("window-too-large", { size, height, width }) };
  }
  return [windowCount(height, size, stride), windowCount(width, size, stride), channels];
}

/** How many windows fit between the first and the last of `size` places. */
export function windowCount(size: number, window: number, stride: number): number {
  return Math.floor((size - window) / stride) + 1;
}

/** ONNX has the channels of a picture before its rows: `[N, channels, height, width]`. */
export function channelsFirst(graph: OnnxGraph, input: string, shape: Shape): string {
  const { height, width } = acceptedPicture(shape);
  if (shape.length === 2) {
    return graph.node("Reshape", [input, graph.integers([-1, 1, height, width])]);
  }
  return graph.node("Transpose", [input], { perm: [0, 3, 1, 2] });
}

/** The reverse, always with an axis for the channels. */
export function channelsLast(graph: OnnxGraph, input: string): string {
  return graph.node("Transpose", [input], { perm: [0, 2, 3, 1] });
}
