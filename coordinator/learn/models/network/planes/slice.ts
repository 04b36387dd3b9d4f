/**
 * @file The real cost of the network over a plane of its 13,002 dimensions. A plane through where the network is now shows
 * little of what surrounds it, so it is named, and says how much of the next step is in it.
 */
import { Random } from "../../../../../shared/random.ts";
import { Stepper } from "../../descent.ts";
import type { AnswerBody, PlaneName, QuestionOf } from "../../questions.ts";
import type { NetworkLab, Range } from "../lab.ts";
import type { Snapshot } from "../lecture.ts";

/**
 * Places of the map on each side, one grid after another: the first takes less than a frame, and each has the places of
 * the one before. Odd numbers, so that one place is now.
 */
export const sliceSides = [5, 9, 17, 33, 65] as const;
/** Half the map's side for planes without places of their own: a share of the length of all parameters. */
const reachShare = 0.3;
/** A second direction that is so much shorter without the first one gives no plane. */
const parallelShare = 1e-4;
/** Plain descent from now, over the digits of the slice: small enough a rate for the untrained network, too. */
export const sliceDescent = { learningRate: 2, steps: 10 } as const;

type Body = AnswerBody<"slice">;
type Place = Omit<QuestionOf<"slice">, "side">;

/** A plane, and what is known of it. */
interface Slice extends Plane {
  readonly now: Float32Array;
  readonly range: Range;
  readonly body: Omit<Body, "side" | "costs">;
  /** Of the finest grid so far; shape `[side, side]`. */
  readonly side: number;
  readonly costs: readonly number[];
}

/** The last slice of each network: the next question is most often for a finer grid over it. */
const last = new WeakMap<NetworkLab, { readonly key: string; readonly slice: Slice }>();

/**
 * The cost at the places of a map, the next step of plain gradient descent, minus the gradient, and where some steps of it
 * lead.
 *
 * @param question - `seed`: of the random directions. `count`: digits that the cost is taken over. `side`: places of the
 *   map on each side.
 */
export function answerSlice(
  lab: NetworkLab,
  { side, ...place }: QuestionOf<"slice">,
): AnswerBody<"slice"> {
  const key = JSON.stringify(place);
  const found = last.get(lab);
  const slice = found?.key === key ? found.slice : planeAt(lab, place);
  const costs = costsOver(lab, slice, side);
  last.set(lab, { key, slice: { ...slice, side, costs } });
  return { ...slice.body, side, costs };
}

function planeAt(lab: NetworkLab, { step, plane, seed, count }: Place): Slice {
  const range = { first: 0, count };
  const { snapshots } = lab.source;
  const now = lab.at(step).parameters;
  const before = beforeIn(snapshots, now);
  const [start, end] = [snapshots[0]?.parameters ?? now, snapshots.at(-1)?.parameters ?? now];
  const { cost, gradientSum } = lab.gradient(now, range);
  const next = Float64Array.from(gradientSum, (sum) => -sum / count);
  const random = (stream: number) => randomDirection(now, seed, stream);
  const wished: Record<PlaneName, () => readonly ArrayLike<number>[]> = {
    random: () => [random(1), random(2)],
    gradient: () => [next, minus(now, before), random(1)],
    path: () => [minus(start, now), minus(end, now), next, random(1)],
  };
  const [x, y] = basisOf(wished[plane]());
  const placeOf = (way: ArrayLike<number>) => ({ x: dot(way, x), y: dot(way, y) });
  const ends = plane === "path" ? [placeOf(minus(start, now)), placeOf(minus(end, now))] : [];
  const furthest = Math.max(0, ...ends.map(({ x: right, y: up }) => Math.hypot(right, up)));
  const reach = furthest > 0 ? 1.2 * furthest : reachShare * lengthOf(now);
  const { places, ...descended } = descendFrom(lab, now, range);
  const body = {
    plane,
    cost,
    reach,
    next: placeOf(next),
    nextLength: lengthOf(next),
    descent: { ...descended, places: places.map((each) => placeOf(minus(each, now))) },
    ends,
    step: lab.at(step).step,
  };
  return { x, y, reach, now, range, body, side: 0, costs: [] };
}

/** Plain descent in all dimensions, by the optimizer that trains. */
function descendFrom(lab: NetworkLab, now: Float32Array, range: Range) {
  const { learningRate, steps } = sliceDescent;
  const stepper = new Stepper(lab.kernel, { name: "sgd", learningRate }, now);
  const places = [now];
  for (let step = 0; step < steps; step++) {
    const { gradientSum } = lab.gradient(stepper.parameters.slice(), range);
    stepper.gradient.set(gradientSum);
    if (!stepper.step(learningRate, range.count)) break;
    places.push(stepper.parameters.slice());
  }
  return { places, cost: lab.cost(places.at(-1) ?? now, range) };
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
}

/** Row by row from the lowest y, by the kernel: no cost here is an approximation. What is known is not computed again. */
function costsOver(lab: NetworkLab, slice: Slice, side: number): readonly number[] {
  const { now, x, y, reach, range } = slice;
  const at = (i: number) => reach * ((2 * i) / (side - 1) - 1);
  const every = (side - 1) / (slice.side - 1);
  const known = (column: number, row: number) =>
    slice.costs[(row / every) * slice.side + column / every];
  const [rowStart, parameters] = [new Float64Array(now.length), new Float32Array(now.length)];
  const costs: number[] = [];
  for (let row = 0; row < side; row++) {
    const up = at(row);
    for (let i = 0; i < now.length; i++) rowStart[i] = (now[i] ?? 0) + up * (y[i] ?? 0);
    for (let column = 0; column < side; column++) {
      const found = row % every === 0 && column % every === 0 ? known(column, row) : undefined;
      if (found !== undefined) {
        costs.push(found);
        continue;
      }
      const right = at(column);
      for (let i = 0; i < now.length; i++) parameters[i] = (rowStart[i] ?? 0) + right * (x[i] ?? 0);
      costs.push(lab.cost(parameters, range));
    }
  }
  return costs;
}

/** Two orthonormal directions: the first that is not 0, and the next that is not parallel to it. */
function basisOf(ways: readonly ArrayLike<number>[]): readonly [Float64Array, Float64Array] {
  const basis: Float64Array[] = [];
  for (const way of ways) {
    const length = lengthOf(way);
    const rest = new Float64Array(way);
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
  const direction = new Float64Array(now.length);
  for (let i = 0; i < now.length; i++)
    direction[i] = random.normal() * (Math.abs(now[i] ?? 0) + 1e-3);
  return direction;
}

/** A loop, because `Float64Array.from` takes ten times as long. */
function minus(one: Float32Array, other: Float32Array): Float64Array {
  const difference = new Float64Array(one.length);
  for (let i = 0; i < one.length; i++) difference[i] = (one[i] ?? 0) - (other[i] ?? 0);
  return difference;
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] ?? 0) * (other[i] ?? 0);
  return sum;
}

function lengthOf(way: ArrayLike<number>): number {
  return Math.sqrt(dot(way, way));
}
