/** @file Shapes of marks, and the looks of lines that belong together: colour, dash and mark. */
import type { Ink } from "./inks.ts";

export type MarkerShape = "circle" | "square" | "triangle" | "diamond" | "plus" | "cross" | "star";

/** Adds a mark's outline to the path of a context. */
export function traceMarker(
  context: CanvasPath,
  shape: MarkerShape,
  x: number,
  y: number,
  radius: number,
): void {
  if (shape === "circle") {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  const [first, ...others] = outlines[shape];
  if (first === undefined) return;
  context.moveTo(x + first[0] * radius, y + first[1] * radius);
  for (const [right, down] of others) context.lineTo(x + right * radius, y + down * radius);
  context.closePath();
}

type Outline = readonly (readonly [right: number, down: number])[];

const plus: Outline = [
  [-0.35, -1.1],
  [0.35, -1.1],
  [0.35, -0.35],
  [1.1, -0.35],
  [1.1, 0.35],
  [0.35, 0.35],
  [0.35, 1.1],
  [-0.35, 1.1],
  [-0.35, 0.35],
  [-1.1, 0.35],
  [-1.1, -0.35],
  [-0.35, -0.35],
];

const turned = (outline: Outline): Outline =>
  outline.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);

const outlines: Readonly<Record<Exclude<MarkerShape, "circle">, Outline>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.15],
    [1.05, 0.85],
    [-1.05, 0.85],
  ],
  diamond: [
    [0, -1.25],
    [1.1, 0],
    [0, 1.25],
    [-1.1, 0],
  ],
  plus,
  cross: turned(plus),
  star: Array.from({ length: 10 }, (_, i) => {
    const far = i % 2 === 0 ? 1.35 : 0.6;
    return [far * Math.sin((i * Math.PI) / 5), -far * Math.cos((i * Math.PI) / 5)] as const;
  }),
};

/** How one of several lines looks. */
export interface Look {
  readonly ink: Ink;
  readonly dash: readonly number[];
  readonly shape: MarkerShape;
}

/** The optimizers look the same in every section. */
export const looks = {
  sgd: { ink: "series-1", dash: [], shape: "circle" },
  momentum: { ink: "series-2", dash: [9, 4], shape: "square" },
  nag: { ink: "series-3", dash: [3, 3], shape: "triangle" },
  rmsprop: { ink: "series-4", dash: [12, 3, 3, 3], shape: "diamond" },
  adam: { ink: "series-6", dash: [6, 2, 2, 2, 2, 2], shape: "plus" },
  "local-search": { ink: "series-5", dash: [2, 4], shape: "cross" },
} as const satisfies Readonly<Record<string, Look>>;
