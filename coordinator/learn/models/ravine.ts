/**
 * @file What is known of descents in a quadratic valley: the settings that are best for each method, and how many steps
 * they take here. κ is the ratio of its two curvatures, of which the smaller is `m` and the larger `l`.
 */
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import type { GradientOptimizerConfig } from "../../../shared/optimizers/optimizer.ts";
import { nearShare, stepsToShare } from "./arrival.ts";
import { type Course, descend } from "./descent.ts";
import { bowl, gradientOn } from "./surfaces.ts";

/** Curvatures along the valley and across it. */
export interface Curvatures {
  readonly along: number;
  readonly across: number;
}

/** η = 2/(m + l): the best constant rate of plain descent. */
export function bestPlain({ along, across }: Curvatures): { readonly rate: number } {
  return { rate: 2 / (along + across) };
}

/**
 * The best β and the best step length α of `v ← βv + g`, `w ← w − αv`; where v is an average, η = α/(1 − β).
 *
 * @see Lessard, Recht & Packard, "Analysis and design of optimization algorithms via integral quadratic constraints",
 *   2016, table 1, "heavy-ball".
 */
export function bestMomentum({ along: m, across: l }: Curvatures): BestMomentum {
  const [small, large] = [Math.sqrt(m), Math.sqrt(l)];
  return momentumOf(((large - small) / (large + small)) ** 2, 4 / (large + small) ** 2);
}

/** The same for Nesterov's, on quadratic costs (there "fast gradient", tuned for quadratics). */
export function bestNesterov({ along: m, across: l }: Curvatures): BestMomentum {
  const root = Math.sqrt((3 * l) / m + 1);
  return momentumOf((root - 2) / (root + 2), 4 / (3 * l + m));
}

export interface BestMomentum {
  readonly beta: number;
  /** η where v is a sum, and where it is an average. */
  readonly sumRate: number;
  readonly rate: number;
}

function momentumOf(beta: number, sumRate: number): BestMomentum {
  return { beta, sumRate, rate: sumRate / (1 - beta) };
}

/** The greatest η before momentum diverges on a curvature. @see Polyak 1964. */
export function momentumLimit(beta: number, gain: number, curvature: number): number {
  return (2 * (1 + beta)) / (gain * curvature);
}

/** A descent in the valley from a place. */
export function descendRavine(
  kernel: Kernel,
  { along, across }: Curvatures,
  optimizer: GradientOptimizerConfig,
  start: ArrayLike<number>,
  steps: number,
): Course {
  const gradient = gradientOn(bowl(along, across));
  return descend(kernel, { optimizer, start, steps, gradient });
}

/** Steps until a thousandth of the distance is left, for good. */
export interface RavineFacts {
  /** At the best rate of plain descent. */
  readonly plain: number;
  /** Momentum with β = 0.9 at that same rate. */
  readonly momentum: number;
  /** Each with its own best settings. */
  readonly tunedMomentum: number;
  readonly tunedNesterov: number;
}

const stepsMax = 600;
const start = [1, 1];
const known = new WeakMap<Kernel, Map<number, RavineFacts>>();

/** The steps in a valley of a given κ, computed once per kernel. */
export function ravineFacts(kernel: Kernel, kappa: number): RavineFacts {
  const facts = known.get(kernel) ?? new Map<number, RavineFacts>();
  known.set(kernel, facts);
  const found = facts.get(kappa) ?? computeFacts(kernel, { along: 1, across: kappa });
  facts.set(kappa, found);
  return found;
}

function computeFacts(kernel: Kernel, curvatures: Curvatures): RavineFacts {
  const steps = (optimizer: GradientOptimizerConfig) =>
    stepsToShare(descendRavine(kernel, curvatures, optimizer, start, stepsMax), nearShare) ??
    Infinity;
  const { rate } = bestPlain(curvatures);
  const [momentum, nesterov] = [bestMomentum(curvatures), bestNesterov(curvatures)];
  return {
    plain: steps({ name: "sgd", learningRate: rate }),
    momentum: steps({ name: "momentum", learningRate: rate, beta: 0.9, dampening: 0.9 }),
    tunedMomentum: steps({
      name: "momentum",
      learningRate: momentum.rate,
      beta: momentum.beta,
      dampening: momentum.beta,
    }),
    tunedNesterov: steps({
      name: "nag",
      learningRate: nesterov.rate,
      beta: nesterov.beta,
    }),
  };
}
