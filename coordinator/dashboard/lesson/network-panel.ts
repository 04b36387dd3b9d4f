/**
 * @file The network that learns, as a picture: its weights are lines, and its neurons are as dark as what they say about
 * one digit. Only for dense networks that read pictures and answer with a class.
 */
import type { Target } from "../../../shared/data/dataset.ts";
import { pictureShapeOf } from "../../../shared/data/picture.ts";
import { argmax } from "../../../shared/engine/predictor.ts";
import { shorthandOf } from "../../../shared/model/dense-model.ts";
import { sizeOf } from "../../../shared/model/layer-kind.ts";
import type { DashboardMessage } from "../../watch/dashboard-messages.ts";
import { figures } from "../charts/format.ts";
import { nameIn } from "../model/answer.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { drawSample } from "../model/picture.ts";
import { colorOf, create, element, onTheme, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import { type LayerView, layersOf, loudestPixels } from "./activations.ts";

/** Neurons of a layer that fit into the picture; of a larger one, the first. */
const neuronsMax = 16;
/** Lines from the picture to each neuron of the first layer. */
const linesPerNeuron = 6;
/** The picture's own units, which the canvas stretches. */
const [width, height] = [100, 52];
const digitSide = 30;

interface Shown {
  readonly features: Float32Array;
  readonly label: number;
}

export class NetworkPanel {
  readonly #source: ModelSource;
  readonly #canvas = element("network", HTMLCanvasElement);
  readonly #digit = create("canvas");
  #index = 0;
  /** The sample of an index, of one run. */
  #shown: { readonly run: number; readonly index: number; readonly sample: Shown } | undefined;
  #isBusy = false;

  constructor(source: ModelSource) {
    this.#source = source;
    element("next-digit").addEventListener("click", () => {
      this.#index += 1;
      if (source.model !== undefined) void this.#show(source.model);
    });
    source.listen(watchVisible(this.#canvas), (model) => void this.#show(model));
    onTheme(() => {
      if (source.model !== undefined) void this.#show(source.model);
    });
  }

  /** Another run began. */
  begin({ config, target, featureShape }: Extract<DashboardMessage, { kind: "run" }>): void {
    const shorthand = shorthandOf(config.model);
    const isPicture = pictureShapeOf(featureShape) !== undefined;
    const fits = shorthand?.widths[0] === sizeOf(featureShape) && isPicture;
    element("network-card").hidden = !fits || target.kind !== "classes" || target.count > 20;
  }

  async #show(model: Model): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const sample = await this.#sampleOf(model);
      const { parameters, config, dataset } = model;
      const layers = layersOf(config.model, parameters, sample.features);
      if (layers === undefined || this.#source.model !== model) return;
      drawSample(this.#digit, sample.features, dataset.featureShape);
      this.#draw(layers, sample, dataset.target);
      this.#tell(layers, sample, dataset.target);
    } catch {
      // The coordinator is away; the next call tries again.
    } finally {
      this.#isBusy = false;
    }
  }

  async #sampleOf({ run, dataset }: Model): Promise<Shown> {
    const split = dataset.watched;
    const index = this.#index % dataset.count(split);
    if (this.#shown?.run === run && this.#shown.index === index) return this.#shown.sample;
    const [features, [label = 0]] = await Promise.all([
      dataset.features(split, index, 1),
      dataset.targets(split, index, 1),
    ]);
    const sample = { features, label };
    this.#shown = { run, index, sample };
    return sample;
  }

  #tell(layers: readonly LayerView[], { label }: Shown, target: Target): void {
    const outputs = layers.at(-1)?.said ?? [];
    const best = argmax(outputs);
    const text = say("networkReads", {
      truth: nameIn(target, label),
      answer: nameIn(target, best),
      share: figures.percent(outputs[best] ?? null, 1),
    });
    setText(element("network-says"), text);
    this.#canvas.setAttribute("aria-label", text);
  }

  #draw(layers: readonly LayerView[], { features }: Shown, target: Target): void {
    const canvas = this.#canvas;
    const ratio = Math.min(2, devicePixelRatio);
    const scale = (canvas.clientWidth * ratio) / width;
    Object.assign(canvas, { width: width * scale, height: height * scale });
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    const digit = { x: 0, y: (height - digitSide) / 2 };
    context.fillStyle = "#000000";
    context.fillRect(digit.x, digit.y, digitSide, digitSide);
    context.drawImage(this.#digit, digit.x, digit.y, digitSide, digitSide);
    const places = layers.map((layer, at) => placesOf(layer, at, layers.length));
    const [first] = layers;
    if (first !== undefined) {
      const loud = loudestPixels(first, features, { neurons: neuronsMax, each: linesPerNeuron });
      const columns = this.#digit.width;
      const from = (pixel: number) => ({
        x: digit.x + ((0.5 + (pixel % columns)) / columns) * digitSide,
        y: digit.y + ((0.5 + Math.floor(pixel / columns)) / this.#digit.height) * digitSide,
      });
      const lines = loud.map(({ pixel, neuron, part }) => ({
        from: from(pixel),
        to: places[0]?.[neuron],
        weight: part,
      }));
      drawLines(context, lines);
    }
    for (const [at, layer] of layers.entries()) {
      if (at > 0) drawLines(context, linesBetween(layer, places[at - 1], places[at]));
    }
    for (const [at, layer] of layers.entries()) drawNeurons(context, layer, places[at] ?? []);
    drawNames(context, layers.at(-1), places.at(-1) ?? [], target);
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Line {
  readonly from: Point | undefined;
  readonly to: Point | undefined;
  readonly weight: number;
}

/** The places of a layer's neurons, from top to bottom. */
function placesOf({ outputs }: LayerView, at: number, layerCount: number): readonly Point[] {
  const count = Math.min(outputs, neuronsMax);
  const [left, right] = [digitSide + 14, width - 12];
  const x = layerCount === 1 ? right : left + (at / (layerCount - 1)) * (right - left);
  return Array.from({ length: count }, (_, i) => ({ x, y: ((i + 0.5) / count) * height }));
}

function linesBetween(
  { weight }: LayerView,
  from: readonly Point[] = [],
  to: readonly Point[] = [],
): readonly Line[] {
  return from.flatMap((start, input) =>
    to.map((end, neuron) => ({ from: start, to: end, weight: weight(input, neuron) })),
  );
}

/** The stronger, the thicker and the less transparent. Negative ones are dashed, and have another colour. */
function drawLines(context: CanvasRenderingContext2D, lines: readonly Line[]): void {
  const largest = Math.max(...lines.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
  for (const { from, to, weight } of lines) {
    if (from === undefined || to === undefined) continue;
    const share = Math.abs(weight) / largest;
    context.globalAlpha = 0.08 + 0.8 * share;
    context.lineWidth = 0.06 + 0.4 * share;
    context.strokeStyle = `rgb(${colorOf(weight < 0 ? "--negative" : "--positive")})`;
    context.setLineDash(weight < 0 ? [0.9, 0.7] : []);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function drawNeurons(
  context: CanvasRenderingContext2D,
  { said }: LayerView,
  places: readonly Point[],
): void {
  const largest = Math.max(1, ...said.map(Math.abs));
  context.lineWidth = 0.2;
  for (const [neuron, { x, y }] of places.entries()) {
    context.beginPath();
    context.arc(x, y, 1.2, 0, 2 * Math.PI);
    context.fillStyle = colorOf("--card");
    context.fill();
    context.globalAlpha = Math.abs(said[neuron] ?? 0) / largest;
    context.fillStyle = colorOf("--ink");
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colorOf("--edge");
    context.stroke();
  }
}

/** The classes beside the last neurons; the answer in bold. */
function drawNames(
  context: CanvasRenderingContext2D,
  layer: LayerView | undefined,
  places: readonly Point[],
  target: Target,
): void {
  const best = argmax(layer?.said ?? []);
  context.fillStyle = colorOf("--ink");
  context.textBaseline = "middle";
  for (const [neuron, { x, y }] of places.entries()) {
    context.font = `${neuron === best ? 700 : 400} 2.6px system-ui, sans-serif`;
    context.fillText(nameIn(target, neuron).slice(0, 8), x + 2.2, y);
  }
}
