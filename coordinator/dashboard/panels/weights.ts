/** @file The weights of the first layer: what each neuron looks for, as a picture, or as bars for a row of a table. */
import { pictureShapeOf } from "../../../shared/data/picture.ts";
import { type Shape, sizeOf } from "../../../shared/model/layer-kind.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { drawWeights, sizeOnCanvas } from "../model/picture.ts";
import { element, hideCard, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import type { TextKey } from "../texts/texts.ts";

/** More neurons than a person can look at. */
const neuronsMax = 36;
/** Between two neurons: of the size of one. */
const gapFraction = 0.08;

export class WeightsPanel {
  readonly #canvas = element("weights", HTMLCanvasElement);

  constructor(source: ModelSource) {
    source.listen(watchVisible(this.#canvas), (model) => this.#show(model));
  }

  /** Another run began. The card is only there if the first layer weighs each value of a sample. */
  begin(model: ModelConfig, featureShape: Shape): void {
    const [inputs = 0] = firstWeights(model);
    hideCard("weights", inputs !== sizeOf(featureShape));
  }

  #show({ config, parameters, dataset: { featureShape } }: Model): void {
    const [inputs = 0, outputs = 0] = firstWeights(config.model);
    setText(element("weights-how"), say(howFor(featureShape)));
    const count = Math.min(outputs, neuronsMax);
    const columns = Math.ceil(Math.sqrt(count));
    const cell = sizeOnCanvas(featureShape);
    const gap = Math.max(1, Math.round(gapFraction * cell.height));
    const canvas = this.#canvas;
    const width = columns * (cell.width + gap) - gap;
    const height = Math.ceil(count / columns) * (cell.height + gap) - gap;
    // Setting a size clears the canvas.
    Object.assign(canvas, { width, height });
    canvas.dataset["kind"] = pictureShapeOf(featureShape) === undefined ? "bars" : "picture";
    canvas.setAttribute("aria-label", say("weightsLabel", { count }));
    const context = canvas.getContext("2d");
    if (context === null) return;
    for (let neuron = 0; neuron < count; neuron++) {
      const weights = Float32Array.from(
        { length: inputs },
        (_, i) => parameters[i * outputs + neuron] ?? 0,
      );
      const left = (neuron % columns) * (cell.width + gap);
      const top = Math.floor(neuron / columns) * (cell.height + gap);
      drawWeights(context, weights, featureShape, { left, top });
    }
  }
}

function howFor(featureShape: Shape): TextKey {
  const picture = pictureShapeOf(featureShape);
  if (picture === undefined) return "weightsBarsHow";
  return picture.channels === 1 ? "weightsHow" : "weightsColorHow";
}

/**
 * Shape `[inputs, outputs]` of the first layer's weights, which are the beginning of the parameters; empty if it
 * has no such matrix.
 */
function firstWeights(model: ModelConfig): Shape {
  const [first] = layoutOf(model).layers;
  const shape = first?.config.kind === "embedding" ? [] : (first?.tensors[0]?.shape ?? []);
  return shape.length === 2 && shape[0] === sizeOf(model.inputShape) ? shape : [];
}
