/** @file What is said about a training that goes wrong, and that nothing is said about one that goes well. */
import { describe, expect, test } from "vitest";

import {
  dataFindings,
  Diagnosis,
  type EpochEnd,
  type FirstStep,
  isBetterThanGuess,
} from "../../../../coordinator/run/diagnosis.ts";
import type { Dataset } from "../../../../shared/data/dataset.ts";
import { type OptimizerConfig } from "../../../../shared/run/config.ts";
import { planRun } from "../../../../shared/run/plan.ts";
import { sayInEnglish } from "../../../../shared/words/sentence.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

/** 100 samples per split, spread evenly over these classes. */
function dataOf(
  features: Uint8Array | Float32Array,
  { classes = 10, present = Array.from({ length: classes }, (_, i) => i) } = {},
): Pick<Dataset, "target" | "train" | "test"> {
  const targets = Uint8Array.from({ length: 100 }, (_, i) => present[i % present.length] ?? 0);
  const split = { count: 100, features, targets };
  return { target: { kind: "classes", count: classes }, train: split, test: split };
}

/** 100 values, evenly from `low` to `high`. */
function floats(low: number, high: number): Float32Array {
  return Float32Array.from({ length: 100 }, (_, i) => low + ((high - low) * i) / 99);
}

const saidAbout = (data: Parameters<typeof dataFindings>[0]) =>
  dataFindings(data).map(sayInEnglish);

describe("of the data is said", () => {
  test.each([
    ["bytes", Uint8Array.of(0, 255)],
    ["values in 0…1", floats(0, 1)],
    ["standardised values", floats(-1.7, 1.7)],
    ["a picture of which most is 0", floats(0, 1).map((value) => (value > 0.98 ? 1 : 0))],
  ])("nothing about %s", (_what, features) => {
    expect(saidAbout(dataOf(features))).toEqual([]);
  });

  test("that features from 0 to 255 need another scale, and those up to 0.001 too", () => {
    expect(saidAbout(dataOf(floats(0, 255)))).toEqual([
      "the features go from 0 to 255: scale them to 0…1, or to mean 0 and standard deviation 1, or training may be slow or diverge",
    ]);
    expect(saidAbout(dataOf(floats(0, 0.001)))[0]).toMatch(/^the features go from 0 to 0\.001: /u);
  });

  test("which classes have no training sample: one, and the first 5 of 7", () => {
    const bytes = Uint8Array.of(0);
    const present = [0, 1, 2, 3, 4, 5, 6, 8, 9];
    expect(saidAbout(dataOf(bytes, { present }))).toEqual([
      "1 of 10 classes has no training sample: 7; the network cannot learn it",
    ]);
    expect(saidAbout(dataOf(bytes, { present: [1, 2, 5] }))).toEqual([
      "7 of 10 classes have no training sample: 0, 3, 4, 6, 7, …; the network cannot learn them",
    ]);
    const names = Array.from({ length: 10 }, (_, label) => `bird ${label}`);
    const birds = { kind: "classes", count: 10, names } as const;
    expect(saidAbout({ ...dataOf(bytes, { present }), target: birds })[0]).toContain(": bird 7;");
  });
});

const first: FirstStep = { loss: 2.3, gradientNorm: 0.5, parameterNorm: 5, parameterCount: 13_002 };

function diagnosisOf(optimizer: OptimizerConfig, { batchSize = 10, samples = 100 } = {}) {
  const config = { ...testConfig({ layers: [784, 16, 10], batchSize, epochs: 10 }), optimizer };
  const plan = planRun(config, { trainCount: samples, testCount: 100 });
  const diagnosis = new Diagnosis(config, plan, dataOf(Uint8Array.of(0)));
  const after = (end: Partial<EpochEnd>, from: FirstStep | undefined = first) => {
    const { epoch = 1 } = end;
    const whole = { epoch, step: 10 * epoch, trainLoss: 1, accuracy: 0.9, ...end };
    return diagnosis.afterEpoch(whole, from).map(sayInEnglish);
  };
  return { after, diagnosis };
}

