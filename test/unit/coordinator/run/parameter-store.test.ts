import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { drawNeighbour } from "../../../../shared/engine/noise.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { Random } from "../../../../shared/random.ts";
import type { ScheduleConfig } from "../../../../shared/run/config.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import {
  applyGradient,
  createStore,
  gradientOptimizers,
  placed,
} from "../../../support/fixtures/store-fixture.ts";

const wasm = await loadKernelWasm();
const sgd = { name: "sgd", learningRate: 1 } as const;
const adam = { name: "adam", learningRate: 1, beta1: 0, beta2: 0, epsilon: 1 } as const;
const cosine: ScheduleConfig = {
  name: "cosine",
  warmupSteps: 3,
  decayEpochs: 1,
  decayFactor: 1,
  finalFraction: 0.1,
  restarts: [],
};

function randomValues(count: number, ...seeds: readonly number[]): Float32Array {
  const random = new Random(...seeds);
  return Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
}

/** 1,003 parameters in a run that uses everything: cosine with warm-up, weight decay, L1, clipping. */
const everything = { schedule: cosine, weightDecay: 0.01, l1: 0.002, clipNorm: 5 };

describe("ParameterStore", () => {
  test.each(["float32", "float16", "int8"] as const)(
    "in %s a point takes the place of the last one only when that is sent, though the first one takes memory",
    (wire) => {
      const count = 31_110;
      const config = testConfig({ layers: [300, 100, 10], optimizer: sgd, wire });
      const store = createStore(randomValues(count, 0), config);
      const first = store.encode("parameters", 0, true);
      const kept = first.slice();
      applyGradient(store, randomValues(count, 1), 1);
      const second = store.encode("parameters");
      expect(first).toEqual(kept);
      expect(second).not.toEqual(kept);
      applyGradient(store, randomValues(count, 2), 1);
      const third = store.encode("parameters", 2, true);
      expect(third).toBe(second);
      expect(third).toEqual(store.encode("parameters"));
    },
  );

  test.each(gradientOptimizers)(
    "$name: 9 steps give the same fingerprint with the SIMD kernel and the plain one",
    (optimizer) => {
      const fingerprints = [instantiateKernel(wasm), createPlainKernel()].map((kernel) => {
        const store = createStore(randomValues(1_003, 0), { optimizer, ...everything }, kernel);
        for (let step = 0; step < 9; step++) {
          const gradientSum = randomValues(1_003, 1, step).map(
            (g, i) => g + store.pointToSend()[i]!,
          );
          applyGradient(store, gradientSum, 3);
        }
        return fingerprintOf(store.parameters);
      });
      expect(fingerprints[0]).toBe(fingerprints[1]);
    },
  );

  test.each(gradientOptimizers)(
    "$name: restored after 4 of 9 steps it ends with the same parameters and state",
    (optimizer) => {
      const create = () => createStore(randomValues(33, 0), { optimizer, ...everything });
      const continued = create();
      for (let step = 0; step < 4; step++) applyGradient(continued, randomValues(33, 1, step));
      const resumed = create();
      resumed.restore(continued.snapshot());
      for (let step = 4; step < 9; step++) {
        expect(resumed.pointToSend()).toEqual(continued.pointToSend());
        for (const store of [continued, resumed]) applyGradient(store, randomValues(33, 1, step));
      }
      expect(resumed.snapshot()).toEqual(continued.snapshot());
      expect(resumed.step).toBe(9);
    },
  );

  test.each([NaN, Infinity, -Infinity])("refuses a gradient with %s and changes nothing", (odd) => {
    for (const optimizer of gradientOptimizers) {
      const store = createStore([1, 2, 3, 4, 5], { optimizer });
      applyGradient(store, [1, -1, 1, -1, 1]);
      const before = store.snapshot();
      const outcome = applyGradient(store, [0, 0, 0, 0, odd]);
      expect(outcome).toEqual({ committed: false, reason: sentence("gradient-not-finite") });
      expect(store.snapshot()).toEqual(before);
    }
  });

  test("refuses a step from 3e38 to beyond float32 and changes nothing", () => {
    const store = createStore([1, 3e38], { optimizer: sgd });
    const before = store.snapshot();
    expect(applyGradient(store, [1, -3e38])).toMatchObject({
      committed: false,
      reason: sentence("update-not-finite"),
    });
    expect(store.snapshot()).toEqual(before);
  });

  test("refuses a step after which only the second moment is infinite, for a gradient of 1e20", () => {
    const store = createStore([1], { optimizer: adam });
    expect(applyGradient(store, [1e20])).toMatchObject({ committed: false });
    expect(applyGradient(store, [1])).toMatchObject({ committed: true });
  });

  test("reports the rate and the gradient norm of a step: 1 and 5 for a sum of (6, 8) over 2 samples", () => {
    const store = createStore([0, 0], { optimizer: sgd });
    const outcome = applyGradient(store, [6, 8], 2);
    expect(outcome).toEqual({ committed: true, learningRate: 1, gradientNorm: 5 });
  });

  test("follows the schedule: 1/3, 2/3, 3/3 of the rate over 3 warm-up steps", () => {
    const store = createStore([0], { optimizer: sgd, schedule: cosine });
    const rates = [0, 1, 2].map(() => {
      applyGradient(store, [-1]);
      return store.parameters[0];
    });
    expect(rates).toEqual([1 / 3, 1, 2].map((sum) => expect.closeTo(sum, 6)));
  });

  test("local search: candidate 2 becomes the parameters, candidate 0 keeps them, both are a step", () => {
    const start = randomValues(33, 0);
    const optimizer = { name: "local-search", candidates: 4, sigma: 0.5 } as const;
    const store = createStore(start, { optimizer, seed: 9 });
    expect(store.applyCandidate(0, 2)).toEqual({ committed: true });
    const neighbour = new Float32Array(33);
    drawNeighbour(neighbour, start, { seed: 9, step: 0, candidate: 2, sigma: 0.5 });
    expect(store.parameters).toEqual(neighbour);
    expect(store.applyCandidate(1, 0)).toEqual({ committed: true });
    expect(store.snapshot()).toEqual({ step: 2, parameters: neighbour, state: new Map() });
  });

  test("local search: refuses a neighbour that is not finite and changes nothing", () => {
    const optimizer = { name: "local-search", candidates: 1, sigma: 3e38 } as const;
    const store = createStore(randomValues(33, 0), { optimizer });
    const before = store.snapshot();
    expect(store.applyCandidate(0, 1)).toMatchObject({ committed: false });
    expect(store.snapshot()).toEqual(before);
  });

  test("sends little-endian bytes that later steps don't change: 1.5 is 00 00 c0 3f", () => {
    const store = createStore([1.5], { optimizer: sgd });
    const [point, parameters] = [store.encode("look-ahead"), store.encodeParameters()];
    applyGradient(store, [1]);
    expect([...point]).toEqual([0, 0, 0xc0, 0x3f]);
    expect(parameters).toEqual(point);
    expect([...store.encode("look-ahead")]).toEqual([0, 0, 0, 0x3f]);
  });

  test("sends nag's look-ahead point as the point, and w as the parameters", () => {
    const store = createStore([1], { optimizer: { name: "nag", learningRate: 0.5, beta: 0.5 } });
    applyGradient(store, [1]);
    expect(new Float32Array(store.encode("look-ahead").buffer)).toEqual(Float32Array.of(0.625));
    expect(new Float32Array(store.encodeParameters().buffer)).toEqual(Float32Array.of(0.75));
  });

  test("a snapshot is a copy, and so is what is restored from it", () => {
    const store = createStore([1], { optimizer: gradientOptimizers[1]! });
    const snapshot = store.snapshot();
    applyGradient(store, [1]);
    expect(snapshot).toMatchObject({ step: 0, parameters: Float32Array.of(1) });
    store.restore(snapshot);
    applyGradient(store, [1]);
    expect(snapshot.state.get("velocity")).toEqual(Float32Array.of(0));
  });

  test("keeps its values when the memory grows by 1 MiB", () => {
    const store = createStore([1, 2], { optimizer: gradientOptimizers[4]! });
    applyGradient(store, [1, 1]);
    const before = store.snapshot();
    store.kernel.arena.allocate(2 ** 20);
    expect(store.snapshot()).toEqual(before);
  });

  test("stops on what only a bug can ask: step 1 before 0, divisor 0.1", () => {
    const store = createStore([1, 2], { optimizer: sgd });
    const gradientSum = placed(store, [1, 1]);
    expect(() => store.applyStep({ step: 1, gradientSum, divisor: 1 })).toThrow(/step 0/u);
    expect(() => store.applyStep({ step: 0, gradientSum, divisor: 0.1 })).toThrow(/divisor/u);
  });

  test("refuses to restore 1 parameter into 2, or a state without adam's second moment", () => {
    const store = createStore([1, 2], { optimizer: adam });
    const { step, parameters, state } = store.snapshot();
    const short = { step, parameters: parameters.subarray(1), state };
    const half = { step, parameters, state: new Map([...state].slice(0, 1)) };
    expect(() => store.restore(short)).toThrow(/2 values, got 1/u);
    expect(() => store.restore(half)).toThrow(/firstMoment,secondMoment/u);
  });
});
