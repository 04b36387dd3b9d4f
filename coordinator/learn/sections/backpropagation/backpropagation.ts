/**
 * @file Slides 28–31: backpropagation on one observation, layer by layer. The outputs' wishes add up in the layer before,
 * times the slope there, and so on to the pixels, where the digit is printed into the weights.
 */
import { known } from "../../../../shared/assert.ts";
import { cellAt } from "../../draw/heat.ts";
import {
  digitPlace,
  drawNeurons,
  drawParts,
  drawPictures,
  drawPixel,
  drawRing,
  drawWires,
  drawWishes,
  networkAxes,
  placeOfNeuron,
  placeOfPixel,
  printPlace,
  targetAt,
} from "../../draw/network-picture.ts";
import type { Pen } from "../../draw/pen.ts";
import { parameterAt } from "../../models/lecture-network.ts";
import {
  meanSize,
  type Observation,
  observationOf,
  pointedAt,
  type Received,
  receivedBy,
  shownNeuron,
  strongest,
} from "../../models/observation.ts";
import { lectureParameterCount, placeValues } from "../../models/parameter-place.ts";
import { answerOf } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, drawingField, numberField, type StateOf } from "../../state/schema.ts";
import {
  type BackpropagationKey,
  backpropagationTexts,
} from "../../texts/backpropagation/backpropagation.ts";
import { nameOf, networkSteps, signedIn } from "./words.ts";

const schema = {
  digit: drawingField,
  parameter: numberField(0, lectureParameterCount - 1, { isWhole: true }),
  trained: choiceField("untrained", "started", "trainedWell"),
};
type State = StateOf<typeof schema>;

/** What the cursor shows: each layer's wishes, going back, and at last the pixels. */
const shownFrom = { outputs: 1, layer2: 2, layer1: 3, print: 4 } as const;

/** Of ink in a pixel that a bet must have. */
const inkMin = 0.5;

function compute({ parameter }: State, { answer }: Inputs): Observation {
  return observationOf(known(answerOf("observation", answer), "an answer"), parameter);
}

/** The change of each weight from the pixels to a neuron of the first layer, which is minus its gradient. */
export function printedInto({ answer }: Observation, neuron: number): Float64Array {
  return Float64Array.from(answer.pixels, (_, pixel) => {
    return 0 - (answer.gradient[parameterAt({ layer: 1, to: neuron, from: pixel })] ?? 0);
  });
}

/** The neuron of a layer that is looked at: one that the parameter belongs to or comes from, else the most moved. */
function focusOf({ place, deltas }: Observation, layer: number): number {
  if (layer === place.layer) return place.to;
  if (layer === place.layer - 1 && place.from !== undefined) return place.from;
  return strongest(known(deltas[layer - 1], "a layer"));
}

type ObservationScene = Scene<typeof schema, Observation, BackpropagationKey>;

function draw(pen: Pen, scene: ObservationScene): void {
  const { model, step, isRevealed, say } = scene;
  const { activations, answer } = model;
  const neuron = shownNeuron(model);
  const isPrinted = isRevealed && step >= shownFrom.print;
  drawPictures(pen, answer.pixels, isPrinted ? printedInto(model, neuron) : undefined);
  drawWires(pen);
  if (isRevealed) drawFlow(pen, model, step);
  for (const layer of [1, 2, 3])
    drawNeurons(pen, layer, isRevealed ? activations[layer] : undefined);
  if (isRevealed) {
    for (const layer of [1, 2, 3]) {
      const wishes = Array.from(known(model.deltas[layer - 1], "a layer"), (delta) => -delta);
      if (step >= 4 - layer) drawWishes(pen, layer, wishes);
    }
    drawParameter(pen, model);
  }
  drawNames(pen, scene);
  if (!isPrinted) return;
  const key = (model.deltas[0]?.[neuron] ?? 0) <= 0 ? "rises" : "falls";
  const at = { x: printPlace.at.x, y: printPlace.at.y + printPlace.side };
  pen.words(say(key, values(scene)), at, { isSmall: true, shift: [0, -5] });
}

/** The wishes that reach one neuron of each hidden layer. */
function drawFlow(pen: Pen, model: Observation, step: number): void {
  for (const layer of [2, 1] as const) {
    if (step < 4 - layer) continue;
    const neuron = focusOf(model, layer);
    const { parts } = receivedBy(model, layer, neuron);
    drawParts(
      pen,
      layer,
      neuron,
      parts.map(({ delta, weight }) => -delta * weight),
    );
  }
}

function drawParameter(pen: Pen, { place }: Observation): void {
  const { layer, to, from } = place;
  if (from !== undefined) {
    const start = layer === 1 ? placeOfPixel(from) : placeOfNeuron(layer - 1, from);
    pen.line([start, placeOfNeuron(layer, to)], { ink: "accent", width: 2.5 });
    if (layer === 1) drawPixel(pen, from);
  }
  drawRing(pen, layer, to);
}