const sgd = (learningRate: number): OptimizerConfig => ({ name: "sgd", learningRate });
const adam = (learningRate: number): OptimizerConfig => {
  return { name: "adam", learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
};
const momentum = (learningRate: number, dampening: number): OptimizerConfig => {
  return { name: "momentum", learningRate, beta: 0.9, dampening };
};

describe("of an epoch is said", () => {
  test.each([sgd(0.1), adam(0.01), momentum(0.1, 0.9)])(
    "nothing if it went well with %j",
    (optimizer) => {
      const { after } = diagnosisOf(optimizer);
      expect([after({}), after({ epoch: 10 })]).toEqual([[], []]);
    },
  );

  test("once that its loss is above its start: the rate may be too high", () => {
    const { after } = diagnosisOf(sgd(50));
    expect(after({ trainLoss: 2.4 })).toEqual([]);
    expect(after({ epoch: 2, trainLoss: 8.75 })).toEqual([
      "the training loss of epoch 2, 8.75, is above its start, 2.3: the learning rate of 50 may be too high",
    ]);
    expect(after({ epoch: 3, trainLoss: 9 })).toEqual([]);
  });

  test("within the first epoch once if it is 10 times its start, and not again at its end", () => {
    const { after, diagnosis } = diagnosisOf(sgd(50), { batchSize: 20, samples: 2_000 });
    const within = (step: number, loss: number) => diagnosis.withinFirstEpoch(step, loss, 2.3);
    expect([within(19, 99), within(20, 23), within(100, 99)]).toEqual([null, null, null]);
    expect(sayInEnglish(within(20, 24.56)!)).toBe(
      "after 20 steps the training loss is 24.56, and it began at 2.3: the learning rate of 50 may be too high",
    );
    expect([within(21, 99), ...after({ trainLoss: 99 })]).toEqual([null]);
  });

  test("nothing within it of batches of 15 samples, whose first loss is chance", () => {
    const { diagnosis } = diagnosisOf(sgd(50), { batchSize: 15, samples: 2_000 });
    expect(diagnosis.withinFirstEpoch(20, 99, 2.3)).toBe(null);
  });

  test.each([sgd(1e-6), adam(1e-8), momentum(1e-6, 0)])("that %j is practically 0", (optimizer) => {
    const { after } = diagnosisOf(optimizer);
    const [said] = after({ trainLoss: 2.3 });
    expect(said).toMatch(
      /^with a learning rate of [\d.e-]+, 1,000 steps can change the parameters by 0\./u,
    );
    expect(after({ epoch: 2, trainLoss: 2.3 })).toEqual([]);
  });

  test("nothing about the rate by a process that did not train the first step", () => {
    const { diagnosis } = diagnosisOf(sgd(50));
    const end = { epoch: 3, step: 30, trainLoss: 99, accuracy: 0.9 };
    expect(diagnosis.afterEpoch(end, undefined)).toEqual([]);
  });

  test("of the last one that 10 % accuracy of 10 classes is no better than guessing", () => {
    const { after } = diagnosisOf(sgd(0.1));
    expect(after({ epoch: 9, accuracy: 0.1 })).toEqual([]);
    expect(after({ epoch: 10, accuracy: 0.1 })).toEqual([
      "the test accuracy of 10 % is no better than always answering the most frequent class (10 %): nothing was learned",
    ]);
  });
});

describe("a result is better than a guess", () => {
  test.each([
    [0.1, { accuracy: 0.1, samples: 2_000 }, false],
    // Within two standard errors of 0.0067.
    [0.112, { accuracy: 0.1, samples: 2_000 }, false],
    [0.15, { accuracy: 0.1, samples: 2_000 }, true],
    [0.6, { accuracy: 0.5, samples: 20 }, false],
    [0.9, { accuracy: 0.9, samples: 1_000 }, false],
    [1, { accuracy: 1, samples: 5 }, true],
    [null, { accuracy: 0.1, samples: 5 }, null],
    [0.1, null, null],
  ])("with %j against %j: %j", (accuracy, guess, expected) => {
    expect(isBetterThanGuess(accuracy, guess)).toBe(expected);
  });
});
