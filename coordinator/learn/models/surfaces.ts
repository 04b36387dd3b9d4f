/**
 * @file Costs of two parameters to descend on: smooth functions with their gradients, in float64. The optimizer gets
 * the gradient rounded to float32 once. Pure.
 */

export interface Surface {
  /** The part of the plane that is shown. */
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
  /** Where descents begin unless a reader says otherwise. */
  readonly start: readonly [x: number, y: number];
  /** The lowest places. */
  readonly minima: readonly (readonly [x: number, y: number])[];
  value(x: number, y: number): number;
  /** Writes ∂value/∂x and ∂value/∂y. */
  gradient(x: number, y: number, into: Float64Array): void;
}

/** `(λx x² + λy y²) / 2`: curvature λx along and λy across; κ = λy / λx is how much of a ravine it is. */
export function bowl(lambdaX: number, lambdaY: number): Surface {
  return {
    x: [-3, 3],
    y: [-2, 2],
    start: [-2.5, 1.2],
    minima: [[0, 0]],
    value: (x, y) => (lambdaX * x * x + lambdaY * y * y) / 2,
    gradient(x, y, into) {
      into[0] = lambdaX * x;
      into[1] = lambdaY * y;
    },
  };
}

/** Rosenbrock's banana: a curved valley with a flat floor. */
const rosenbrock: Surface = {
  x: [-2, 2],
  y: [-1, 3],
  start: [-1.5, 2],
  minima: [[1, 1]],
  value: (x, y) => (1 - x) ** 2 + 20 * (y - x * x) ** 2,
  gradient(x, y, into) {
    const off = y - x * x;
    into[0] = -2 * (1 - x) - 80 * x * off;
    into[1] = 40 * off;
  },
};

/** Beale's function: a minimum in a plain, and cliffs at the corners. */
const beale: Surface = {
  x: [-1, 4],
  y: [-2, 1.5],
  start: [0.2, -1.4],
  minima: [[3, 0.5]],
  value: (x, y) => bealeTerms.reduce((sum, [c, n]) => sum + (c - x + x * y ** n) ** 2, 0),
  gradient(x, y, into) {
    let [dx, dy] = [0, 0];
    for (const [c, n] of bealeTerms) {
      const term = c - x + x * y ** n;
      dx += 2 * term * (y ** n - 1);
      dy += 2 * term * n * x * y ** (n - 1);
    }
    into[0] = dx;
    into[1] = dy;
  },
};

const bealeTerms = [
  [1.5, 1],
  [2.25, 2],
  [2.625, 3],
] as const;

/** A saddle between two valleys: flat at its centre, where the gradient says nothing about where to go. */
const saddle: Surface = {
  x: [-2, 2],
  y: [-2, 2],
  start: [-1.4, 0.02],
  minima: [
    [0, -1],
    [0, 1],
  ],
  value: (x, y) => (x * x) / 2 + (y * y - 1) ** 2 / 4,
  gradient(x, y, into) {
    into[0] = x;
    into[1] = y * (y * y - 1);
  },
};

/** A bowl with waves: many hollows, of which one is the lowest. */
const wavy: Surface = {
  x: [-3, 3],
  y: [-3, 3],
  start: [2.4, 2.1],
  minima: [[0, 0]],
  value: (x, y) => 0.3 * (x * x + y * y) + 2 - Math.cos(3 * x) - Math.cos(3 * y),
  gradient(x, y, into) {
    into[0] = 0.6 * x + 3 * Math.sin(3 * x);
    into[1] = 0.6 * y + 3 * Math.sin(3 * y);
  },
};

export const surfaces = {
  bowl: bowl(1, 1),
  ravine: bowl(0.5, 10),
  rosenbrock,
  beale,
  saddle,
  wavy,
} as const satisfies Readonly<Record<string, Surface>>;
export type SurfaceName = keyof typeof surfaces;

/** The gradient of a surface in the form that `descend` takes. */
export function gradientOn(surface: Surface) {
  return ([x = 0, y = 0]: Float32Array, into: Float64Array): void => surface.gradient(x, y, into);
}
