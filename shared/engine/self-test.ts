/**
 * @file Tests whether a machine computes our bits. A worker hashes a known block before it takes part, and the
 * coordinator knows the right hash. It uses every kernel function that a unit needs: all kinds of layers and
 * losses, the sparse and the dense first layer, changed pictures, dropout, chunks, sums over shards, subnormal numbers,
 * the forms in which tensors travel, and the optimizers, whose steps workers make in a run with local steps.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { bytesOf } from "../bytes.ts";
import type { Split, TargetForm } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { updateByteLength } from "../kernels/update.ts";
import type { Augment } from "../model/augment/augment.ts";
import { denseModel } from "../model/dense-model.ts";
import { initialParameters } from "../model/initialize.ts";
import { sizeOf } from "../model/layer-kind.ts";
import { layerKinds } from "../model/layer-kinds.ts";
import { layoutOf } from "../model/layout.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { modelSchema } from "../model/model-schema.ts";
import { Network, type Shard } from "../model/network.ts";
import { type FeatureForm, isTokens, Staging, storeSplit } from "../model/stored-split.ts";
import { clipScaleOf } from "../optimizers/descent.ts";
import { createOptimizer, type GradientOptimizerConfig } from "../optimizers/optimizer.ts";
import { Random, stateOf } from "../random.ts";
import type { RunConfig } from "../run/config.ts";
import { allIn, type WireName } from "../run/wire.ts";
import { createWireForm } from "./wire-form.ts";

interface Case {
  readonly model: ModelConfig;
  readonly loss: RunConfig["loss"];
  readonly form: FeatureForm;
  /** Multiplies the initial parameters; a small one makes activations and gradients subnormal. */
  readonly scale: number;
  readonly labelSmoothing?: number;
  readonly augment?: Augment;
}

/** More than a chunk, and not a multiple of anything. */
const sampleCount = 37;
const featureCount = 21;
const classCount = 5;
/** Of the parameters, the order of the samples, their changes and dropout; and the step that they are trained in. */
const seed = 1;
const step = 2;
/** Samples of a leaf, if two are computed at once. */
const leafSamples = 5;
/** Values that are rounded to a form, or that an optimizer changes: some chunks, the last one shorter, and an odd number. */
const roundedCount = 1001;
/** From here on they are so small that float32 is subnormal. */
const tinyFrom = 512;
/** The node whose values they are. */
const node = { start: 4, end: 6 };
/** Instead of a result that can't be trusted. */
const zero = new Uint8Array(1);
/** Every rule of an optimizer. */
const optimizers: readonly GradientOptimizerConfig[] = [
  { name: "sgd", learningRate: 0.01 },
  { name: "momentum", learningRate: 0.01, beta: 0.9, dampening: 0.5 },
  { name: "nag", learningRate: 0.01, beta: 0.9 },
  { name: "rmsprop", learningRate: 0.01, beta: 0.9, epsilon: 0.001 },
  {
    name: "adamw",
    learningRate: 0.01,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    decoupledDecay: 0.1,
  },
];
/** Samples of their step, and the longest gradient. */
const divisor = 3;
const clipNorm = 1;
/** Points at which exp, log, tanh and sigmoid are computed. */
const pointCount = 8192;

/** A small network that reads a text, four tokens a sample. */
const ofText = (vocabulary: number, width: number): ModelConfig => ({
  inputShape: [4],
  layers: [
    { kind: "embedding", vocabulary, width },
    { kind: "dense", units: vocabulary },
    { kind: "softmax" },
  ],
});

const loss = (name: RunConfig["loss"]["name"]) => ({ name, reduction: "mean" }) as const;
const widths = [featureCount, 16, 9, classCount];

const cases: readonly Case[] = [
  {
    model: denseModel({ widths, activation: "sigmoid", output: "softmax" }),
    loss: loss("cce"),
    form: "sparse",
    scale: 1,
  },
  {
    model: denseModel({ widths, activation: "tanh", output: "sigmoid" }),
    loss: loss("bce"),
    form: "bytes",
    scale: 1,
  },
  {
    model: denseModel({ widths, activation: "relu", output: "softmax" }),
    loss: loss("mse"),
    form: "floats",
    scale: 1,
  },
  {
    model: denseModel({
      widths: [featureCount, 19, classCount],
      activation: "tanh",
      output: "tanh",
    }),
    loss: loss("mae"),
    form: "sparse",
    scale: 20,
  },
  {
    model: denseModel({ widths, activation: "linear", output: "linear" }),
    loss: loss("mse"),
    form: "bytes",
    scale: 2 ** -130,
  },
  {
    model: denseModel({
      widths: [featureCount, classCount],
      activation: "tanh",
      output: "softmax",
    }),
    loss: loss("cce"),
    form: "floats",
    scale: 1,
    labelSmoothing: 0.2,
  },
  {
    model: {
      inputShape: [3, 7, 1],
      layers: [{ kind: "flatten" }, { kind: "dense", units: classCount }],
    },
    loss: loss("mse"),
    form: "bytes",
    scale: 1,
    augment: { flip: true, shift: 1, crop: 1, height: 3, width: 7, channels: 1 },
  },
  { model: ofText(5, 7), loss: loss("cce"), form: "tokens8", scale: 1 },
  { model: ofText(257, 3), loss: loss("cce"), form: "tokens16", scale: 1 },
];

