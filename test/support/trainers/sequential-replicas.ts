/**
 * @file Local steps of the sequential trainer, from their definition in ARITHMETIC.md: replicas one after the other, each
 * from the same state through its parts of the batches, then their mean along the tree, then the outer step.
 */
import { learningRateAt } from "../../../shared/optimizers/schedule.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { epochOrder, planRun, type SplitCounts } from "../../../shared/run/plan.ts";
import { splitPoint } from "../../../shared/run/tree.ts";
import { OptimizerState } from "./sequential-optimizer.ts";
import { asNode, asPoint, asSent } from "./sequential-wire.ts";

const f = Math.fround;

/** One inner step of one replica. */
export interface InnerStep {
  readonly parameters: Float32Array;
  readonly state: OptimizerState;
  readonly samples: Uint32Array;
  /** Counted over the whole run. */
  readonly step: number;
  readonly epoch: number;
  readonly rate: number;
}

/**
 * @param frozen - The first parameters, which stay as they are, as do their optimizer's tensors.
 * @returns The final parameters.
 */
export function trainReplicas(
  config: RunConfig,
  counts: SplitCounts,
  { initial, frozen }: { readonly initial: Float32Array; readonly frozen: number },
  descend: (step: InnerStep) => void,
): Float32Array {
  const { localSteps, optimizer, batchSize, epochs } = config;
  if (localSteps === null || optimizer.name === "local-search") throw new Error("no local steps");
  const { replicas } = localSteps;
  const count = initial.length;
  const batches = Math.ceil(counts.trainCount / batchSize);
  const exchanges = Math.max(1, Math.floor(batches / localSteps.steps));
  const total = Math.min(epochs * exchanges, config.steps ?? Infinity);
  const innerBefore = (exchange: number) =>
    Math.floor(exchange / exchanges) * batches +
    Math.floor(((exchange % exchanges) * batches) / exchanges);
  const plan = {
    ...planRun(config, counts),
    stepsPerEpoch: batches,
    totalSteps: innerBefore(total),
  };
  const isRounded = config.wire !== "float32";
  /** Tensors one behind the other, as they travel. Those that an optimizer has not are 0, which changes no chunk. */
  const travelled = (
    each: readonly Float32Array[],
    rounded: (whole: Float32Array) => Float32Array,
  ): Float32Array<ArrayBuffer>[] => {
    const whole = Float32Array.from(each.flatMap((tensor) => [...tensor]));
    const sent = new Float32Array(rounded(whole));
    return each.map((_, i) => sent.slice(i * count, (i + 1) * count));
  };
  let parametersSent: Float32Array = initial.slice();
  let tensors: Float32Array[] = [initial.slice(), new Float32Array(count), new Float32Array(count)];
  const velocity = new Float32Array(count);
  for (let exchange = 0; exchange < total; exchange++) {
    const epoch = Math.floor(exchange / exchanges);
    const order = epochOrder(epoch, config, plan);
    const before = tensors[0]!;
    const moves = config.wire === "int8";
    parametersSent = moves ? asSent(before, parametersSent, config, exchange) : before;
    const point = [parametersSent, ...tensors.slice(1)];
    const sent = () => travelled(point, (values) => asPoint(values, config, count));
    const train = (replica: number): Float32Array[] => {
      const [parameters, first, second] = sent();
      const state = new OptimizerState(count, first, second);
      for (let step = innerBefore(exchange); step < innerBefore(exchange + 1); step++) {
        const start = (step % batches) * batchSize;
        const batch = order.subarray(start, start + batchSize);
        const part = (index: number) => Math.floor((index * batch.length) / replicas);
        const samples = batch.subarray(part(replica), part(replica + 1));
        const rate = learningRateAt(step, config.schedule, optimizer.learningRate, plan);
        if (samples.length === 0) continue;
        descend({ parameters: parameters!, state, samples, step, epoch, rate });
      }
      const [start] = sent();
      const ended = isRounded ? parameters!.map((w, i) => f(w - start![i]!)) : parameters!;
      return asNodes([ended, ...state.tensors], replica, replica + 1);
    };
    const asNodes = (each: readonly Float32Array[], start: number, end: number) =>
      travelled(each, (whole) => asNode(whole, config, [exchange, start, end], count));
    const node = (start: number, end: number): Float32Array[] => {
      if (end - start === 1) return train(start);
      const middle = splitPoint({ start, end });
      const right = node(middle, end);
      const left = node(start, middle);
      const sums = left.map((each, i) => each.map((value, j) => f(value + right[i]![j]!)));
      return asNodes(sums, start, end);
    };
    const means = node(0, replicas).map((sum, i) => {
      const moved = isRounded && i === 0;
      return sum.map((value, j) => {
        if (j < frozen) return tensors[i]![j]!;
        return moved ? f(before[j]! + f(value / replicas)) : f(value / replicas);
      });
    });
    tensors = [outerStep(before, means[0]!, velocity, localSteps), ...means.slice(1)];
  }
  return tensors[0]!;
}

/** Nesterov's momentum on the way from the parameters before to the replicas' mean. Changes the velocity. */
function outerStep(
  before: Float32Array,
  mean: Float32Array,
  velocity: Float32Array,
  {
    outerLearningRate: rate,
    outerMomentum: momentum,
  }: { readonly outerLearningRate: number; readonly outerMomentum: number },
): Float32Array {
  return mean.map((average, i) => {
    const moved = f(before[i]! - average);
    const u = f(f(f(momentum) * velocity[i]!) + moved);
    velocity[i] = u;
    const correction = f(f(f(1 - rate) * moved) - f(f(rate * momentum) * u));
    return f(average + correction);
  });
}
