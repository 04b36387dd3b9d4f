/**
 * @file The oracle: all of training as one plain sequential program, written from the design's formulas with no
 * kernel, no shard buffers, no workers and none of the product's optimizer code. It only imports what must be the
 * same function everywhere: the sample order, the tree's split, the initial parameters, the noise, and float32
 * `exp`, `log`, `tanh`. Every operation is rounded by `fround`. Slow and readable: for small runs.
 */
import { known } from "../../../shared/assert.ts";
import type { Dataset, Split } from "../../../shared/data/dataset.ts";
import { drawNeighbour } from "../../../shared/engine/noise.ts";
import { exp, log } from "../../../shared/kernels/plain/math.ts";
import { initialParameters } from "../../../shared/model/initialize.ts";
import { learningRateAt } from "../../../shared/optimizers/schedule.ts";
import { Random } from "../../../shared/random.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { batchSizeOf, epochOf, epochOrder, countsOf, planRun } from "../../../shared/run/plan.ts";
import { splitPoint } from "../../../shared/run/tree.ts";
import type { Training } from "./plain-layers.ts";
import { type Passed, runLayers } from "./sequential-layers.ts";
import { type AnswerToSample, metricSums } from "./sequential-metrics.ts";
import { OptimizerState } from "./sequential-optimizer.ts";
import { trainReplicas } from "./sequential-replicas.ts";
import { asNode, asPoint, asSent } from "./sequential-wire.ts";

const f = Math.fround;

export interface Trained {
  readonly parameters: Float32Array;
  readonly testLoss: number;
  /** Samples whose class is right; NaN if the targets are not classes. */
  readonly testAccuracy: number;
  /** The sums of the task's metrics over the test split, from their definition in ARITHMETIC.md. */
  readonly sums: Float32Array;
}

/** One sample through the network. */
interface Pass {
  readonly layers: Passed;
  readonly outputs: Float32Array;
  /** What the last layer read. */
  readonly logits: Float32Array;
}

interface Total {
  readonly gradient: Float32Array;
  lossSum: number;
}

/** Trains from the first step to the last, or to `steps`. */
export function trainSequentially(
  config: RunConfig,
  dataset: Dataset,
  initial = initialParameters(config.model, config.seed, config.initWeights),
): Trained {
  const { train } = dataset;
  if (config.localSteps !== null) {
    const start = { initial, frozen: frozenIn(config, initial) };
    const parameters = trainReplicas(config, countsOf(dataset), start, (replica) => {
      // Only replicas travel, not their own gradients.
      const inner: RunConfig = { ...config, wire: "float32" };
      descend(replica.parameters, replica.state, { config: inner, split: train, ...replica });
    });
    return { parameters, ...evaluateSequentially(parameters, config, dataset.test) };
  }
  const plan = planRun(config, countsOf(dataset));
  const parameters = initial.slice();
  const state = new OptimizerState(parameters.length);
  const before: Float32Array[] = [];
  let sent: Float32Array = initial.slice();
  const send = (point: Float32Array, step: number) => (sent = asSent(point, sent, config, step));
  let order: Uint32Array = new Uint32Array(0);
  for (let step = 0; step < plan.totalSteps; step++) {
    const { epoch, batch } = epochOf(step, plan);
    if (batch === 0) order = epochOrder(epoch, config, plan);
    const first = batch * config.batchSize;
    const samples = order.subarray(first, first + batchSizeOf(step, config, plan));
    const { optimizer } = config;
    if (optimizer.name === "local-search") {
      const offset = offsetIn(epoch, config);
      searchStep(parameters, { config, split: train, samples, step, offset, send });
    } else {
      const rate = learningRateAt(step, config.schedule, optimizer.learningRate, plan);
      const offset = offsetIn(epoch, config);
      const points = { before, send };
      descend(parameters, state, { config, split: train, samples, step, offset, rate, points });
    }
  }
  return { parameters, ...evaluateSequentially(parameters, config, dataset.test) };
}

interface Descent {
  readonly config: RunConfig;
  readonly split: Split;
  readonly samples: Uint32Array;
  readonly step: number;
  readonly epoch?: number;
  readonly offset?: number;
  readonly rate: number;
  /** The points of the last steps, at the first of which the gradient is taken, and what workers get instead. */
  readonly points?: { readonly before: Float32Array[]; readonly send: Send };
}

type Send = (point: Float32Array, step: number) => Float32Array;

const fresh = () => ({ before: [], send: (point: Float32Array) => point });

