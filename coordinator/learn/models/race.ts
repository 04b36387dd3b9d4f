/**
 * @file A race of the optimizers on a surface: all from the same place, with as many gradients, each at its own best rate.
 * The rates come from the same search for all: the same grid, the same starts, the same measure. Pure.
 */
import { drawNeighbour } from "../../../shared/engine/noise.ts";
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { bestCandidate } from "../../../shared/optimizers/local-search.ts";
import type { GradientOptimizerConfig } from "../../../shared/optimizers/optimizer.ts";
import { Random } from "../../../shared/random.ts";
import { arrivalAt } from "./arrival.ts";
import { type Course, descend } from "./descent.ts";
import { gradientOn, type Surface, type SurfaceName, surfaces } from "./surfaces.ts";

const beta = 0.9;
const epsilon = 1e-8;

/** Those that follow a gradient, with the settings that most people use. */
const configs = {
  sgd: { name: "sgd" },
  momentum: { name: "momentum", beta, dampening: beta },
  nag: { name: "nag", beta },
  rmsprop: { name: "rmsprop", beta, epsilon },
  adam: { name: "adam", beta1: beta, beta2: 0.999, epsilon },
} as const;
export type Racer = keyof typeof configs | "search";
export const racers = [
  "search",
  "sgd",
  "momentum",
  "nag",
  "rmsprop",
  "adam",
] as const satisfies readonly Racer[];
export type PerRacer<Value> = Readonly<Record<Racer, Value>>;

/** Gradients that each of them gets; a local search gets three costs in place of one. */
export const raceSteps = 300;
/** Whoever stays so near to a minimum has arrived. */
const raceRadius = 0.05;
/** The rates that are tried: 2ᵏ, so that each is exact. */
const rateExponents = { from: -9, to: 5 } as const;
/** Starts that the rates are chosen on, and others that are counted. */
export const searchStarts = 5;
export const countedStarts = 100;

export interface RaceFacts {
  readonly surface: SurfaceName;
  /** η of each. */
  readonly rates: PerRacer<number>;
  /** Mean steps to arrive on the starts of the search, at that rate; see `effortOf` for those that never arrive. */
  readonly means: PerRacer<number>;
  /** Of the counted starts: how many each of them won, in how many several came first, and in how many nobody arrived. */
  readonly wins: PerRacer<number>;
  readonly ties: number;
  readonly unfinished: number;
  /** In how many each of them arrived. */
  readonly arrivals: PerRacer<number>;
}

/** One racer's way from a start. @param rate - η, or the σ of a local search. */
export function raceOf(
  kernel: Kernel,
  surface: Surface,
  racer: Racer,
  rate: number,
  start: readonly [number, number],
): Course {
  if (racer === "search") return searchFrom(surface, rate, start);
  const optimizer: GradientOptimizerConfig = { ...configs[racer], learningRate: rate };
  return descend(kernel, { optimizer, start, steps: raceSteps, gradient: gradientOn(surface) });
}

/** Of a step of the local search: their costs take about as long as a gradient. */
const neighbours = 3;
const noiseSeed = 9;

/** A local search by the trainer's own noise and choice. */
function searchFrom(surface: Surface, sigma: number, start: readonly [number, number]): Course {
  const points = new Float32Array(2 * (raceSteps + 1));
  points.set(start);
  const [point, neighbour] = [points.slice(0, 2), new Float32Array(2)];
  const costs = new Float32Array(1 + neighbours);
  const costOf = ([x = 0, y = 0]: Float32Array) => surface.value(x, y);
  costs[0] = costOf(point);
  for (let step = 0; step < raceSteps; step++) {
    const drawn = (candidate: number) => ({ seed: noiseSeed, step, candidate, sigma });
    for (let candidate = 1; candidate <= neighbours; candidate++) {
      drawNeighbour(neighbour, point, drawn(candidate));
      costs[candidate] = costOf(neighbour);
    }
    const best = bestCandidate(costs);
    if (best > 0) drawNeighbour(point, point, drawn(best));
    costs[0] = costs[best] ?? NaN;
    points.set(point, 2 * (step + 1));
  }
  const none = new Float32Array(points.length);
  const state = { count: 2, points, first: none, second: none, gradients: none, takenAt: none };
  return { ...state, steps: raceSteps, divergedAt: undefined };
}

