/**
 * @file The test samples that the network gets wrong with the greatest confidence. The page searches for them a few
 * milliseconds at a time, now and then while the panel is visible.
 */
import { argmax, type Predictor } from "../../../shared/engine/predictor.ts";
import { chunkSamplesMax } from "../../../shared/model/layer.ts";
import { figures } from "../charts/format.ts";
import { namesIn } from "../model/answer.ts";
import type { RemoteDataset } from "../model/dataset.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { drawSample, sizeOnCanvas } from "../model/picture.ts";
import { create, element, hideCard, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** One row on a wide screen, two on a narrow one. */
const shownMax = 12;
/** Samples searched: all of MNIST's test split. */
const samplesMax = 10_000;
/** The most common shape, until the real one is known. */
const digitShape = [28, 28];
/** Between two searches. */
const restMs = 4_000;
/** Per frame. */
const sliceMs = 6;

interface Mistake {
  readonly sample: number;
  readonly label: number;
  readonly predicted: number;
  /** Output of the wrong class minus that of the right one. */
  readonly surer: number;
}

interface TestSplit {
  readonly sha256: string;
  readonly features: Float32Array;
  readonly labels: Uint8Array | Uint16Array | Float32Array;
  readonly dataset: RemoteDataset;
}

/** Starts looking for mistakes. */
export function showMistakes(source: ModelSource, found: Found): MistakesPanel {
  return new MistakesPanel(source, found);
}

/** Receives all mistakes of a search. */
type Found = (mistakes: readonly Mistake[]) => void;

class MistakesPanel {
  readonly #found: Found;
  #split: TestSplit | undefined;
  #isBusy = false;
  #searchedMs = -Infinity;
  #searched = "";

  constructor(source: ModelSource, found: Found) {
    this.#found = found;
    fill([], digitShape);
    const places = [watchVisible(element("mistakes")), watchVisible(element("confusion-how"))];
    const isWanted = () => places.some((isVisible) => isVisible());
    source.listen(
      () => isWanted() && !this.#isBusy && performance.now() - this.#searchedMs > restMs,
      (model) => void this.#search(model),
    );
  }

  async #search(model: Model): Promise<void> {
    const isClass = model.config.task.kind === "classes";
    hideCard("mistakes", !isClass);
    if (!isClass) return;
    const what = `${model.run} ${model.step}`;
    const { predictor, parameters } = model;
    if (this.#searched === what) return;
    if (predictor === undefined) return setText(element("mistakes-count"), say("noPredictor"));
    this.#isBusy = true;
    try {
      const split = await this.#load(model);
      const mistakes = await find(predictor, parameters, split);
      this.#show(model, split, mistakes);
      this.#found(mistakes);
      this.#searched = what;
    } catch {
      // The coordinator is away, or another run with other data started; the next call tries again.
    } finally {
      this.#isBusy = false;
      this.#searchedMs = performance.now();
    }
  }

  async #load({ config, dataset }: Model): Promise<TestSplit> {
    const { sha256 } = config.dataset;
    if (this.#split?.sha256 === sha256) return this.#split;
    const count = Math.min(dataset.count("test"), samplesMax);
    const features = await dataset.features("test", 0, count);
    const labels = await dataset.targets("test", 0, count);
    this.#split = { sha256, features, labels, dataset };
    return this.#split;
  }

  #show({ step }: Model, split: TestSplit, mistakes: readonly Mistake[]): void {
    const all = split.labels.length;
    const worst = mistakes.toSorted((a, b) => b.surer - a.surer).slice(0, shownMax);
    const counted = {
      count: figures.whole(mistakes.length),
      all: figures.whole(all),
      step: figures.whole(step),
    };
    setText(
      element("mistakes-count"),
      say(mistakes.length === 0 ? "mistakesNone" : "mistakesCount", counted),
    );
    fill(
      worst.map((mistake) => itemOf(mistake, split)),
      split.dataset.featureShape,
    );
  }
}

/** Reserves the space of missing mistakes, so that everything below stays in place. */
function fill(items: readonly HTMLElement[], featureShape: readonly number[]): void {
  const fillers = Array.from({ length: shownMax - items.length }, () => {
    const filler = create("li", "filler", say("mistake", { label: "", predicted: "" }));
    filler.prepend(blankOf(featureShape));
    filler.setAttribute("aria-hidden", "true");
    return filler;
  });
  element("mistakes").replaceChildren(...items, ...fillers);
}

/** The place of a sample of this shape. */
function blankOf(featureShape: readonly number[]): HTMLCanvasElement {
  return Object.assign(create("canvas"), sizeOnCanvas(featureShape));
}

function itemOf({ sample, label, predicted }: Mistake, split: TestSplit): HTMLElement {
  const item = create("li");
  const size = split.features.length / split.labels.length;
  const canvas = create("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const values = split.features.subarray(sample * size, (sample + 1) * size);
  const { dataset } = split;
  drawSample(canvas, values, dataset.featureShape);
  item.append(
    canvas,
    create("span", "", say("mistake", namesIn(dataset.target, { label, predicted }))),
  );
  return item;
}

/** One output decides between two classes. */
function predictedClass(outputs: Float32Array): number {
  if (outputs.length > 1) return argmax(outputs);
  return (outputs[0] ?? 0) > 0.5 ? 1 : 0;
}

function chanceOf(outputs: Float32Array, label: number): number {
  if (outputs.length > 1) return outputs[label] ?? 0;
  return label === 1 ? (outputs[0] ?? 0) : 1 - (outputs[0] ?? 0);
}

/** Searches the split one chunk at a time, and yields to the page between chunks. */
async function find(
  predictor: Predictor,
  parameters: Float32Array,
  { features, labels }: TestSplit,
): Promise<Mistake[]> {
  const size = features.length / labels.length;
  const mistakes: Mistake[] = [];
  let until = performance.now() + sliceMs;
  for (let first = 0; first < labels.length; first += chunkSamplesMax) {
    const part = labels.subarray(first, first + chunkSamplesMax);
    const samples = features.subarray(size * first, size * (first + part.length));
    const all = predictor.outputs(parameters, samples);
    const width = all.length / part.length;
    for (const [i, label] of part.entries()) {
      const outputs = all.subarray(i * width, (i + 1) * width);
      const predicted = predictedClass(outputs);
      if (predicted === label) continue;
      const surer = chanceOf(outputs, predicted) - chanceOf(outputs, label);
      mistakes.push({ sample: first + i, label, predicted, surer });
    }
    if (performance.now() < until) continue;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    until = performance.now() + sliceMs;
  }
  return mistakes;
}