/** One step of the optimizer along the mean gradient of some samples. */
function descend(
  parameters: Float32Array,
  state: OptimizerState,
  { config, split, samples, step, epoch = 0, points = fresh(), rate, ...moved }: Descent,
): void {
  const { optimizer, delay } = config;
  const { offset = offsetIn(epoch, config) } = moved;
  const frozen = frozenIn(config, parameters);
  const point =
    optimizer.name === "nag" ? state.ahead(parameters, rate, optimizer.beta) : parameters;
  const batchOf = { samples, step, offset, withGradient: true };
  const { before, send } = points;
  before.push(point.slice());
  if (before.length > 1 + delay) before.shift();
  const sent = send(known(before[0], "this step's at least"), step);
  const { gradient } = sumOver(sent, config, split, batchOf);
  gradient.fill(0, 0, frozen);
  const divisor = config.loss.reduction === "sum" ? 1 : samples.length;
  const mean = meanOf(gradient, divisor, config, point);
  state.update(parameters, mean, { frozen, config, rate: f(rate), step, exactRate: rate });
}

/** Loss, hits and metrics of a split at some parameters. */
export function evaluateSequentially(
  parameters: Float32Array,
  config: RunConfig,
  split: Split,
): Omit<Trained, "parameters"> {
  const all = Uint32Array.from({ length: split.count }, (_, i) => i);
  const sent = asPoint(parameters, config);
  const answers = Array.from(all, (sample) => answerOf(sent, config, split, sample));
  const hits = answers.filter(({ label, predicted }) => label === predicted).length;
  const { lossSum } = sumOver(sent, config, split, { samples: all });
  return {
    testLoss: lossSum / split.count,
    testAccuracy: config.task.kind === "classes" ? hits / split.count : Number.NaN,
    sums: metricSums(answers, config),
  };
}

function answerOf(
  parameters: Float32Array,
  config: RunConfig,
  split: Split,
  sample: number,
): AnswerToSample {
  const place = { split, sample, offset: 0 };
  const pass = forward(parameters, config, features(place, config));
  const { outputs, logits } = pass;
  const isFused = ["cce", "bce"].includes(config.loss.name);
  const read = isFused ? logits : outputs;
  const targets = targetsOf(place, config, outputs.length);
  if (config.task.kind === "tokens") {
    const { loss } = lossOf(pass, config, targets, 1);
    return { read, targets, label: Number.NaN, predicted: Number.NaN, loss };
  }
  const label = config.task.kind === "classes" ? split.targets[sample]! : Number.NaN;
  const largest = read.reduce((a, b) => Math.max(a, b));
  const predicted =
    read.length > 1 ? read.indexOf(largest) : Number(read[0]! > (isFused ? 0 : 0.5));
  return { read, targets, label, predicted };
}

/** A sample of a split; of a text, the window that is moved by `offset` tokens. */
interface Place {
  readonly split: Split;
  readonly sample: number;
  readonly offset: number;
}

/** How far an epoch moves the windows of a text. */
function offsetIn(epoch: number, { seed, task, model }: RunConfig): number {
  return task.kind === "tokens" ? new Random(seed, epoch, 1).below(model.inputShape[0]!) : 0;
}

/** What the outputs should be: of a text, the next tokens; else 1 at the class, 0 elsewhere; one output for two classes should be the class itself. */
function targetsOf(
  { split: { targets }, sample, offset }: Place,
  { task, model }: RunConfig,
  width: number,
): number[] {
  if (task.kind === "tokens") {
    const steps = model.inputShape[0]!;
    const first = offset + sample * steps;
    return [...targets.subarray(first, first + steps)];
  }
  if (task.kind !== "classes") {
    return [...targets.subarray(sample * task.count, (sample + 1) * task.count)];
  }
  const label = targets[sample]!;
  if (width === 1 && task.count === 2) return [label];
  return Array.from({ length: width }, (_, o) => Number(o === label));
}

/** Label smoothing: 1 − ε + ε / classes instead of 1, ε / classes instead of 0. */
function smoothed(targets: number[], { labelSmoothing, task }: RunConfig): number[] {
  if (labelSmoothing === 0) return targets;
  const low = f(f(labelSmoothing) / task.count);
  const high = f(f(1 - f(labelSmoothing)) + low);
  return targets.map((y) => (y === 1 ? high : low));
}

