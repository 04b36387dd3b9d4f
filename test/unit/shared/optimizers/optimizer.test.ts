/** The optimizers as a run uses them, against numbers computed by hand, closed forms and a float64 oracle. */
import { describe, expect, test } from "vitest";

import {
  createOptimizer,
  type GradientOptimizerConfig,
} from "../../../../shared/optimizers/optimizer.ts";
import {
  type OptimizerConfig,
  type RunConfig,
  type ScheduleConfig,
  stateCounts,
} from "../../../../shared/run/config.ts";
import {
  applyGradient,
  createStore,
  gradientOptimizers,
} from "../../../support/fixtures/store-fixture.ts";

/** The only parameter after each step with the given gradients. */
function path(
  optimizer: OptimizerConfig,
  start: number,
  gradients: readonly number[],
  changes: Partial<RunConfig> = {},
): number[] {
  const store = createStore([start], { optimizer, ...changes });
  return gradients.map((gradient) => {
    expect(applyGradient(store, [gradient])).toMatchObject({ committed: true });
    return store.parameters[0]!;
  });
}

/** The path down `w²/2`, whose gradient at a point is that point. */
function bowlPath(optimizer: OptimizerConfig, start: number, steps: number): number[] {
  const store = createStore([start], { optimizer });
  return Array.from({ length: steps }, () => {
    applyGradient(store, store.pointToSend());
    return store.parameters[0]!;
  });
}

const repeat = (value: number, count: number) => Array.from({ length: count }, () => value);

describe("sgd", () => {
  const sgd = { name: "sgd", learningRate: 0.25 } as const;

  test("from 1 with gradients 0.5, −1, 2 and rate 0.25 goes to 0.875, 1.125, 0.625", () => {
    expect(path(sgd, 1, [0.5, -1, 2])).toEqual([0.875, 1.125, 0.625]);
  });

  test("divides a sum of 6 over a batch of 3 into a mean of 2", () => {
    const store = createStore([1], { optimizer: sgd });
    applyGradient(store, [6], 3);
    expect(store.parameters[0]).toBe(0.5);
  });

  test("with weight decay 0.5 and rate 0.5 shrinks 1 by 3/4 per step if the gradient is 0", () => {
    const changes = { weightDecay: 0.5 };
    const steps = path({ name: "sgd", learningRate: 0.5 }, 1, [0, 0, 0], changes);
    expect(steps).toEqual([0.75, 0.5625, 0.421875]);
  });

  test("clips the gradient (3, 4) to norm 2.5 and reports its norm 5; (0.75, 1) passes unchanged", () => {
    const store = createStore([0, 0], { optimizer: { ...sgd, learningRate: 1 }, clipNorm: 2.5 });
    expect(applyGradient(store, [3, 4])).toMatchObject({ gradientNorm: 5 });
    expect([...store.parameters]).toEqual([-1.5, -2]);
    expect(applyGradient(store, [0.75, 1])).toMatchObject({ gradientNorm: 1.25 });
    expect([...store.parameters]).toEqual([-2.25, -3]);
  });

  test("clips before adding weight decay: the penalty is not part of the clipped norm", () => {
    const changes = { clipNorm: 1, weightDecay: 1 };
    expect(path({ name: "sgd", learningRate: 0.5 }, 8, [2], changes)).toEqual([8 - 0.5 * (1 + 8)]);
  });
});

describe("momentum", () => {
  const momentum = { name: "momentum", learningRate: 1, beta: 0.5, dampening: 0.5 } as const;

  test("with β = dampening = 1/2 averages: 2 goes to 1.5, 0.75, −0.125 under gradient 1", () => {
    expect(path(momentum, 2, [1, 1, 1])).toEqual([1.5, 0.75, -0.125]);
  });

  test("with dampening 0 sums: 2 goes to 1, −0.5, −2.25 under gradient 1", () => {
    expect(path({ ...momentum, dampening: 0 }, 2, [1, 1, 1])).toEqual([1, -0.5, -2.25]);
  });

  test("velocity is the geometric series 1 − 0.9ᵗ after 50 steps of gradient 1", () => {
    const optimizer = { ...momentum, beta: 0.9, dampening: 0.9 };
    const store = createStore([0], { optimizer });
    for (let t = 0; t < 50; t++) applyGradient(store, [1]);
    expect(store.state.get("velocity")![0]).toBeCloseTo(1 - 0.9 ** 50, 6);
    expect(store.parameters[0]).toBeCloseTo(-(50 - (0.9 * (1 - 0.9 ** 50)) / 0.1), 4);
  });
});

