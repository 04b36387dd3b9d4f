/** @file The network of the run in progress as a source for the pictures. */
import { expect, test } from "vitest";

import { NetworkLab } from "../../../../coordinator/learn/models/network/lab.ts";
import { lectureModel, ownConfig } from "../../../../coordinator/learn/models/network/lecture.ts";
import {
  configIn,
  digitsOf,
  isLectureRun,
} from "../../../../coordinator/learn/models/network/run-state.ts";
import { sourceOf } from "../../../../coordinator/learn/models/network/source.ts";
import { encodeCheckpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { ownLab } from "../../../support/fixtures/learn/lab.ts";

const config = { ...ownConfig, optimizer: { name: "sgd", learningRate: 1 } } as const;

test("a checkpoint's header holds the run config, from which the start is drawn again", () => {
  const parameters = initialParameters(lectureModel, 5);
  const progress = { evaluation: null, finalTest: null, bestLoss: null, waited: 0 };
  const checkpoint = { config, step: 7, parameters, optimizerState: new Map(), progress };
  const bytes = encodeCheckpoint(checkpoint as unknown as Parameters<typeof encodeCheckpoint>[0]);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  expect(configIn(header)).toEqual(config);
});

test("the pictures show the lecture's network that learns classes, and no other", () => {
  expect(isLectureRun(config)).toBe(true);
  const other = denseModel({ widths: [784, 32, 10], activation: "sigmoid", output: "softmax" });
  expect(isLectureRun({ ...config, model: other })).toBe(false);
  expect(isLectureRun({ ...config, loss: { name: "mse", reduction: "mean" } })).toBe(false);
  // They change the cost, so its gradients would not be those of the run.
  expect(isLectureRun({ ...config, labelSmoothing: 0.1 })).toBe(false);
  const classWeights = Array.from({ length: 10 }, () => 1);
  expect(isLectureRun({ ...config, classWeights })).toBe(false);
});

test("its first parameters are the run's own, and its costs those of its digits", async () => {
  const { source, lab } = await ownLab();
  const { digits, snapshots } = source;
  const features = Float32Array.from(digits.features, (byte) => Math.fround(byte / 255));
  const taken = digitsOf(features, digits.labels);
  expect(taken).toEqual(digits);
  const parameters = snapshots.at(-1)!.parameters;
  const made = sourceOf({ run: 2, step: 400, config, parameters, digits: taken });
  expect(made.snapshots[0]?.parameters).toEqual(snapshots[0]?.parameters);
  const range = { first: 0, count: 50 };
  const other = new NetworkLab(createPlainKernel(), made);
  expect(other.cost(other.at(400).parameters, range)).toBe(lab.cost(parameters, range));
});