/** Sums along the fixed tree: shards of `shardSize` samples, split at the largest power of two below. */
function sumOver(
  parameters: Float32Array,
  config: RunConfig,
  split: Split,
  {
    samples,
    step,
    offset = 0,
    withGradient = false,
  }: {
    readonly samples: Uint32Array;
    /** Of training; absent for samples that stay as they are. */
    readonly step?: number;
    readonly offset?: number;
    readonly withGradient?: boolean;
  },
): Total {
  const { shardSize } = config;
  const node = (start: number, end: number): Total => {
    if (end - start === 1) {
      return rounded(sumShard(samples.subarray(start * shardSize, end * shardSize)), start, end);
    }
    const middle = splitPoint({ start, end });
    const left = node(start, middle);
    const right = node(middle, end);
    for (let i = 0; i < left.gradient.length; i++) left.gradient[i]! += right.gradient[i]!;
    left.lossSum += right.lossSum;
    return rounded(left, start, end);
  };
  const rounded = (total: Total, start: number, end: number): Total => {
    total.gradient.fill(0, 0, frozenIn(config, parameters));
    return { ...total, gradient: asNode(total.gradient, config, [step ?? 0, start, end]) };
  };
  const sumShard = (shard: Uint32Array): Total => {
    const total = { gradient: new Float32Array(withGradient ? parameters.length : 0), lossSum: 0 };
    for (const sample of shard) {
      const place = { split, sample, offset };
      const input = changed(features(place, config), config, sample, step);
      const training = step === undefined ? undefined : { seed: config.seed, step, sample };
      const pass = forward(parameters, config, input, training);
      const weight = f(config.classWeights?.[split.targets[sample]!] ?? 1);
      const goals = targetsOf(place, config, pass.outputs.length);
      const { loss, deltas } = lossOf(pass, config, smoothed(goals, config), weight);
      total.lossSum += loss;
      if (withGradient) backward(total.gradient, config, pass, deltas);
    }
    return total;
  };
  return node(0, Math.ceil(samples.length / shardSize));
}

function features({ split, sample, offset }: Place, { task, model }: RunConfig): Float32Array {
  const { features: all, count } = split;
  if (task.kind === "tokens") {
    const steps = model.inputShape[0]!;
    const first = offset + sample * steps;
    return Float32Array.from(all.subarray(first, first + steps));
  }
  const width = all.length / count;
  const row = all.subarray(sample * width, (sample + 1) * width);
  return all instanceof Uint8Array
    ? Float32Array.from(row, (byte) => f(byte / 255))
    : Float32Array.from(row);
}

/** A training picture as this step sees it, from the definition in ARITHMETIC.md. */
function changed(
  picture: Float32Array,
  { augment, seed }: RunConfig,
  sample: number,
  step: number | undefined,
): Float32Array {
  if (augment === null || step === undefined) return picture;
  const { flip, shift, crop, height, width, channels } = augment;
  const random = new Random(seed, step, sample, 1);
  const isMirrored = flip && random.below(2) === 1;
  const between = () => (shift === 0 ? 0 : random.below(2 * shift + 1) - shift);
  const lost = () => (crop === 0 ? 0 : random.below(crop + 1));
  const [down, right] = [between(), between()];
  const [top, left] = [down + lost(), right + lost()];
  return Float32Array.from(picture, (_, i) => {
    const channel = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const column = isMirrored ? width - 1 - x : x;
    const fromY = top + Math.floor((y * (height - crop)) / height);
    const fromX = left + Math.floor((column * (width - crop)) / width);
    const isOutside = fromY < 0 || fromX < 0 || fromY >= height || fromX >= width;
    return isOutside ? 0 : picture[(fromY * width + fromX) * channels + channel]!;
  });
}

/** How many parameters the frozen layers have. */
function frozenIn({ model, freeze }: RunConfig, parameters: Float32Array): number {
  if (freeze === 0) return 0;
  const size = model.inputShape.reduce((product, length) => product * length, 1);
  const nothing = { shape: model.inputShape, data: new Float32Array(size) };
  const { ends } = runLayers(model.layers, nothing, parameters, undefined);
  const withParameters = ends.filter((end, i) => end > (ends[i - 1] ?? 0));
  return known(withParameters[freeze - 1], "a layer with parameters");
}

function forward(
  parameters: Float32Array,
  { model }: RunConfig,
  input: Float32Array,
  training?: Training,
): Pass {
  const x = { shape: model.inputShape, data: input };
  const layers = runLayers(model.layers, x, parameters, training);
  const outputs = known(layers.outputs.at(-1), "a network has a last layer").data;
  return { layers, outputs, logits: layers.outputs.at(-2)?.data ?? input };
}