describe("nag", () => {
  const nag = { name: "nag", learningRate: 0.5, beta: 0.5 } as const;
  const downTheBowl = [0.75, 0.46875, 0.24609375];

  test("down w²/2 from 1 goes to 0.75, 0.46875, 0.24609375", () => {
    expect(bowlPath(nag, 1, 3)).toEqual(downTheBowl);
  });

  test("takes its second gradient at 0.75 − 0.5 · 0.5 · 0.5 = 0.625 and keeps w at 0.75", () => {
    const store = createStore([1], { optimizer: nag });
    applyGradient(store, [1]);
    expect([...store.pointToSend()]).toEqual([0.625]);
    expect([...store.parameters]).toEqual([0.75]);
  });

  test("weight decay 1 without a gradient is the same bowl: the penalty is taken at the look-ahead", () => {
    expect(path(nag, 1, [0, 0, 0], { weightDecay: 1 })).toEqual(downTheBowl);
  });

  test("looks ahead at the rate of the next step: 1/2 of 4 warm-up steps, then 3/4", () => {
    const schedule = { ...constant, warmupSteps: 4 };
    const store = createStore([0], { optimizer: { ...nag, learningRate: 1 }, schedule });
    applyGradient(store, [-4]);
    // v = −2, w = 0 + 2/4; ahead by 2/4 · 1/2 · 2.
    expect([...store.pointToSend()]).toEqual([1]);
    applyGradient(store, [0]);
    // v = −1, w = 1/2 + 2/4; ahead by 3/4 · 1/2 · 1.
    expect([...store.pointToSend()]).toEqual([1.375]);
  });
});

describe("rmsprop", () => {
  const rmsprop = { name: "rmsprop", learningRate: 1, beta: 0.75, epsilon: 1 } as const;

  test("with β = 3/4, ε = 1 and gradients 2, 1, −1 goes from 1 to 0, −0.5, 0 while v stays 1", () => {
    expect(path(rmsprop, 1, [2, 1, -1])).toEqual([0, -0.5, 0]);
  });

  test("under gradient −3 for 400 steps ends up moving by the rate 0.01 per step", () => {
    const optimizer = { ...rmsprop, learningRate: 0.01, epsilon: 1e-8 };
    const [before, after] = path(optimizer, 0, repeat(-3, 400)).slice(-2);
    expect(after! - before!).toBeCloseTo(0.01, 6);
  });
});

describe("adam", () => {
  const adam = { name: "adam", learningRate: 0.5, beta1: 0.5, beta2: 0.75, epsilon: 2 } as const;

  test("with β₁ = 1/2, β₂ = 3/4, ε = 2 and gradients 2, −1, 1 goes from 1 as computed by hand", () => {
    const [first, second, third] = path(adam, 1, [2, -1, 1]);
    // m̂ = 1/(1/2), v̂ = 1/(1/4): w − 0.5 · 2/(2 + 2); then m = 0; then m̂ = 0.5/(7/8), v̂ = 1/(37/64).
    expect([first, second]).toEqual([0.75, 0.75]);
    expect(third).toBeCloseTo(0.75 - (0.5 * (0.5 / 0.875)) / (Math.sqrt(64 / 37) + 2), 7);
  });

  test.each([1e-6, 1, 1e6])("moves by the rate 0.01 at each of 50 steps of gradient %s", (g) => {
    const optimizer = { ...adam, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-14 };
    for (const [t, w] of path(optimizer, 0, repeat(g, 50)).entries()) {
      expect(w).toBeCloseTo(-0.01 * (t + 1), 5);
    }
  });

  test("weight decay joins the gradient and is normalised away: the first step is the rate", () => {
    const optimizer = { ...adam, epsilon: 1e-14 };
    expect(path(optimizer, 8, [0], { weightDecay: 0.125 })).toEqual([7.5]);
  });
});

describe("adamw", () => {
  const adamw = {
    name: "adamw",
    learningRate: 0.5,
    beta1: 0.5,
    beta2: 0.75,
    epsilon: 2,
    decoupledDecay: 0.5,
  } as const;

  test("without a gradient shrinks 1 by 1 − 0.5 · 0.5 per step: 0.75, 0.5625, 0.421875", () => {
    expect(path(adamw, 1, [0, 0, 0])).toEqual([0.75, 0.5625, 0.421875]);
  });

  test("shrinks first, then steps like adam: 1 → 0.75 − 0.25", () => {
    expect(path(adamw, 1, [2])).toEqual([0.5]);
  });
});

