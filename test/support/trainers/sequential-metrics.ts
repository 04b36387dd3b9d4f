/**
 * @file The sums of an evaluation's metrics as one plain program, from their definition in ARITHMETIC.md. Shares
 * nothing with `shared/tasks`.
 */
import { known } from "../../../shared/assert.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { splitPoint } from "../../../shared/run/tree.ts";

const f = Math.fround;

/** What the network said of one sample, and what it should have said. */
export interface AnswerToSample {
  /** What the loss reads: logits for cce and bce, else outputs. */
  readonly read: Float32Array;
  readonly targets: readonly number[];
  readonly label: number;
  readonly predicted: number;
  /** Of the tokens of a text. */
  readonly loss?: number;
}

/** Added along the tree like gradients, each shard's samples in order. */
export function metricSums(answers: readonly AnswerToSample[], config: RunConfig): Float32Array {
  const { shardSize } = config;
  const node = (start: number, end: number): Float32Array => {
    if (end - start > 1) {
      const middle = splitPoint({ start, end });
      const right = node(middle, end);
      return node(start, middle).map((value, i) => f(value + right[i]!));
    }
    const [first, ...others] = answers
      .slice(start * shardSize, end * shardSize)
      .map((answer) => Float32Array.from(metricsOf(answer, config)));
    return others.reduce(
      (sum, terms) => sum.map((value, i) => f(value + terms[i]!)),
      known(first, "a shard has samples"),
    );
  };
  return node(0, Math.ceil(answers.length / shardSize));
}

/** One sample's terms of the sums. */
function metricsOf(answer: AnswerToSample, { task, loss }: RunConfig): number[] {
  const { read, targets, label, predicted } = answer;
  const isFused = ["cce", "bce"].includes(loss.name);
  const { count } = task;
  if (task.kind === "flags") {
    return targets.flatMap((target, o) =>
      oneAt(4, 2 * target + Number(read[o]! > (isFused ? 0 : 0.5))),
    );
  }
  if (task.kind === "values") {
    return targets.flatMap((y, o) => {
      const d = f(read[o]! - y);
      return [f(d * d), Math.abs(d), y, f(y * y)];
    });
  }
  if (task.kind === "tokens") {
    const hits = targets.filter((target, t) => {
      const z = read.subarray(t * count, (t + 1) * count);
      return z.indexOf(z.reduce((a, b) => Math.max(a, b))) === target;
    });
    return [known(answer.loss, "a text has a loss"), hits.length, targets.length];
  }
  if (count === 2) {
    const score = read.length === 1 ? read[0]! : f(read[1]! - read[0]!);
    const bin = Math.floor(f((isFused ? 8 : 128) * score + 128));
    return [
      ...oneAt(4, 2 * label + predicted),
      ...oneAt(512, 256 * label + Math.min(255, Math.max(0, bin))),
    ];
  }
  if (count <= 64) return oneAt(count * count, count * label + predicted);
  const hit = label === predicted ? [3 * label + 2] : [];
  return oneAt(3 * count, 3 * label, 3 * predicted + 1, ...hit);
}

/** Zeros, and 1 more for each time that a place is named. */
function oneAt(length: number, ...places: number[]): number[] {
  return Array.from({ length }, (_, i) => places.filter((place) => place === i).length);
}