/** The loss of one sample and its gradient: with respect to the logits for cce and bce, else to the outputs. */
function lossOf(
  { outputs, logits }: Pass,
  config: RunConfig,
  targets: readonly number[],
  weight: number,
) {
  const weigh = (values: Float32Array) => values.map((value) => f(value * weight));
  const y = outputs;
  const n = y.length;
  if (config.task.kind === "tokens") return lossOfTokens(y, logits, targets);
  const target = (o: number) => targets[o]!;
  switch (config.loss.name) {
    case "cce": {
      const largest = logits.reduce((a, b) => (b > a ? b : a));
      const sum = logits.reduce((total, z) => f(total + exp(f(z - largest))), 0);
      const expected = logits.reduce((total, z, o) => f(total + f(target(o) * f(z - largest))), 0);
      const loss = f(log(sum) - expected);
      return { loss: f(loss * weight), deltas: weigh(y.map((value, o) => f(value - target(o)))) };
    }
    case "bce": {
      const sum = logits.reduce((total, z, o) => {
        const linear = f((z < 0 ? 0 : z) - f(z * target(o)));
        return f(total + f(linear + log(f(1 + exp(-Math.abs(z))))));
      }, 0);
      const deltas = y.map((value, o) => f(f(value - target(o)) / n));
      return { loss: f(f(sum / n) * weight), deltas: weigh(deltas) };
    }
    case "mse": {
      const sum = y.reduce(
        (total, value, o) => f(total + f(f(value - target(o)) * f(value - target(o)))),
        0,
      );
      const slopes = y.map((value, o) => f(f(2 * f(value - target(o))) / n));
      return { loss: f(f(sum / n) * weight), deltas: weigh(slopes) };
    }
    case "mae": {
      const sum = y.reduce((total, value, o) => f(total + Math.abs(f(value - target(o)))), 0);
      const slopes = y.map((value, o) => Math.sign(f(value - target(o))) * f(1 / n));
      return { loss: f(f(sum / n) * weight), deltas: weigh(slopes) };
    }
    default:
      throw new Error("no such loss");
  }
}

/** The mean over the steps of the cross-entropy of each. */
function lossOfTokens(y: Float32Array, logits: Float32Array, targets: readonly number[]) {
  const steps = targets.length;
  const width = logits.length / steps;
  const deltas = new Float32Array(y.length);
  let total = 0;
  for (const [t, label] of targets.entries()) {
    const z = logits.subarray(t * width, (t + 1) * width);
    const largest = z.reduce((a, b) => (b > a ? b : a));
    const sum = z.reduce((all, value) => f(all + exp(f(value - largest))), 0);
    total = f(total + f(log(sum) - f(z[label]! - largest)));
    for (let o = 0; o < width; o++) {
      deltas[t * width + o] = f(f(y[t * width + o]! - Number(o === label)) / steps);
    }
  }
  return { loss: f(total / steps), deltas };
}

/** Adds one sample's gradient, last layer first. */
function backward(
  gradient: Float32Array,
  { model, loss }: RunConfig,
  { layers }: Pass,
  deltas: Float32Array,
): void {
  const isFused = ["cce", "bce"].includes(loss.name);
  layers.back(model.layers.length - (isFused ? 1 : 0), deltas, gradient, false);
}

/** gradientSum → mean, clipped by its norm, plus the gradients of the L2 and L1 penalties. */
function meanOf(
  sum: Float32Array,
  divisor: number,
  config: RunConfig,
  point: Float32Array,
): Float32Array {
  const { clipNorm, weightDecay, l1 } = config;
  const norm = clipNorm === null ? 0 : normOf(sum) / divisor;
  const scale = clipNorm !== null && norm > clipNorm ? f(clipNorm / norm) : 1;
  const [decay, rate] = [f(weightDecay), f(l1)];
  return sum.map((value, i) => {
    const w = point[i]!;
    return f(f(f(value / divisor) * scale) + f(f(decay * w) + f(rate * Math.sign(w))));
  });
}

/** L2 norm in float64, in four interleaved sums like the SIMD lanes. */
function normOf(values: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  values.forEach((value, i) => (lanes[i % 4]! += value * value));
  return Math.sqrt(lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!));
}

interface Search {
  readonly config: RunConfig;
  readonly split: Split;
  readonly samples: Uint32Array;
  readonly step: number;
  readonly offset: number;
  readonly send: Send;
}

/** Tries the neighbours and keeps the best if it is better. */
function searchStep(parameters: Float32Array, { config, split, send, ...batch }: Search): void {
  const { optimizer, seed } = config;
  const { step } = batch;
  if (optimizer.name !== "local-search") throw new Error("not a local search");
  const sent = send(parameters, step);
  let best = sent.slice();
  let lowest = f(sumOver(sent, config, split, batch).lossSum);
  for (let candidate = 1; candidate <= optimizer.candidates; candidate++) {
    const neighbour = new Float32Array(parameters.length);
    drawNeighbour(neighbour, sent, { seed, step, candidate, sigma: optimizer.sigma });
    const cost = f(sumOver(neighbour, config, split, batch).lossSum);
    if (cost < lowest) [lowest, best] = [cost, neighbour];
  }
  parameters.set(best);
}
