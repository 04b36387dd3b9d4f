/**
 * @file The real cost of the network over a plane of its 13,002 dimensions. A plane through where the network is now shows
 * little of what surrounds it, so it is named, and says how much of the next step is in it.
 */
import { Random } from "../../../../../shared/random.ts";
import type { AnswerBody, PlaneName, QuestionOf } from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";
import type { Snapshot } from "../lecture.ts";

/** Places of the map on each side: as many as take about half a second. An odd number, so that one is now. */
export const sliceSide = 25;
/** Half the map's side for planes without places of their own: a share of the length of all parameters. */
const reachShare = 0.3;
/** A second direction that is so much shorter without the first one gives no plane. */
const parallelShare = 1e-4;

/**
 * The cost at the places of a map, and the next step of plain gradient descent: minus the gradient.
 *
 * @param question - `seed`: of the random directions. `count`: digits that the cost is taken over.
 */
export function answerSlice(
  lab: NetworkLab,
  { step, plane, seed, count }: QuestionOf<"slice">,
): AnswerBody<"slice"> {
  const range = { first: 0, count };
  const { snapshots } = lab.source;
  const now = lab.at(step).parameters;
  const before = beforeIn(snapshots, now);
  const [start, end] = [snapshots[0]?.parameters ?? now, snapshots.at(-1)?.parameters ?? now];
  const { cost, gradientSum } = lab.gradient(now, range);
  const next = Float64Array.from(gradientSum, (sum) => -sum / count);
  const random = (stream: number) => randomDirection(now, seed, stream);
  const wished: Record<PlaneName, readonly ArrayLike<number>[]> = {
    random: [random(1), random(2)],
    gradient: [next, minus(now, before), random(1)],
    path: [minus(start, now), minus(end, now), next, random(1)],
  };
  const [x, y] = basisOf(wished[plane]);
  const placeOf = (way: ArrayLike<number>) => ({ x: dot(way, x), y: dot(way, y) });
  const ends = plane === "path" ? [placeOf(minus(start, now)), placeOf(minus(end, now))] : [];
  const furthest = Math.max(0, ...ends.map((place) => Math.hypot(place.x, place.y)));
  const reach = furthest > 0 ? 1.2 * furthest : reachShare * lengthOf(now);
  return {
    plane,
    cost,
    reach,
    costs: costsOver(lab, now, { x, y, reach, range }),
    next: placeOf(next),
    nextLength: lengthOf(next),
    ends,
    step: lab.at(step).step,
  };
}

/** The snapshot before this one; the first one has none but itself. */
function beforeIn(snapshots: readonly Snapshot[], now: Float32Array): Float32Array {
  const at = snapshots.findIndex(({ parameters }) => parameters === now);
  return snapshots[Math.max(0, at - 1)]?.parameters ?? now;
}

interface Plane {
  /** Orthonormal, shape `[parameterCount]` each. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly reach: number;
  readonly range: { readonly first: number; readonly count: number };
}

/** Row by row from the lowest y, by the kernel: no cost here is an approximation. */
function costsOver(lab: NetworkLab, now: Float32Array, { x, y, reach, range }: Plane): number[] {
  const at = (i: number) => reach * ((2 * i) / (sliceSide - 1) - 1);
  const parameters = new Float32Array(now.length);
  return Array.from({ length: sliceSide * sliceSide }, (_, place) => {
    const [right, up] = [at(place % sliceSide), at(Math.floor(place / sliceSide))];
    for (let i = 0; i < now.length; i++) {
      parameters[i] = (now[i] ?? 0) + right * (x[i] ?? 0) + up * (y[i] ?? 0);
    }
    return lab.cost(parameters, range);
  });
}

/** Two orthonormal directions: the first that is not 0, and the next that is not parallel to it. */
function basisOf(ways: readonly ArrayLike<number>[]): readonly [Float64Array, Float64Array] {
  const basis: Float64Array[] = [];
  for (const way of ways) {
    const length = lengthOf(way);
    const rest = Float64Array.from(way);
    for (const each of basis) {
      const along = dot(rest, each);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - along * (each[i] ?? 0);
    }
    const left = lengthOf(rest);
    if (basis.length < 2 && left > parallelShare * length)
      basis.push(rest.map((value) => value / left));
  }
  const [x, y] = basis;
  if (x === undefined || y === undefined) throw new Error("these directions span no plane");
  return [x, y];
}

/**
 * A random direction in which each parameter changes in proportion to its size, like the filters of Li et al. 2018,
 * "Visualizing the loss landscape of neural nets".
 */
function randomDirection(now: Float32Array, seed: number, stream: number): Float64Array {
  const random = new Random(seed, stream);
  return Float64Array.from(now, (value) => random.normal() * (Math.abs(value) + 1e-3));
}

function minus(one: ArrayLike<number>, other: ArrayLike<number>): Float64Array {
  return Float64Array.from(one, (value, i) => value - (other[i] ?? 0));
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function lengthOf(way: ArrayLike<number>): number {
  return Math.sqrt(dot(way, way));
}
