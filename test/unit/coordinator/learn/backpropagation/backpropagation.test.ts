/** @file The section about backpropagation: its gradients are the kernel's, and every parameter is near. */
import { beforeAll, describe, expect, test } from "vitest";

import {
  activationsOf,
  costOf,
  parameterAt,
  slopeByTrying,
  stages,
} from "../../../../../coordinator/learn/models/lecture-network.ts";
import { lectureModel } from "../../../../../coordinator/learn/models/network/lecture.ts";
import {
  type Observation,
  observationOf,
  pointedAt,
  receivedBy,
} from "../../../../../coordinator/learn/models/observation.ts";
import {
  lectureParameterCount,
  placeOf,
} from "../../../../../coordinator/learn/models/parameter-place.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import {
  backpropagation,
  printedInto,
} from "../../../../../coordinator/learn/sections/backpropagation/backpropagation.ts";
import { nameOf } from "../../../../../coordinator/learn/sections/backpropagation/words.ts";
import { drawingText } from "../../../../../coordinator/learn/state/drawing.ts";
import { known } from "../../../../../shared/assert.ts";
import { layoutOf } from "../../../../../shared/model/layout.ts";
import { ownLab } from "../../../../support/fixtures/learn/lab.ts";
import { sceneOf, type SceneOptions } from "../../../../support/fixtures/learn/scene.ts";

function sceneAt(options: SceneOptions) {
  const scene = sceneOf(anySection(backpropagation), options);
  return { ...scene, model: scene.model as Observation } as Parameters<
    typeof backpropagation.describe
  >[0];
}

const { lab } = await ownLab();
const usual = sceneAt({});
const { model } = usual;

test("the network of the picture is the lecture's: tensors where the model's layout has them", () => {
  const tensors = layoutOf(lectureModel).layers.flatMap((layer) => layer.tensors);
  expect(
    stages.flatMap(({ start, biases, end }) => [
      [start, biases],
      [biases, end],
    ]),
  ).toEqual(tensors.map(({ start, end }) => [start, end]));
  const all = Array.from({ length: lectureParameterCount }, (_, parameter) => parameter);
  expect(all.map((parameter) => parameterAt(placeOf(parameter)))).toEqual(all);
});

describe.each(["untrained", "started", "trainedWell"])("%s", (trained) => {
  let at: Observation;
  beforeAll(() => {
    at = sceneAt({ state: { trained } }).model;
  });

  test("the gradient has the bits of the run's network on the same digit", () => {
    const { digits } = lab.source;
    const digit = digits.labels.indexOf(3);
    const { parameters, gradient, step } = at.answer;
    expect(parameters).toEqual(lab.at(step).parameters);
    expect(gradient).toEqual(lab.gradient(parameters, { first: digit, count: 1 }).gradientSum);
  });

  test("trying gives the kernel's gradient of 300 parameters, to 5 digits after the point", () => {
    const { parameters, gradient } = at.answer;
    for (let i = 0; i < 300; i++) {
      const parameter = i < 100 ? 13_001 - 4 * i : (i * 4_337) % lectureParameterCount;
      const tried = slopeByTrying(parameters, at.answer, parameter);
      expect(Math.abs(tried - (gradient[parameter] ?? NaN))).toBeLessThan(5e-6);
    }
  });

  test("what a neuron receives, times its slope, is its δ; times its input, the gradient", () => {
    for (const layer of [1, 2, 3]) {
      const { units } = known(stages[layer - 1], "a layer");
      for (let neuron = 0; neuron < units; neuron++) {
        const { sum, slope, delta } = receivedBy(at, layer, neuron);
        expect(Math.abs(sum * slope - delta)).toBeLessThan(1e-6);
      }
    }
    for (const parameter of [6407, 12_600, 12_900, 13_001]) {
      const { input, received, gradient } = observationOf(at.answer, parameter);
      expect(Math.abs(input * received.delta - gradient)).toBeLessThan(1e-6);
    }
  });
});

test("outputs and cost in float64 are the kernel's to 5 digits", () => {
  const { parameters, pixels, label } = model.answer;
  const outputs = lab.predictor.outputs(parameters, pixels);
  const said = known(activationsOf(parameters, pixels).at(-1), "outputs");
  for (const [i, output] of outputs.entries()) expect(said[i]).toBeCloseTo(output, 5);
  expect(costOf(parameters, model.answer)).toBeCloseTo(-Math.log(outputs[label] ?? NaN), 5);
});

test("the digit is printed into the weights: their changes are its pixels times one number", () => {
  const printed = printedInto(model, 5);
  const delta = known(model.deltas[0]?.[5], "a delta");
  const { pixels } = model.answer;
  expect(printed.map((each) => Math.sign(each))).toEqual(
    Float64Array.from(pixels, (ink) => (ink > 0 ? -Math.sign(delta) : 0)),
  );
  for (const [i, ink] of pixels.entries()) {
    expect(printed[i]).toBeCloseTo(-delta * ink, 8);
  }
});

test("each of the 13,002 parameters is at most 3 taps away from any other", () => {
  const targets = [
    ...Array.from({ length: 784 }, (_, pixel) => ({ kind: "pixel", pixel }) as const),
    ...([1, 2, 3] as const).flatMap((layer) =>
      Array.from(
        { length: known(stages[layer - 1], "a layer").units },
        (_, neuron) => ({ kind: "neuron", layer, neuron }) as const,
      ),
    ),
  ];
  for (const start of [0, 6407, 12_550, 12_700, 12_820, 12_900, 13_001]) {
    let reached = new Set([start]);
    for (let taps = 0; taps < 3; taps++) {
      const next = new Set(reached);
      for (const parameter of reached) {
        for (const target of targets) next.add(pointedAt({ ...model, parameter }, target));
        if (next.size === lectureParameterCount) break;
      }
      reached = next;
    }
    expect(reached.size).toBe(lectureParameterCount);
  }
});

test("a drawn digit is taken as it is drawn, and learns what it is meant to be", () => {
  const pixels = Float32Array.from({ length: 784 }, (_, i) => (i % 28 === 14 && i > 100 ? 1 : 0));
  const { answer } = sceneAt({ state: { digit: drawingText(1, pixels) } }).model;
  expect(answer.label).toBe(1);
  expect(answer.pixels).toEqual(pixels);
  expect(answer.gradient[13_002 - 10 + 1]).toBeLessThan(0);
});

test("the bet is right on ink, and wrong on paper and elsewhere", () => {
  const truth = known(backpropagation.bet.truth(model), "an answer");
  const { bet } = backpropagation;
  expect(bet.isRight(truth, truth, model)).toBe(true);
  expect(bet.isRight({ x: 0.2, y: 60.8 }, truth, model)).toBe(false);
  expect(bet.isRight({ x: 50, y: 30 }, truth, model)).toBe(false);
});

test("it is described with the numbers of the picture, and of any place", () => {
  expect(nameOf(13_001)).toBe("w₁₃₀₀₁");
  expect(backpropagation.describe(usual)).toMatch(
    /^w₆₅₀₃ = −?0,\d+, del píxel \(14, 14\) a la neurona 7 de la capa 1: su gradiente es /u,
  );
  const bias = sceneAt({ state: { parameter: 13_001 }, language: "en" });
  expect(backpropagation.describe(bias)).toContain("bias of output “9”: its gradient is 1.000 ×");
});