function drawNames(pen: Pen, { model, isRevealed, say, figures }: ObservationScene): void {
  const names = [
    ["pixels", digitPlace.side / 2],
    ["layer1", placeOfNeuron(1, 0).x],
    ["layer2", placeOfNeuron(2, 0).x],
    ["outputs", placeOfNeuron(3, 0).x],
  ] as const;
  for (const [key, x] of names) {
    pen.words(
      say(key),
      { x, y: 62.5 },
      { ink: "soft", align: "center", isSmall: true, shift: [0, 4] },
    );
  }
  const outputs = known(model.activations[3], "the outputs");
  for (const [digit, share] of outputs.entries()) {
    const { x, y } = placeOfNeuron(3, digit);
    const isRight = isRevealed && digit === model.answer.label;
    pen.words(String(digit), { x: x - 2, y }, { align: "right", isBold: isRight, shift: [-2, 4] });
    if (!isRevealed) continue;
    const style = { ink: "soft", align: "right", isSmall: true, shift: [14, 4] } as const;
    pen.words(figures.percent(share, 0), { x: 100, y }, style);
  }
}

function whereIs({ model, say }: ObservationScene): string {
  const { layer, from } = model.place;
  const said = placeValues(model.place);
  if (from === undefined) return say(layer === 3 ? "outputBias" : "bias", said);
  if (layer === 1) return say("fromPixel", said);
  return say(layer === 3 ? "toOutput" : "fromNeuron", said);
}

/** What the hidden neuron that is looked at makes of the wishes: the parameter's own, or the one that it comes from. */
function hiddenReceived(model: Observation): Received {
  const { layer } = model.place;
  return layer === 3 ? receivedBy(model, 2, focusOf(model, 2)) : model.received;
}

function values(scene: ObservationScene): Record<string, string> {
  const { model, figures } = scene;
  const { deltas, received } = model;
  const size = (layer: number) => figures.short(meanSize(known(deltas[layer - 1], "a layer")));
  const signed = (value: number) => signedIn(figures, value);
  return {
    ...placeValues(model.place),
    neuron: String(shownNeuron(model)),
    name: nameOf(model.parameter),
    value: signed(model.value),
    where: whereIs(scene),
    input: signed(model.input),
    delta: signed(received.delta),
    gradient: signed(model.gradient),
    tried: signed(model.tried),
    slope: signed(hiddenReceived(model).slope),
    size1: size(1),
    size2: size(2),
    size3: size(3),
  };
}

function table({ model, say, figures }: ObservationScene) {
  const number = (value: number) => signedIn(figures, value);
  const { parts, sum } = model.received;
  if (parts.length === 0) {
    const outputs = Array.from(known(model.activations[3], "the outputs"));
    return {
      head: [say("output"), say("says"), say("should"), say("wish")],
      rows: outputs.map((said, digit) => {
        const wanted = digit === model.answer.label ? 1 : 0;
        const delta = model.deltas[2]?.[digit] ?? NaN;
        return [String(digit), number(said), String(wanted), number(-delta)];
      }),
    };
  }
  return {
    head: [
      say(model.place.layer === 2 ? "output" : "layer2"),
      say("weight"),
      say("wish"),
      say("product"),
    ],
    rows: [
      ...parts.map(({ weight, delta }, i) => [
        String(i),
        number(weight),
        number(-delta),
        number(-delta * weight),
      ]),
      [say("sum"), "", "", number(-sum)],
    ],
  };
}

export const backpropagation = defineSection({
  id: "backpropagation",
  slides: "28–31",
  schema,
  initial: { digit: "3", parameter: 6503, trained: "started" },
  controls: ["digit", "parameter", "trained"],
  tap(place, { model }: ObservationScene) {
    const target = targetAt(place);
    return target === undefined ? {} : { parameter: pointedAt(model, target) };
  },
  paceMs: 1_300,
  texts: backpropagationTexts,
  bet: {
    on: "point",
    truth: ({ answer }: Observation) => placeOfPixel(strongest(answer.pixels)),
    isRight(bet, _truth, { answer }) {
      const pixel = cellAt(digitPlace, bet);
      return pixel !== undefined && (answer.pixels[pixel] ?? 0) >= inkMin;
    },
  },
  code: [
    { file: "shared/kernels/plain/dense.ts", name: "denseInputGradient" },
    { file: "shared/kernels/plain/activations.ts", name: "sigmoidBackward" },
    { file: "shared/kernels/plain/dense.ts", name: "denseWeightGradient" },
  ],
  formula: {
    tex: [
      String.raw`\frac{\partial C}{\partial w}=a\,\delta=\val{input}\cdot(\val{delta})=\val{gradient}`,
      String.raw`\delta_j=\Bigl(\sum_k w_{jk}\,\delta_k\Bigr)\,a_j(1-a_j)`,
      String.raw`\delta_j=\val{sum}\cdot\val{slope}=\val{hidden}`,
    ],
    values(model: Observation) {
      const { sum, slope, delta: hidden } = hiddenReceived(model);
      const { input, gradient, received } = model;
      return { input, delta: received.delta, gradient, sum, slope, hidden };
    },
  },
  asks: ({ digit, trained }: State, seed) => ({
    kind: "observation",
    step: networkSteps[trained],
    digit,
    seed,
  }),
  compute,
  lastStep: () => shownFrom.print,
  axes: () => networkAxes,
  draw,
  values,
  describe: (scene: ObservationScene) => scene.say("numbers", values(scene)),
  table,
});
