/**
 * @file All 13,002 parameters of the lecture's network in one picture: the 16 neurons of the first layer as pictures of 28 ×
 * 28 weights, the two other layers as tables, and each layer's biases beside it. Every place is one parameter.
 */
import { lectureParameterCount, placeOf } from "../models/parameter-place.ts";
import type { Point } from "../state/bet.ts";
import type { Axes } from "./axes.ts";
import type { Pen } from "./pen.ts";

/** A block of cells, in the units of the picture: `[rows, columns]` from the top left. */
interface Block {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  /** The sides of a cell. */
  readonly wide: number;
  readonly tall: number;
  /** Which parameter a cell is. */
  readonly indexOf: (row: number, column: number) => number;
}

/** Four by four pictures, with a gap of a pixel. */
const tile = 29;
const height = 4 * tile;
const [biases1, layer2, biases2, layer3] = [12_544, 12_560, 12_816, 12_832] as const;
const biases3 = 12_992;

const blocks: readonly Block[] = [
  ...Array.from({ length: 16 }, (_, neuron) => ({
    left: (neuron % 4) * tile,
    top: height - Math.floor(neuron / 4) * tile,
    columns: 28,
    rows: 28,
    wide: 1,
    tall: 1,
    indexOf: (row: number, column: number) => (row * 28 + column) * 16 + neuron,
  })),
  columnOf({ left: 119, top: height, count: 16, wide: 5, tall: height / 16 }, biases1),
  tableOf({ left: 132, top: height, rows: 16, columns: 16 }, layer2),
  rowOf({ left: 132, top: 66, count: 16 }, biases2),
  tableOf({ left: 132, top: 52, rows: 16, columns: 10 }, layer3),
  rowOf({ left: 132, top: 2, count: 10 }, biases3),
];

function tableOf(
  { left, top, rows, columns }: Record<"left" | "top" | "rows" | "columns", number>,
  first: number,
): Block {
  const indexOf = (row: number, column: number) => first + row * columns + column;
  return { left, top, rows, columns, wide: 3, tall: 3, indexOf };
}

function rowOf(
  { left, top, count }: Record<"left" | "top" | "count", number>,
  first: number,
): Block {
  return { ...tableOf({ left, top, rows: 1, columns: count }, first) };
}

function columnOf(
  { left, top, count, wide, tall }: Record<"left" | "top" | "count" | "wide" | "tall", number>,
  first: number,
): Block {
  return { left, top, rows: count, columns: 1, wide, tall, indexOf: (row) => first + row };
}

export const parameterAxes: Axes = {
  x: { from: -1, to: 181, ticks: [] },
  y: { from: -2, to: height + 6, ticks: [] },
  isMap: true,
};

/** Where words about the layers belong. */
export const labelPlaces = {
  pixels: { x: 0, y: height + 2 },
  second: { x: 132, y: height + 2 },
  third: { x: 132, y: 54 },
} as const;

/** The parameter at a place of the picture, or none. */
export function parameterIn({ x, y }: Point): number | undefined {
  for (const { left, top, columns, rows, wide, tall, indexOf } of blocks) {
    const [column, row] = [Math.floor((x - left) / wide), Math.floor((top - y) / tall)];
    if (column >= 0 && column < columns && row >= 0 && row < rows) return indexOf(row, column);
  }
  return undefined;
}

/** The middle of a parameter's cell. */
export function placeOfParameter(index: number): Point {
  const { layer, to, from } = placeOf(index);
  const at =
    blocks[
      layer === 1
        ? from === undefined
          ? 16
          : to
        : from === undefined
          ? 2 * layer + 14
          : 2 * layer + 13
    ];
  if (at === undefined) throw new Error(`no place for ${index}`);
  const isPicture = layer === 1 && from !== undefined;
  const [row, column] = isPicture
    ? [Math.floor(from / 28), from % 28]
    : layer === 1
      ? [to, 0]
      : [from ?? 0, to];
  return { x: at.left + (column + 0.5) * at.wide, y: at.top - (row + 0.5) * at.tall };
}

/** The larger a value beside the others of its layer, the stronger its colour; zeros are empty. */
export function drawParameters(pen: Pen, values: ArrayLike<number>): void {
  const largest = [1, 2, 3].map(() => Number.MIN_VALUE);
  for (let i = 0; i < lectureParameterCount; i++) {
    const at = layerOf(i) - 1;
    largest[at] = Math.max(largest[at] ?? 0, Math.abs(values[i] ?? 0));
  }
  const { context, frame } = pen;
  for (const { left, top, columns, rows, wide, tall, indexOf } of blocks) {
    const corner = { x: left + columns * wide, y: top - rows * tall };
    pen.box({ x: left, y: top }, corner, { ink: "line", alpha: 0.35 });
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const index = indexOf(row, column);
        const value = values[index] ?? 0;
        const share = Math.abs(value) / (largest[layerOf(index) - 1] ?? 1);
        if (share < 0.004) continue;
        // The square root, because most values are far below the largest.
        context.globalAlpha = Math.sqrt(share);
        context.fillStyle = pen.color(value > 0 ? "positive" : "negative");
        const x = frame.x(left + column * wide);
        const y = frame.y(top - row * tall);
        const right = frame.x(left + (column + 1) * wide);
        const low = frame.y(top - (row + 1) * tall);
        context.fillRect(x, y, right - x, low - y);
      }
    }
  }
  context.globalAlpha = 1;
}

function layerOf(index: number): 1 | 2 | 3 {
  return index < layer2 ? 1 : index < layer3 ? 2 : 3;
}
