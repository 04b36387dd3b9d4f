/** @file The optimizers of the sequential trainer: their formulas, parameter by parameter, rounded by `fround`. */
import type { RunConfig } from "../../../shared/run/config.ts";

const f = Math.fround;

export interface Update {
  /** The first parameters, which stay as they are. */
  readonly frozen: number;
  readonly config: RunConfig;
  readonly rate: number;
  readonly exactRate: number;
  readonly step: number;
}

/** The optimizers' formulas, parameter by parameter. */
export class OptimizerState {
  readonly #first: Float32Array;
  readonly #second: Float32Array;

  constructor(count: number, first = new Float32Array(count), second = new Float32Array(count)) {
    this.#first = first;
    this.#second = second;
  }

  /** Copies of its tensors. */
  get tensors(): readonly [Float32Array, Float32Array] {
    return [this.#first.slice(), this.#second.slice()];
  }

  ahead(parameters: Float32Array, rate: number, beta: number): Float32Array {
    return parameters.map((w, i) => f(w - f(f(rate * beta) * this.#first[i]!)));
  }

  update(parameters: Float32Array, mean: Float32Array, update: Update): void {
    for (let i = update.frozen; i < parameters.length; i++) {
      parameters[i] = this.#next(parameters[i]!, mean[i]!, i, update);
    }
  }

  #next(w: number, g: number, i: number, { config, rate, exactRate, step }: Update): number {
    const { optimizer } = config;
    switch (optimizer.name) {
      case "sgd":
        return f(w - f(rate * g));
      case "momentum": {
        const v = this.#average(this.#first, i, optimizer.beta, 1 - optimizer.dampening, g);
        return f(w - f(rate * v));
      }
      case "nag": {
        const v = this.#average(this.#first, i, optimizer.beta, 1 - optimizer.beta, g);
        return f(w - f(rate * v));
      }
      case "rmsprop": {
        const v = this.#average(this.#first, i, optimizer.beta, 1 - optimizer.beta, f(g * g));
        return f(w - f(f(rate * g) / f(f(optimizer.epsilon) + f(Math.sqrt(v)))));
      }
      case "adam":
      case "adamw": {
        const { beta1, beta2, epsilon } = optimizer;
        const m = this.#average(this.#first, i, beta1, 1 - beta1, g);
        const v = this.#average(this.#second, i, beta2, 1 - beta2, f(g * g));
        const mHat = f(m / f(1 - powerOf(beta1, step + 1)));
        const vHat = f(v / f(1 - powerOf(beta2, step + 1)));
        const decay = optimizer.name === "adamw" ? f(exactRate * optimizer.decoupledDecay) : 0;
        const decayed = f(w - f(decay * w));
        return f(decayed - f(f(rate * mHat) / f(f(Math.sqrt(vHat)) + f(epsilon))));
      }
      case "local-search":
      default:
        throw new Error("local search follows no gradient");
    }
  }

  /** `average ← beta · average + gain · value`. */
  #average(state: Float32Array, i: number, beta: number, gain: number, value: number): number {
    return (state[i] = f(f(f(beta) * state[i]!) + f(f(gain) * value)));
  }
}

function powerOf(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}
