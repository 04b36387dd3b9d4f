/** @file The weights of the first layer: what each neuron looks for, as a picture. */
import { type Shape, sizeOf } from "../../../shared/model/layer-kind.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { rgbOf } from "../model/picture.ts";
import { element, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** More neurons than a person can look at. */
const neuronsMax = 36;
const gap = 2;

/** Keeps the pictures up to date from now on. */
export function showWeights(source: ModelSource): WeightsPanel {
  return new WeightsPanel(source);
}

class WeightsPanel {
  readonly #canvas = element("weights", HTMLCanvasElement);

  constructor(source: ModelSource) {
    source.listen(watchVisible(this.#canvas), (model) => this.#show(model));
  }

  #show({ config, parameters }: Model): void {
    const [inputs = 0, outputs = 0] = firstWeights(config.model);
    const side = Math.round(Math.sqrt(inputs));
    if (side * side !== inputs) return setText(element("weights-how"), say("noPictures"));
    setText(element("weights-how"), say("weightsHow"));
    const count = Math.min(outputs, neuronsMax);
    const columns = Math.ceil(Math.sqrt(count));
    const cell = side + gap;
    const width = columns * cell - gap;
    const height = Math.ceil(count / columns) * cell - gap;
    const canvas = this.#canvas;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    if (context === null) return;
    for (let neuron = 0; neuron < count; neuron++) {
      const image = pictureOf(context, { parameters, side, outputs, neuron });
      context.putImageData(image, (neuron % columns) * cell, Math.floor(neuron / columns) * cell);
    }
    canvas.setAttribute("aria-label", say("weightsLabel", { count }));
  }
}

/**
 * Shape `[inputs, outputs]` of the first layer's weights, which are the beginning of the parameters; empty if it
 * has no such matrix.
 */
function firstWeights(model: ModelConfig): Shape {
  const shape = layoutOf(model).layers[0]?.tensors[0]?.shape ?? [];
  return shape.length === 2 && shape[0] === sizeOf(model.inputShape) ? shape : [];
}

/** One neuron's weights: the strongest has full colour, 0 has the card's colour. */
function pictureOf(
  context: CanvasRenderingContext2D,
  what: {
    readonly parameters: Float32Array;
    readonly side: number;
    readonly outputs: number;
    readonly neuron: number;
  },
): ImageData {
  const { parameters, side, outputs, neuron } = what;
  const image = context.createImageData(side, side);
  const [positive, negative] = [rgbOf("--positive"), rgbOf("--negative")];
  let largest = 0;
  for (let i = 0; i < side * side; i++) {
    largest = Math.max(largest, Math.abs(parameters[i * outputs + neuron] ?? 0));
  }
  for (let i = 0; i < side * side; i++) {
    const weight = (parameters[i * outputs + neuron] ?? 0) / (largest || 1);
    const [red, green, blue] = weight < 0 ? negative : positive;
    image.data.set([red, green, blue, Math.round(255 * Math.abs(weight))], 4 * i);
  }
  return image;
}