/** Every kind of layer again, with the example in its row of the table: a new kind is tested here automatically. */
const kindCases: readonly Case[] = Object.values(layerKinds).map(({ example }) => ({
  model: modelSchema.parse({
    inputShape: example.inputShape,
    layers: [...example.layers, { kind: "dense", units: classCount }],
  }),
  loss: loss("mse"),
  form: "floats",
  scale: 1,
}));

/**
 * Computes the known block.
 *
 * @param kernel - About 300 kB of its memory is used up.
 * @returns SHA-256 of all results, lower-case hex: the same from every kernel that keeps the promise.
 */
export function selfTest(kernel: Kernel): string {
  const hash = sha256.create();
  for (const part of selfTestParts(kernel)) hash.update(part);
  return bytesToHex(hash.digest());
}

/** The results of the parts of the self-test, in order, for whoever looks for the part that differs. */
export function* selfTestParts(kernel: Kernel): Generator<Uint8Array> {
  const random = new Random(0);
  yield elementaryBits(kernel, random);
  for (const oneCase of [...cases, ...kindCases]) yield gradientBits(kernel, oneCase, random);
  yield roundedBits(kernel, random, "float16");
  yield roundedBits(kernel, random, "int8");
  yield optimizerBits(kernel, random);
}

/** One step of each optimizer on values of many magnitudes: Nesterov's point, and the tensors after the step. */
function optimizerBits(kernel: Kernel, random: Random): Uint8Array {
  const { arena, functions, views } = kernel;
  const pointers = Array.from({ length: 7 }, () => arena.allocate(4 * roundedCount));
  const [gradientSum = 0, parameters = 0, moment = 0, squares = 0, ...next] = pointers;
  const read = (pointer: number) => views.f32.slice(pointer / 4, pointer / 4 + roundedCount);
  for (const pointer of [gradientSum, parameters, moment, squares]) {
    views.f32.set(valuesOfManySizes(random), pointer / 4);
  }
  views.f32.set(read(squares).map(Math.abs), squares / 4);
  const norm = Math.sqrt(functions.sumOfSquares(gradientSum, roundedCount)) / divisor;
  const [nextParameters = 0, nextFirst = 0, nextSecond = 0] = next;
  const update = {
    count: roundedCount,
    gradientSum,
    parameters,
    second: squares,
    nextParameters,
    nextFirst,
    nextSecond,
    step,
    divisor,
    clipScale: clipScaleOf(norm, clipNorm),
    weightDecay: 0.01,
    l1: 0.001,
    record: arena.allocate(updateByteLength),
  };
  const parts = optimizers.flatMap((config) => {
    const optimizer = createOptimizer(config);
    const { name, learningRate } = config;
    const whole = { ...update, learningRate, first: name === "rmsprop" ? squares : moment };
    optimizer.lookAhead?.(kernel, whole);
    const point = optimizer.lookAhead === undefined ? [] : [read(nextParameters)];
    optimizer.step(kernel, whole);
    const tensors = next.slice(0, 1 + optimizer.stateNames.length);
    return [...point, ...tensors.map(read)];
  });
  return concatenated(parts.map(bytesOf));
}

/** Values of many magnitudes rounded to a form, and their bytes on the wire. */
function roundedBits(kernel: Kernel, random: Random, name: WireName): Uint8Array {
  const { arena, views } = kernel;
  const form = createWireForm(kernel, allIn(name, roundedCount), seed);
  const [values = 0, read = 0] = [1, 2].map(() => arena.allocate(4 * roundedCount));
  views.f32.set(valuesOfManySizes(random), values / 4);
  form.round(values, { step, block: node });
  const packed = form.pack(values).slice();
  const isRight = form.unpack(read, packed);
  const rounded = bytesOf(views.f32.slice(values / 4, values / 4 + roundedCount));
  form.round(read, { step: step + 1, block: node });
  const again = bytesOf(views.f32.subarray(read / 4, read / 4 + roundedCount));
  // Reading back is a way to the same values and no part of the definition, so it counts only if it is wrong.
  if (!isRight || !rounded.every((byte, i) => byte === again[i])) return zero;
  return concatenated([rounded, packed]);
}

