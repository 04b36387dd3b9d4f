/**
 * @file The network's answers to the samples that it is judged by. The page computes them with the current parameters, a
 * few milliseconds at a time, now and then while a panel that shows them is visible.
 */
import type { Predictor } from "../../../shared/engine/predictor.ts";
import { sizeOf } from "../../../shared/model/layer-kind.ts";
import { chunkSamplesMax } from "../../../shared/model/layer.ts";
import { classIn, scoreIn, sharesOf } from "../model/answer.ts";
import type { RemoteDataset } from "../model/dataset.ts";
import type { Model, ModelSource } from "../model/model-source.ts";

/** All of MNIST's test split. */
const samplesMax = 10_000;
/** 64 MB of them. */
const featuresMax = 2 ** 24;
/** Between two computations. */
const restMs = 4_000;
/** Per frame. */
const sliceMs = 6;

/** The first samples of the split that the network is judged by. */
export interface Judged {
  readonly sha256: string;
  readonly split: "validation" | "test";
  readonly count: number;
  /** Shape `[count, featureCount]`. */
  readonly features: Float32Array;
  /** Shape `[count]` of classes, else `[count, target.count]`. */
  readonly targets: ArrayLike<number>;
  readonly dataset: RemoteDataset;
}

/** The answer to a sample of a class. */
export interface ClassAnswer {
  readonly predicted: number;
  /** Share of the predicted class minus that of the right one. */
  readonly surer: number;
  /** Of two classes: how much speaks for the second, in [0, 1]. */
  readonly score: number;
}

export interface Answers {
  readonly model: Model;
  readonly judged: Judged;
  /** One per sample; empty unless the targets are classes. */
  readonly classes: readonly ClassAnswer[];
  /** Shape `[count, target.count]`; empty if the targets are classes. */
  readonly outputs: Float32Array;
}

interface Listener {
  readonly needed: () => boolean;
  /** Receives `undefined` if this browser cannot run the model. */
  readonly use: (answers: Answers | undefined) => void;
  /** The last answers that it received. */
  seen: string;
}

export class AnswerSource {
  readonly #source: ModelSource;
  readonly #listeners: Listener[] = [];
  #judged: Judged | undefined;
  #answers: Answers | undefined;
  #isBusy = false;
  #computedMs = -Infinity;

  constructor(source: ModelSource) {
    this.#source = source;
    source.listen(
      () => !this.#isBusy && this.#listeners.some(({ needed }) => needed()),
      (model) => void this.#look(model),
    );
  }

  /** @param needed - Whether new answers would be visible now. */
  listen(needed: Listener["needed"], use: Listener["use"]): void {
    this.#listeners.push({ needed, use, seen: "" });
  }

  async #look(model: Model): Promise<void> {
    if (model.predictor === undefined) return this.#tell(undefined, String(model.run));
    const isRested = performance.now() - this.#computedMs > restMs;
    if (this.#answers?.model.run !== model.run) this.#answers = undefined;
    if (isRested && !this.#isUpToDate(model)) await this.#compute(model, model.predictor);
    const answers = this.#answers;
    if (answers === undefined) return;
    this.#tell(answers, `${model.run} ${answers.model.step} ${answers.judged.split}`);
  }

  #isUpToDate(model: Model): boolean {
    return (
      this.#answers?.model.step === model.step && this.#answers.judged.split === this.#split(model)
    );
  }

  /** The test split only waits until the end if there is another. */
  #split({ dataset }: Model): Judged["split"] {
    return this.#source.isFinished ? "test" : dataset.watched;
  }

  #tell(answers: Answers | undefined, which: string): void {
    for (const listener of this.#listeners) {
      if (listener.seen === which || !listener.needed()) continue;
      listener.seen = which;
      listener.use(answers);
    }
  }

  async #compute(model: Model, predictor: Predictor): Promise<void> {
    this.#isBusy = true;
    try {
      const judged = await this.#load(model);
      this.#answers = await answersOf(model, predictor, judged);
    } catch {
      // The coordinator is away, or another run with other data started; the next call tries again.
    } finally {
      this.#isBusy = false;
      this.#computedMs = performance.now();
    }
  }

  async #load(model: Model): Promise<Judged> {
    const { config, dataset } = model;
    const { sha256 } = config.dataset;
    const split = this.#split(model);
    if (this.#judged?.sha256 === sha256 && this.#judged.split === split) return this.#judged;
    const most = Math.max(1, Math.floor(featuresMax / sizeOf(dataset.featureShape)));
    const count = Math.min(dataset.count(split), samplesMax, most);
    const features = await dataset.features(split, 0, count);
    const targets = await dataset.targets(split, 0, count);
    this.#judged = { sha256, split, count, features, targets, dataset };
    return this.#judged;
  }
}

/** Computes one chunk at a time, and yields to the page between chunks. */
async function answersOf(model: Model, predictor: Predictor, judged: Judged): Promise<Answers> {
  const { count, features, targets, dataset } = judged;
  const size = features.length / count;
  const isClass = dataset.target.kind === "classes";
  const classes: ClassAnswer[] = [];
  const outputs = new Float32Array(isClass ? 0 : count * dataset.target.count);
  let until = performance.now() + sliceMs;
  for (let first = 0; first < count; first += chunkSamplesMax) {
    const length = Math.min(chunkSamplesMax, count - first);
    const samples = features.subarray(size * first, size * (first + length));
    const all = predictor.outputs(model.parameters, samples);
    const width = all.length / length;
    for (let i = 0; i < length; i++) {
      const answer = all.subarray(i * width, (i + 1) * width);
      if (isClass) classes.push(classAnswer(answer, targets[first + i] ?? 0));
      else outputs.set(answer, (first + i) * width);
    }
    if (performance.now() < until) continue;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    until = performance.now() + sliceMs;
  }
  return { model, judged, classes, outputs };
}

function classAnswer(outputs: Float32Array, label: number): ClassAnswer {
  const shares = sharesOf(outputs);
  const predicted = classIn(outputs);
  const surer = (shares[predicted] ?? 0) - (shares[label] ?? 0);
  return { predicted, surer, score: scoreIn(outputs) };
}