/** A bowl for each parameter, steeper for later ones, that shifts from step to step. */
const slopeAt = (w: number, i: number, t: number) => w * (i + 1) * 0.3 + Math.cos(i + 3 * t);

describe("every optimizer", () => {
  test.each(gradientOptimizers)(
    "$name follows its formula in float64 to 5 digits over 40 steps of 9 parameters",
    (optimizer) => {
      const start = Array.from({ length: 9 }, (_, i) => Math.fround(Math.sin(i + 1)));
      const store = createStore(start, { optimizer });
      const oracle = new Oracle(optimizer, start);
      for (let t = 0; t < 40; t++) {
        applyGradient(
          store,
          store.pointToSend().map((w, i) => slopeAt(w, i, t)),
        );
        oracle.step((w, i) => slopeAt(w, i, t));
      }
      for (const [i, w] of oracle.w.entries()) expect(store.parameters[i]).toBeCloseTo(w, 4);
    },
  );

  test("names its state tensors", () => {
    const names = gradientOptimizers.map((optimizer) => {
      const { state } = createStore([0], { optimizer });
      return [optimizer.name, ...state.keys()];
    });
    expect(names).toEqual([
      ["sgd"],
      ["momentum", "velocity"],
      ["nag", "velocity"],
      ["rmsprop", "squaredMean"],
      ["adam", "firstMoment", "secondMoment"],
      ["adamw", "firstMoment", "secondMoment"],
    ]);
  });
});

const constant: ScheduleConfig = {
  name: "constant",
  warmupSteps: 0,
  decayEpochs: 1,
  decayFactor: 1,
  finalFraction: 0,
  restarts: [],
};

/** The formulas of the design, literally, in float64. */
class Oracle {
  readonly w: number[];
  readonly #optimizer: GradientOptimizerConfig;
  readonly #m: number[];
  readonly #v: number[];
  #t = 0;

  constructor(optimizer: GradientOptimizerConfig, start: readonly number[]) {
    this.#optimizer = optimizer;
    this.w = [...start];
    this.#m = start.map(() => 0);
    this.#v = start.map(() => 0);
  }

  step(gradientAt: (w: number, i: number) => number): void {
    this.#t += 1;
    for (const i of this.w.keys()) this.#stepOne(i, (w) => gradientAt(w, i));
  }

  #stepOne(i: number, gradientAt: (w: number) => number): void {
    const [o, w, m, v, t] = [this.#optimizer, this.w, this.#m, this.#v, this.#t];
    switch (o.name) {
      case "sgd":
        w[i]! -= o.learningRate * gradientAt(w[i]!);
        break;
      case "momentum":
        m[i] = o.beta * m[i]! + (1 - o.dampening) * gradientAt(w[i]!);
        w[i]! -= o.learningRate * m[i];
        break;
      case "nag":
        m[i] = o.beta * m[i]! + (1 - o.beta) * gradientAt(w[i]! - o.learningRate * o.beta * m[i]!);
        w[i]! -= o.learningRate * m[i];
        break;
      case "rmsprop": {
        const g = gradientAt(w[i]!);
        v[i] = o.beta * v[i]! + (1 - o.beta) * g ** 2;
        w[i]! -= (o.learningRate * g) / (o.epsilon + Math.sqrt(v[i]));
        break;
      }
      case "adam":
      case "adamw": {
        const g = gradientAt(w[i]!);
        m[i] = o.beta1 * m[i]! + (1 - o.beta1) * g;
        v[i] = o.beta2 * v[i]! + (1 - o.beta2) * g ** 2;
        if (o.name === "adamw") w[i]! -= o.learningRate * o.decoupledDecay * w[i]!;
        const [mHat, vHat] = [m[i] / (1 - o.beta1 ** t), v[i] / (1 - o.beta2 ** t)];
        w[i]! -= (o.learningRate * mHat) / (Math.sqrt(vHat) + o.epsilon);
        break;
      }
    }
  }
}

test("an optimizer keeps as many tensors as the table of the run config says", () => {
  for (const optimizer of gradientOptimizers) {
    expect(stateCounts[optimizer.name]).toBe(createOptimizer(optimizer).stateNames.length);
  }
});