function valuesOfManySizes(random: Random): Float32Array {
  return Float32Array.from({ length: roundedCount }, (_, i) => {
    const value = (2 * random.uniform() - 1) * 2 ** (random.below(61) - 30);
    return i < tinyFrom ? value : value * 2 ** -110;
  });
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** exp over its whole range, and log, tanh and sigmoid. Inputs and results include subnormals, 0 and ∞. */
function elementaryBits({ arena, views, functions }: Kernel, random: Random): Uint8Array {
  const points = Float32Array.from({ length: pointCount }, () => 210 * random.uniform() - 110);
  const inputs = [points, points, points.map((x) => x / 128 + 1), points.map((x) => x / 128)];
  const results = arena.allocate(inputs.length * points.byteLength);
  const place = (index: number) => results + index * points.byteLength;
  for (const [index, values] of inputs.entries()) views.f32.set(values, place(index) / 4);
  functions.sigmoid(place(0), place(0), pointCount);
  functions.expVector(place(1), place(1), pointCount);
  functions.logVector(place(2), place(2), pointCount);
  functions.tanh(place(3), place(3), pointCount);
  functions.addVectors(place(0), place(0), place(3), pointCount);
  functions.logVector(place(3), place(1), pointCount);
  return bytesOf(views.f32.slice(results / 4, place(inputs.length) / 4));
}

/** Gradient, loss and hits of one shard, added to the gradient of its first samples. */
function gradientBits(
  kernel: Kernel,
  { model, loss: lossConfig, form, scale, labelSmoothing = 0, augment }: Case,
  random: Random,
): Uint8Array {
  const { arena, functions, views } = kernel;
  const task = taskOf(model, form);
  const split = storeSplit(new Staging(kernel), drawSplit(model, form, random), form);
  const config = { model, loss: lossConfig, task, labelSmoothing, seed, augment: augment ?? null };
  const network = new Network(kernel, config, form);
  const initial = initialParameters(model, seed).map((value) => value * scale);
  const count = initial.length;
  const parameters = arena.allocate(4 * count);
  const gradient = arena.allocate(4 * count);
  const other = arena.allocate(4 * count);
  const samples = arena.allocate(4 * sampleCount);
  views.f32.set(initial, parameters / 4);
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = stateOf([seed, step]);
  functions.drawPermutation(samples, sampleCount, s0, s1, s2, s3);
  network.gradientOf({ split, samples, sampleCount: 6, step }, parameters, other);
  const shard = { split, samples, sampleCount, step };
  const { lossSum, correct } = network.gradientOf(shard, parameters, gradient);
  functions.addVectors(gradient, gradient, other, count);
  const sums = views.f32.slice(gradient / 4, gradient / 4 + count);
  const finite = functions.allFinite(gradient, count);
  // Leaves at once are a way to the same bits and no part of their definition, so they count only if they are wrong.
  const shards = { split, samples, sampleCount: 2 * leafSamples - 1, step };
  if (!addsLeavesRight({ kernel, network, shards, parameters, gradient, other, count }))
    return zero;
  return bytesOf(Float32Array.of(lossSum, correct, finite, ...sums));
}

interface LeavesAtOnce {
  readonly kernel: Kernel;
  readonly network: Network;
  /** The samples of two leaves. */
  readonly shards: Required<Shard>;
  readonly parameters: number;
  /** Pointers to `[count]` float32; written. */
  readonly gradient: number;
  readonly other: number;
  readonly count: number;
}

/** Whether two leaves that are computed at once equal their sum. */
function addsLeavesRight(given: LeavesAtOnce): boolean {
  const { kernel, network, shards, parameters, gradient, other, count } = given;
  if (network.leavesAtOnce(leafSamples) < 2) return true;
  const behind = shards.samples + 4 * leafSamples;
  const right = { ...shards, samples: behind, sampleCount: shards.sampleCount - leafSamples };
  network.gradientOf({ ...shards, sampleCount: leafSamples }, parameters, gradient);
  network.gradientOf(right, parameters, other);
  kernel.functions.addVectors(gradient, gradient, other, count);
  const { u32 } = kernel.views;
  const expected = u32.slice(gradient / 4, gradient / 4 + count);
  network.gradientOfLeaves(shards, parameters, other, { leaves: 2, shardSize: leafSamples });
  const sums = u32.subarray(other / 4, other / 4 + count);
  return expected.every((bits, i) => bits === sums[i]);
}

function taskOf(model: ModelConfig, form: FeatureForm): TargetForm {
  if (!isTokens(form)) return { kind: "classes", count: classCount };
  return { kind: "tokens", count: layoutOf(model).outputShape.at(-1) ?? 0 };
}

function drawSplit(model: ModelConfig, form: FeatureForm, random: Random): Split {
  const count = sampleCount * sizeOf(model.inputShape);
  if (isTokens(form)) {
    const vocabulary = taskOf(model, form).count;
    const tokens = new (form === "tokens8" ? Uint8Array : Uint16Array)(count + 1);
    const drawn = tokens.map(() => random.below(vocabulary));
    return { count: sampleCount, features: drawn, targets: drawn.subarray(1) };
  }
  const features =
    form === "floats"
      ? Float32Array.from({ length: count }, () => 4 * random.uniform() - 2)
      : Uint8Array.from({ length: count }, () => (random.below(4) === 0 ? random.below(256) : 0));
  const labels = Uint8Array.from({ length: sampleCount }, () => random.below(classCount));
  return { count: sampleCount, features, targets: labels };
}