/** The step at which a course has arrived for good, or `undefined`. */
export function arrivalOn({ minima }: Surface, course: Course): number | undefined {
  return arrivalAt(course, minima, raceRadius);
}

/**
 * How long a course takes: the steps until it has arrived, or two races if it never does. A trifle more, by the distance
 * that is left, decides between rates at which nobody arrives.
 */
export function effortOf(surface: Surface, course: Course): number {
  const arrival = arrivalOn(surface, course);
  if (arrival !== undefined) return arrival;
  const left = distanceAt(surface, course, course.steps) / distanceAt(surface, course, 0);
  return 2 * raceSteps + (course.divergedAt === undefined ? Math.min(left, 1) : 1);
}

/** To the nearest minimum. */
function distanceAt({ minima }: Surface, { points }: Course, step: number): number {
  const [x = NaN, y = NaN] = [points[2 * step], points[2 * step + 1]];
  return Math.min(...minima.map(([atX, atY]) => Math.hypot(x - atX, y - atY)));
}

/** Where the starts of a race are drawn from. */
export function raceRandom(seed: number): Random {
  return new Random(seed, 27);
}

/** Searches the rates and counts who wins. Takes about half a second. */
export function raceFacts(kernel: Kernel, name: SurfaceName, seed: number): RaceFacts {
  const surface = surfaces[name];
  const random = raceRandom(seed);
  const [tried, counted] = [
    startsOn(surface, searchStarts, random),
    startsOn(surface, countedStarts, random),
  ];
  const arrival = (racer: Racer, rate: number, start: readonly [number, number]) =>
    arrivalOn(surface, raceOf(kernel, surface, racer, rate, start));
  const best = perRacer((racer) => {
    const rows = gridRates().map((rate) => {
      const efforts = tried.map((start) =>
        effortOf(surface, raceOf(kernel, surface, racer, rate, start)),
      );
      return { rate, mean: efforts.reduce((sum, effort) => sum + effort, 0) / efforts.length };
    });
    return rows.reduce((lowest, row) => (row.mean < lowest.mean ? row : lowest));
  });
  const results = counted.map((start) =>
    perRacer((racer) => arrival(racer, best[racer].rate, start)),
  );
  const winners = results.map(winnersOf);
  return {
    surface: name,
    rates: perRacer((racer) => best[racer].rate),
    means: perRacer((racer) => best[racer].mean),
    wins: perRacer((racer) => {
      return winners.filter((each) => each.length === 1 && each[0] === racer).length;
    }),
    ties: winners.filter((each) => each.length > 1).length,
    unfinished: winners.filter((each) => each.length === 0).length,
    arrivals: perRacer((racer) => results.filter((each) => each[racer] !== undefined).length),
  };
}

/** Those who arrive first: several of them if they tie, none if nobody arrives. */
export function winnersOf(arrivals: PerRacer<number | undefined>): readonly Racer[] {
  const least = Math.min(...racers.map((racer) => arrivals[racer] ?? Infinity));
  return racers.filter((racer) => arrivals[racer] === least);
}

export function perRacer<Value>(of: (racer: Racer) => Value): PerRacer<Value> {
  return {
    search: of("search"),
    sgd: of("sgd"),
    momentum: of("momentum"),
    nag: of("nag"),
    rmsprop: of("rmsprop"),
    adam: of("adam"),
  };
}

export function gridRates(): readonly number[] {
  const { from, to } = rateExponents;
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));
}

/** Places anywhere on a surface's map. */
export function startsOn(
  { x, y }: Surface,
  count: number,
  random: Random,
): readonly (readonly [number, number])[] {
  const within = ([from, to]: readonly [number, number]) => from + (to - from) * random.uniform();
  return Array.from({ length: count }, () => [within(x), within(y)] as const);
}
