/**
 * @file Local search against gradient descent with the same number of evaluations, in more and more dimensions: on a
 * bowl that is ten times as steep in one direction as in another, and, last, on the network itself.
 */
import { drawNeighbour } from "../../../../shared/engine/noise.ts";
import { bestCandidate } from "../../../../shared/optimizers/local-search.ts";
import { descend, Stepper } from "../descent.ts";
import type { AnswerBody, QuestionOf } from "../questions.ts";
import type { NetworkLab } from "./lab.ts";

/** Of the bowls. The network's is the last. */
const bowlDimensions = [2, 10, 100, 1_000] as const;

/** A gradient takes about as long as so many costs: one way forward, two ways back. */
const evaluationsPerGradient = 3;
/** Neighbours of a step of the local search. */
const neighbours = 8;
/** Of these, the local search gets the best in hindsight, which no real one has. */
const sigmas = [0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;
/** For the network, as a step changes 13,002 numbers. */
const networkSigmas = [0.01, 0.03, 0.1] as const;
const networkRate = 0.5;

/** What is left of the first cost after the evaluations, by both, for each dimension. */
export function answerDimensions(
  lab: NetworkLab,
  { budget, seed, count }: QuestionOf<"dimensions">,
): AnswerBody<"dimensions"> {
  const steps = Math.floor(budget / evaluationsPerGradient);
  const bowls = bowlDimensions.map((dimension) => {
    const cost = bowlOf(dimension);
    const start = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
    const searched = sigmas.map((sigma) => searchDown(start, cost, { budget, seed, sigma }));
    const descent = descend(lab.kernel, {
      optimizer: { name: "sgd", learningRate: 2 / (1 + steepest) },
      start,
      steps,
      gradient: (point, into) => {
        for (let i = 0; i < dimension; i++) into[i] = curvature(i, dimension) * (point[i] ?? 0);
      },
    });
    const first = cost(start);
    const end = descent.points.subarray(descent.steps * dimension);
    return { dimension, search: Math.min(...searched) / first, descent: cost(end) / first };
  });
  return { rows: [...bowls, onNetwork(lab, { budget, seed, count, steps })], steps };
}

/** How much steeper the bowl is in its last direction than in its first. */
const steepest = 10;

/** λ of direction i: from 1 to `steepest`, evenly. */
function curvature(i: number, dimension: number): number {
  return 1 + ((steepest - 1) * i) / (dimension - 1);
}

function bowlOf(dimension: number): (point: ArrayLike<number>) => number {
  return (point) => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += curvature(i, dimension) * (point[i] ?? 0) ** 2;
    return sum / 2;
  };
}

interface Search {
  readonly budget: number;
  readonly seed: number;
  readonly sigma: number;
}

/** The cost after a local search by the trainer's own noise and choice. */
function searchDown(
  start: Float32Array,
  cost: (point: Float32Array) => number,
  { budget, seed, sigma }: Search,
): number {
  const point = start.slice();
  const neighbour = new Float32Array(start.length);
  const costs = new Float32Array(1 + neighbours);
  costs[0] = cost(point);
  for (let step = 0; (step + 1) * neighbours <= budget; step++) {
    const drawn = (candidate: number) => ({ seed, step, candidate, sigma });
    for (let candidate = 1; candidate <= neighbours; candidate++) {
      drawNeighbour(neighbour, point, drawn(candidate));
      costs[candidate] = cost(neighbour);
    }
    const best = bestCandidate(costs);
    if (best === 0) continue;
    drawNeighbour(point, point, drawn(best));
    costs[0] = costs[best] ?? NaN;
  }
  return cost(point);
}

function onNetwork(
  lab: NetworkLab,
  {
    budget,
    seed,
    count,
    steps,
  }: Omit<QuestionOf<"dimensions">, "kind"> & { readonly steps: number },
): AnswerBody<"dimensions">["rows"][number] {
  const range = { first: 0, count };
  const start = lab.at(0).parameters;
  const cost = (point: Float32Array) => lab.cost(point, range);
  const searched = networkSigmas.map((sigma) => searchDown(start, cost, { budget, seed, sigma }));
  const optimizer = { name: "sgd", learningRate: networkRate } as const;
  const stepper = new Stepper(lab.kernel, optimizer, start);
  for (let step = 0; step < steps; step++) {
    const { gradientSum } = lab.gradient(stepper.look(networkRate).slice(), range);
    stepper.gradient.set(gradientSum);
    stepper.step(networkRate, count);
  }
  const first = cost(start);
  const descent = cost(stepper.parameters.slice()) / first;
  return { dimension: lab.parameterCount, search: Math.min(...searched) / first, descent };
}
