/**
 * @file Slides 5–6: the cost goes down by changing parameters. One of the network's 13,002 is turned, the others stay,
 * and the cost follows a curve; its slope is what backpropagation says.
 */
import { known } from "../../../shared/assert.ts";
import type { Pen } from "../draw/pen.ts";
import {
  lectureParameterCount,
  placeOf,
  placeValues,
  subscript,
} from "../models/parameter-place.ts";
import { type AnswerOf, answerOf } from "../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import { choiceField, numberField, type StateOf } from "../state/schema.ts";
import { type OneWeightKey, oneWeightTexts } from "../texts/one-weight.ts";

const schema = {
  weight: numberField(0, lectureParameterCount - 1, { isWhole: true }),
  stage: choiceField("untrained", "some", "trained"),
  /** From the parameter's value, in units of `reach`. */
  turn: numberField(-1, 1),
};
type State = StateOf<typeof schema>;

/** Steps of the training at each stage. */
const steps = { untrained: 0, some: 100, trained: 400 } as const;
/** How far a parameter is turned: weights of a trained network are about as large. */
const reach = 4;
/** Digits that the cost is taken over. */
const count = 256;

export interface OneWeightModel {
  readonly answer: AnswerOf<"weight">;
  /** The point of the curve at the state's turn, and at the lowest cost. */
  readonly here: number;
  readonly lowest: number;
}

function compute({ turn }: State, { answer }: Inputs): OneWeightModel {
  const weight = known(answerOf("weight", answer), "what was asked");
  const middle = (weight.costs.length - 1) / 2;
  return {
    answer: weight,
    here: Math.round(middle * (1 + turn)),
    lowest: weight.costs.indexOf(Math.min(...weight.costs)),
  };
}

type OneWeightScene = Scene<typeof schema, OneWeightModel, OneWeightKey>;

function pointAt({ answer }: OneWeightModel, i: number) {
  return { x: answer.value + (answer.offsets[i] ?? NaN), y: answer.costs[i] ?? NaN };
}

function draw(pen: Pen, { model, state, isRevealed, say }: OneWeightScene): void {
  const { answer } = model;
  pen.drawAxes();
  const middle = (answer.costs.length - 1) / 2;
  const at = isRevealed ? model.here : middle;
  if (isRevealed) {
    pen.line(
      answer.costs.map((_, i) => pointAt(model, i)),
      { ink: "series-1", width: 3 },
    );
    pen.mark(pointAt(model, model.lowest), { ink: "good", shape: "star", radius: 9 });
  }
  const point = pointAt(model, at);
  const slope = answer.slopes[at] ?? 0;
  const span = reach * (isRevealed ? 0.45 : 0.25);
  pen.inside(() => {
    pen.line(
      [-span, span].map((dx) => ({ x: point.x + dx, y: point.y + dx * slope })),
      { ink: "ink", width: 2 },
    );
  });
  pen.mark(point, { ink: "series-1", radius: 8 });
  if (!isRevealed || state.turn === 0) {
    pen.words(say("now"), point, { ink: "series-1", align: "center", shift: [0, -16] });
  }
}

function values({ model, state, say, figures }: OneWeightScene): Record<string, string> {
  const { answer, here, lowest } = model;
  const place = placeOf(state.weight);
  const signed = (value: number, digits: number) => figures.fixed(value, digits).replace("-", "−");
  const key = place.from === undefined ? "bias" : place.layer === 1 ? "pixel" : "neuron";
  const parts = placeValues(place);
  return {
    index: subscript(state.weight),
    ...parts,
    place: say(key, parts),
    value: signed(pointAt(model, here).x, 2),
    cost: figures.fixed(answer.costs[here] ?? NaN, 4),
    slope: signed(answer.slopes[here] ?? NaN, 4),
    best: signed(pointAt(model, lowest).x, 2),
    bestCost: figures.fixed(answer.costs[lowest] ?? NaN, 4),
    saved: figures.percent(1 - (answer.costs[lowest] ?? 0) / (answer.costs[20] ?? 1), 1),
    digits: figures.whole(count),
  };
}

export const oneWeight = defineSection({
  id: "one-weight",
  slides: "5–6",
  schema,
  initial: { weight: 12_900, stage: "some", turn: 0 },
  controls: ["weight", "stage", "turn"],
  texts: oneWeightTexts,
  bet: {
    on: "x",
    truth: (model: OneWeightModel) => pointAt(model, model.lowest),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= reach / 5,
  },
  code: [
    { file: "shared/kernels/plain/dense.ts", name: "denseForward" },
    { file: "shared/kernels/plain/losses.ts", name: "softmaxCrossEntropy" },
  ],
  formula: {
    tex: [
      String.raw`\frac{\partial C}{\partial w}\approx\frac{C(w+h)-C(w-h)}{2h}=\val{difference}`,
      String.raw`785\cdot16+17\cdot16+17\cdot10=\val{parameters}`,
    ],
    values: ({ answer, here }: OneWeightModel) => {
      // At an end of the curve, the difference is taken one place further in.
      const i = Math.min(Math.max(here, 1), answer.costs.length - 2);
      const across = (answer.offsets[i + 1] ?? NaN) - (answer.offsets[i - 1] ?? NaN);
      return {
        difference: ((answer.costs[i + 1] ?? NaN) - (answer.costs[i - 1] ?? NaN)) / across,
        parameters: lectureParameterCount,
      };
    },
  },
  asks: ({ weight, stage }: State) => ({
    kind: "weight",
    step: steps[stage],
    weight,
    reach,
    count,
  }),
  compute,
  stops: () => ({
    weight: [
      { text: "first", value: 0 },
      { text: "hidden", value: 12_900 },
      { text: "last", value: lectureParameterCount - 1 },
    ],
    turn: [{ text: "now", value: 0 }],
  }),
  axes: ({ model, say }: OneWeightScene) => {
    const { value, costs } = model.answer;
    const [low, high] = [Math.min(...costs), Math.max(...costs)];
    const space = Math.max(0.15 * (high - low), 0.01);
    return {
      x: { from: value - reach, to: value + reach, label: say("value") },
      y: { from: Math.max(0, low - space), to: high + space, label: say("cost") },
    };
  },
  draw,
  values,
  describe: (scene: OneWeightScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: OneWeightScene) => ({
    head: [say("value"), say("cost"), say("slope")],
    rows: model.answer.costs.map((cost, i) => [
      figures.fixed(pointAt(model, i).x, 2),
      figures.fixed(cost, 4),
      figures.gradient(model.answer.slopes[i] ?? NaN),
    ]),
  }),
});
