/**
 * @file The lecture's network as a picture: a digit, three columns of neurons, and below the digit the weights of one
 * neuron as a picture. Places are in units of the picture's axes, 100 × 64.
 */
import type { Point } from "../state/bet.ts";
import type { Axes } from "./axes.ts";
import { cellAt, drawHeat, placeOfCell } from "./heat.ts";
import type { Ink } from "./inks.ts";
import type { Pen } from "./pen.ts";

export const networkAxes: Axes = {
  x: { from: 0, to: 100, ticks: [] },
  y: { from: 0, to: 64, ticks: [] },
  isMap: true,
};

/** The two pictures on the left. */
const side = 27;
export const digitPlace = { at: { x: 0, y: 34 }, side, count: 28 } as const;
export const printPlace = { at: { x: 0, y: 1 }, side, count: 28 } as const;

/** Where the columns are, by layer from 1. */
const columns = [0, 44, 66, 86] as const;
const counts = [0, 16, 16, 10] as const;
const [top, bottom] = [58, 2] as const;
/** Of a neuron, and of the longest bar beside it. */
const radius = 1.35;
const barLength = 7;

export function placeOfNeuron(layer: number, neuron: number): Point {
  const count = counts[layer] ?? 1;
  const step = (top - bottom) / count;
  return { x: columns[layer] ?? 0, y: top - (neuron + 0.5) * step };
}

export function placeOfPixel(pixel: number): Point {
  return placeOfCell(digitPlace, pixel);
}

/** What is at a place of the picture. */
export function targetAt(
  point: Point,
):
  | { readonly kind: "pixel"; readonly pixel: number }
  | { readonly kind: "neuron"; readonly layer: 1 | 2 | 3; readonly neuron: number }
  | undefined {
  const pixel = cellAt(digitPlace, point) ?? cellAt(printPlace, point);
  if (pixel !== undefined) return { kind: "pixel", pixel };
  const layer = ([1, 2, 3] as const).find((each) => {
    const left = (columns[each] ?? 0) - 9;
    return point.x >= left && point.x < left + 21;
  });
  if (layer === undefined) return undefined;
  const count = counts[layer] ?? 1;
  const neuron = Math.floor(((top - point.y) / (top - bottom)) * count);
  return { kind: "neuron", layer, neuron: Math.min(Math.max(neuron, 0), count - 1) };
}

/** All connections between neurons, faint. */
export function drawWires(pen: Pen): void {
  for (const layer of [2, 3] as const) {
    for (let from = 0; from < (counts[layer - 1] ?? 0); from++) {
      for (let to = 0; to < (counts[layer] ?? 0); to++) {
        pen.line([placeOfNeuron(layer - 1, from), placeOfNeuron(layer, to)], {
          ink: "line",
          width: 0.7,
        });
      }
    }
  }
}

/** A column of neurons, filled by what they say, in [0, 1]; empty if that is not told. */
export function drawNeurons(pen: Pen, layer: number, said?: ArrayLike<number>): void {
  const { context, frame } = pen;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.strokeStyle = pen.color("edge");
  for (let neuron = 0; neuron < (counts[layer] ?? 0); neuron++) {
    const { x, y } = placeOfNeuron(layer, neuron);
    context.beginPath();
    context.arc(frame.x(x), frame.y(y), radiusIn(pen), 0, 2 * Math.PI);
    context.fillStyle = pen.color("card");
    context.fill();
    context.globalAlpha = said?.[neuron] ?? 0;
    context.fillStyle = pen.color("ink");
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
  }
}

/** A ring around a neuron. */
export function drawRing(pen: Pen, layer: number, neuron: number): void {
  const place = placeOfNeuron(layer, neuron);
  pen.mark(place, { ink: "accent", radius: radiusIn(pen) + 3, isHollow: true });
}

function radiusIn(pen: Pen): number {
  return (radius * pen.frame.width) / 100;
}

/** What the neurons of a layer want, as bars beside them: filled to say more, hollow to say less. */
export function drawWishes(pen: Pen, layer: number, wishes: ArrayLike<number>): void {
  const largest = Math.max(...Array.from(wishes, Math.abs), Number.MIN_VALUE);
  for (let neuron = 0; neuron < wishes.length; neuron++) {
    const wish = wishes[neuron] ?? 0;
    const { x, y } = placeOfNeuron(layer, neuron);
    const length = (Math.abs(wish) / largest) * barLength;
    if (length < 0.05) continue;
    const low = { x: x + radius + 0.8, y: y - 0.6 };
    const high = { x: low.x + length, y: y + 0.6 };
    if (wish > 0) pen.box(low, high, { ink: "positive" });
    else outline(pen, low, high, "negative");
  }
}

function outline(pen: Pen, low: Point, high: Point, ink: Ink): void {
  const corners = [low, { x: high.x, y: low.y }, high, { x: low.x, y: high.y }, low];
  pen.box(low, high, { ink: "card" });
  pen.line(corners, { ink, width: 1.5 });
}

/** What the neurons of a layer ask of one neuron of the layer before: lines, dashed where they ask for less. */
export function drawParts(pen: Pen, layer: number, neuron: number, parts: readonly number[]): void {
  const largest = Math.max(...parts.map(Math.abs), Number.MIN_VALUE);
  const to = placeOfNeuron(layer, neuron);
  for (const [from, part] of parts.entries()) {
    pen.line([placeOfNeuron(layer + 1, from), to], {
      ink: part > 0 ? "positive" : "negative",
      dash: part > 0 ? [] : [4, 3],
      width: 0.5 + 3 * (Math.abs(part) / largest),
    });
  }
}

/** The digit, and below it how the weights of one neuron of the first layer change; empty until that is revealed. */
export function drawPictures(
  pen: Pen,
  pixels: ArrayLike<number>,
  changes: ArrayLike<number> | undefined,
): void {
  drawHeat(pen, { ...digitPlace, values: pixels, largest: 1 });
  const signs = { above: "positive", below: "negative" } as const;
  drawHeat(pen, { ...printPlace, ...signs, values: changes ?? [] });
}

/** A square around a pixel, in both pictures. */
export function drawPixel(pen: Pen, pixel: number): void {
  for (const place of [digitPlace, printPlace]) {
    const { x, y } = placeOfCell(place, pixel);
    const half = 0.9;
    const corners = [
      { x: x - half, y: y - half },
      { x: x + half, y: y - half },
      { x: x + half, y: y + half },
      { x: x - half, y: y + half },
      { x: x - half, y: y - half },
    ];
    pen.line(corners, { ink: "accent", width: 2 });
  }
}
