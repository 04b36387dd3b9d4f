/**
 * @file The optimizers, side by side. Each one names its state tensors and turns its hyperparameters into the
 * scalars of a step, in float64. The update of every parameter, in float32, is in `../kernels/plain/optimizers.ts`.
 *
 * In the formulas w are the parameters, g the gradient of the batch mean (clipped, with L2 decay), η the learning rate
 * and t = step + 1 the number of the update. All state starts at 0.
 */
import { assertNever } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import {
  type OwnScalars,
  type StepScalars,
  type UpdateTensors,
  writeUpdate,
} from "../kernels/update.ts";
import type { OptimizerConfig, RunConfig } from "../run/config.ts";
import { movesByUpdates } from "../run/wire.ts";
import { RunningPower } from "./power.ts";

/** An optimizer that follows a gradient. `local-search` does not; it is in `local-search.ts`. */
export interface Optimizer {
  /** Names of the state tensors, each of shape `[parameterCount]`: none, `first`, or `first` and `second`. */
  readonly stateNames: readonly [] | readonly [string] | readonly [string, string];

  /**
   * Computes the next parameters and the next state from the current ones, which are not changed.
   *
   * @param update - Pointers to the tensors, the step, and its scalars.
   */
  step(kernel: Kernel, update: OptimizerStep): void;

  /** Computes the point at which the gradient is to be taken into `nextParameters`. Absent if that is w itself. */
  readonly lookAhead?: (kernel: Kernel, update: OptimizerStep) => void;
}

/** One step: its tensors, its scalars, and scratch for the kernel's record. */
export interface OptimizerStep extends UpdateTensors, StepScalars {
  /** The step about to be committed, 0-based. */
  readonly step: number;
  /** Pointer to `updateByteLength` bytes of scratch; written. */
  readonly record: number;
}

export type GradientOptimizerConfig = Exclude<OptimizerConfig, { name: "local-search" }>;
type Config<Name extends OptimizerConfig["name"]> = Extract<OptimizerConfig, { name: Name }>;

/**
 * The names of the tensors that a run keeps beside its parameters: the optimizer's, the velocity of the outer steps, the
 * point of the step before, the best parameters so far, and the point that workers have.
 */
export function stateNamesOf({
  optimizer,
  localSteps,
  delay,
  patience,
  wire,
}: Pick<RunConfig, "optimizer" | "localSteps" | "delay" | "patience" | "wire">): readonly string[] {
  const names = optimizer.name === "local-search" ? [] : createOptimizer(optimizer).stateNames;
  const outer = localSteps === null ? [] : [outerVelocityName];
  const previous = delay === 0 ? [] : [previousPointName];
  const best = patience === null ? [] : [bestName];
  return [...names, ...outer, ...previous, ...best, ...(movesByUpdates(wire) ? [sentName] : [])];
}

/** Of the tensor that a run with local steps keeps for its outer steps. */
export const outerVelocityName = "outerVelocity";

/** Of the tensor that a run with a delay keeps for its next gradient. */
export const previousPointName = "previousPoint";

/** Of the tensor that keeps the best parameters of a run that may end early. */
export const bestName = "best";

/** Of the tensor that keeps the point of the last step, in a run whose points move by updates. */
export const sentName = "sent";

/** The optimizer of a run config. */
export function createOptimizer(config: GradientOptimizerConfig): Optimizer {
  switch (config.name) {
    case "sgd":
      return sgd();
    case "momentum":
      return momentum(config);
    case "nag":
      return nag(config);
    case "rmsprop":
      return rmsprop(config);
    case "adam":
      return adam({ ...config, name: "adamw", decoupledDecay: 0 });
    case "adamw":
      return adam(config);
    default:
      return assertNever(config);
  }
}

/**
 * Gradient descent: `w ← w − η g`. It is full-batch, mini-batch or stochastic depending on the batch size.
 *
 * @see Robbins & Monro, "A stochastic approximation method", 1951.
 */
function sgd(): Optimizer {
  return {
    stateNames: [],
    step: (kernel, update) => run("sgd", kernel, update, {}),
  };
}

/**
 * Momentum: `v ← β v + (1 − dampening) g`, `w ← w − η v`. With dampening β, the default, v is an exponential average of
 * the gradients; with dampening 0 it is their discounted sum.
 *
 * @see Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, eq. 9.
 */
function momentum({ beta, dampening }: Config<"momentum">): Optimizer {
  return {
    stateNames: ["velocity"],
    step: (kernel, update) =>
      run("momentum", kernel, update, { beta1: beta, gain1: 1 - dampening }),
  };
}

/**
 * Nesterov's accelerated gradient: g is taken at the look-ahead point `w − η β v`, where the velocity alone would carry
 * w; then `v ← β v + (1 − β) g`, `w ← w − η v`.
 *
 * @see Sutskever, Martens, Dahl & Hinton, "On the importance of initialization and momentum", 2013, eqs. 3–4.
 */
function nag({ beta }: Config<"nag">): Optimizer {
  const own = ({ learningRate }: OptimizerStep): OwnScalars => ({
    lookAhead: learningRate * beta,
    beta1: beta,
    gain1: 1 - beta,
  });
  return {
    stateNames: ["velocity"],
    step: (kernel, update) => run("nag", kernel, update, own(update)),
    lookAhead: (kernel, update) => run("lookAhead", kernel, update, own(update)),
  };
}

/**
 * RMSProp: `v ← β v + (1 − β) g²`, `w ← w − η g / (ε + √v)`. Each parameter's step is scaled by the root mean
 * square of its own gradients.
 *
 * @see Tieleman & Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning, 2012.
 */
function rmsprop({ beta, epsilon }: Config<"rmsprop">): Optimizer {
  return {
    stateNames: ["squaredMean"],
    step: (kernel, update) =>
      run("rmsprop", kernel, update, { beta1: beta, gain1: 1 - beta, epsilon }),
  };
}

/**
 * Adam: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`, `m̂ = m / (1 − β₁ᵗ)`, `v̂ = v / (1 − β₂ᵗ)`,
 * `w ← w − η m̂ / (√v̂ + ε)`. AdamW first takes `w ← w − η · decoupledDecay · w`.
 *
 * @see Kingma & Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
 * @see Loshchilov & Hutter, "Decoupled weight decay regularization", 2019, algorithm 2, with η in front of the decay.
 */
function adam({ beta1, beta2, epsilon, decoupledDecay }: Config<"adamw">): Optimizer {
  const power1 = new RunningPower(beta1);
  const power2 = new RunningPower(beta2);
  return {
    stateNames: ["firstMoment", "secondMoment"],
    step(kernel, update) {
      const t = update.step + 1;
      run("adam", kernel, update, {
        decay: update.learningRate * decoupledDecay,
        beta1,
        gain1: 1 - beta1,
        correction1: 1 - power1.at(t),
        beta2,
        gain2: 1 - beta2,
        correction2: 1 - power2.at(t),
        epsilon,
      });
    },
  };
}

type UpdateRule = "sgd" | "momentum" | "lookAhead" | "nag" | "rmsprop" | "adam";

/** Writes the record, which rounds the scalars to float32 once, and lets the kernel update every parameter. */
function run(rule: UpdateRule, kernel: Kernel, update: OptimizerStep, own: OwnScalars): void {
  writeUpdate(kernel.views, update.record, update, own);
  kernel.functions[rule](update.record);
}
