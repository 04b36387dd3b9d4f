/**
 * @file Trains replicas of a run with local steps. A replica starts from the point, which is the parameters and the
 * optimizer's tensors, and makes one step of the optimizer for its part of each batch of the step:
 *
 *     for each batch of the step:  its part's gradient → the optimizer's step     (an inner step)
 *
 * The states at which the replicas of a block end are added along the fixed tree. If nodes are rounded, the
 * change of the parameters takes their place, because rounding the parameters would lose a few small steps. A replica has no memory of its own:
 * what it ends with depends on the config, the dataset, the point, the step and its number alone (invariant 1).
 */
import { clipScaleOf, Descent } from "../optimizers/descent.ts";
import { firstInnerStep, localStepsOf, partOf } from "../run/local-steps.ts";
import { batchSizeOf, shardCountOf } from "../run/plan.ts";
import type { Unit } from "../run/unit.ts";
import type { Computation, Computed, Workspace } from "./computation.ts";
import { ShardGradients } from "./shard-gradients.ts";
import { TreeSum } from "./tree-sum.ts";

export class ReplicaComputation implements Computation {
  readonly #workspace: Workspace;
  readonly #descent: Descent;
  readonly #gradients: ShardGradients;
  /** Of the states at which the replicas of the block end. */
  readonly #sum: TreeSum;
  readonly #isRounded: boolean;
  /** The replica in hand, and the end of the block. */
  #replica = 0;
  #end = 0;
  /** The inner step in hand, and [first, end) of those of the step. */
  #innerStep = 0;
  #inner = { first: 0, end: 0 };
  /** Samples in the replica's part of the batch in hand, and the point of their gradient. */
  #partSize = 0;
  #point = 0;
  /** Over the replica's inner steps. */
  #lossSum = 0;
  #correct = 0;

  /** @param workspace - Of a run with local steps. */
  constructor(workspace: Workspace) {
    const { kernel, config, plan, parameterCount, stateCount, run, formOf } = workspace;
    const { replicas } = localStepsOf(run.config);
    const shardsMax = shardCountOf(Math.ceil(config.batchSize / replicas), config);
    this.#workspace = workspace;
    this.#descent = new Descent({ kernel, config, plan, parameterCount });
    this.#gradients = new ShardGradients(workspace, shardsMax);
    const form = formOf(stateCount);
    this.#isRounded = form.isRounded;
    this.#sum = new TreeSum(kernel, stateCount, replicas, form);
  }

  begin({ step, block }: Unit): void {
    const { config, plan } = this.#workspace.run;
    this.#inner = {
      first: firstInnerStep(step, config, plan),
      end: firstInnerStep(step + 1, config, plan),
    };
    this.#sum.begin(step, block.start);
    this.#replica = block.start;
    this.#end = block.end;
    this.#beginReplica();
    this.#findSamples();
  }

  /** Computes the next shards of the replica's part of a batch and, after the last of them, makes the inner step. */
  advance(): Computed | undefined {
    if (this.#replica < this.#end) {
      const gradient = this.#gradients.advance(this.#point);
      if (gradient === undefined) return undefined;
      this.#lossSum += gradient.lossSum;
      this.#correct += gradient.correct;
      this.#descend(gradient.pointer);
      this.#innerStep += 1;
      this.#findSamples();
    }
    return this.#replica < this.#end ? undefined : this.#result();
  }

  /** One step of the optimizer, as the coordinator makes it in a run without local steps. */
  #descend(gradientSum: number): void {
    const { kernel, config, parameterCount } = this.#workspace;
    const { clipNorm, loss } = config;
    const divisor = loss.reduction === "sum" ? 1 : this.#partSize;
    let clipScale = 1;
    if (clipNorm !== null) {
      const sum = kernel.functions.sumOfSquares(gradientSum, parameterCount);
      clipScale = clipScaleOf(Math.sqrt(sum) / divisor, clipNorm);
    }
    this.#descent.compute({ step: this.#innerStep, gradientSum, divisor, clipScale });
    this.#descent.commit();
  }

  /** Continues with the next inner step for which this replica, or the next one, has samples. */
  #findSamples(): void {
    while (this.#replica < this.#end) {
      for (; this.#innerStep < this.#inner.end; this.#innerStep++) {
        if (this.#beginInnerStep()) return;
      }
      this.#endReplica();
      this.#replica += 1;
      if (this.#replica < this.#end) this.#beginReplica();
    }
  }

  /** @returns Whether there are samples: the last batch of an epoch may have fewer than there are replicas. */
  #beginInnerStep(): boolean {
    const { config, plan, run } = this.#workspace;
    const step = this.#innerStep;
    const part = partOf(this.#replica, batchSizeOf(step, config, plan), localStepsOf(run.config));
    this.#partSize = part.end - part.first;
    if (this.#partSize === 0) return false;
    const end = shardCountOf(this.#partSize, config);
    this.#gradients.begin({ step, start: 0, end, part });
    this.#point = this.#descent.point(step);
    return true;
  }

  /** The replica starts from the point. */
  #beginReplica(): void {
    this.#innerStep = this.#inner.first;
    this.#lossSum = 0;
    this.#correct = 0;
    let from = this.#workspace.parameters;
    for (const pointer of this.#tensors()) {
      this.#copy(pointer, from);
      from += 4 * this.#workspace.parameterCount;
    }
  }

  /** Adds the state at which the replica ends to those of the replicas before it. */
  #endReplica(): void {
    const leaf = this.#sum.leafPointer;
    for (const [i, pointer] of this.#tensors().entries()) {
      this.#copy(leaf + 4 * i * this.#workspace.parameterCount, pointer);
    }
    if (this.#isRounded) this.#subtractPoint(leaf);
    this.#sum.push(this.#lossSum, this.#correct);
  }

  /** Turns parameters into what they have changed by. Once for many inner steps, so it is a plain loop. */
  #subtractPoint(pointer: number): void {
    const { kernel, parameterCount, parameters } = this.#workspace;
    const { f32 } = kernel.views;
    const [target, point] = [pointer / 4, parameters / 4];
    for (let i = 0; i < parameterCount; i++) {
      f32[target + i] = (f32[target + i] ?? 0) - (f32[point + i] ?? 0);
    }
  }

  /** Pointers to the replica's parameters and to its optimizer's tensors. */
  #tensors(): number[] {
    const { parameters, first, second } = this.#descent.current;
    return [parameters, first, second].filter((pointer) => pointer !== 0);
  }

  #copy(target: number, from: number): void {
    const { kernel, parameterCount } = this.#workspace;
    kernel.views.f32.copyWithin(target / 4, from / 4, from / 4 + parameterCount);
  }

  #result(): Computed {
    return { ...this.#sum.finish(), valueCount: this.#workspace.stateCount };
  }
}
