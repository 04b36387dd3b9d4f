/**
 * @file Slide 6: the 13,002 parameters, each of which one can touch: its value, its gradient, and the gradient measured by a
 * finite difference.
 */
import { known } from "../../../shared/assert.ts";
import {
  drawParameters,
  labelPlaces,
  parameterAxes,
  parameterIn,
  placeOfParameter,
} from "../draw/parameter-map.ts";
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
import { type ParametersKey, parametersTexts } from "../texts/parameters.ts";

const schema = {
  weight: numberField(0, lectureParameterCount - 1, { isWhole: true }),
  epsilon: numberField(1e-5, 1, { scale: "log" }),
  show: choiceField("value", "gradient"),
  stage: choiceField("untrained", "some", "trained"),
};
type State = StateOf<typeof schema>;

const steps = { untrained: 0, some: 100, trained: 400 } as const;
/** Digits that the cost is taken over. */
const count = 256;
/** The weight of the first pixel, which is dark in every digit. */
const silentOne = 0;

export interface ParametersModel {
  readonly answer: AnswerOf<"parameter">;
  readonly show: State["show"];
  readonly gradient: number;
}

function compute({ show }: State, { answer: given }: Inputs): ParametersModel {
  const answer = known(answerOf("parameter", given), "what was asked");
  return { answer, show, gradient: answer.gradients[answer.weight] ?? Number.NaN };
}

type ParametersScene = Scene<typeof schema, ParametersModel, ParametersKey>;

function draw(pen: Pen, { model, isRevealed, say }: ParametersScene): void {
  for (const [key, place] of Object.entries(labelPlaces)) {
    if (key === "pixels" || key === "second" || key === "third") {
      // On a phone, the name of the first layer would run into that of the second.
      const [name = "", more = ""] = say(key).split(/(?=:)/u);
      pen.words(pen.frame.width < 400 ? name : name + more, place, { isSmall: true });
    }
  }
  for (const edge of [0, 116]) {
    pen.line(
      [
        { x: 0, y: edge },
        { x: 115, y: edge },
      ],
      { ink: "line", width: 1 },
    );
  }
  if (!isRevealed) return;
  const place = placeOfParameter(model.answer.weight);
  pen.mark(place, { ink: "accent", radius: 9, isHollow: true });
  pen.mark(place, { ink: "accent", radius: 2 });
}

function values({ model, say, figures }: ParametersScene): Record<string, string> {
  const { answer, gradient } = model;
  const place = placeOf(answer.weight);
  const places = placeValues(place);
  const { from, layer } = place;
  const kind = from === undefined ? "biasPlace" : layer === 1 ? "pixelPlace" : "weightPlace";
  return {
    ...places,
    index: subscript(answer.weight),
    place: say(kind, places),
    value: figures.short(answer.parameters[answer.weight] ?? null),
    gradient: figures.gradient(gradient),
    slope: figures.gradient(answer.slope),
    epsilon: figures.shortest(answer.epsilon),
    error: figures.short(Math.abs(answer.slope - gradient)),
  };
}

export const parameters = defineSection({
  id: "parameters",
  slides: "6",
  schema,
  // In the middle of a picture, where something happens.
  initial: { weight: (14 * 28 + 14) * 16 + 5, epsilon: 0.03, show: "value", stage: "some" },
  controls: ["epsilon", "show", "stage"],
  tap: (place) => {
    const weight = parameterIn(place);
    return weight === undefined ? {} : { weight };
  },
  texts: parametersTexts,
  bet: {
    on: "point",
    truth: () => placeOfParameter(silentOne),
    isRight: (bet, _, { answer }: ParametersModel) => {
      const weight = parameterIn(bet);
      return weight !== undefined && answer.gradients[weight] === 0;
    },
  },
  code: [
    { file: "coordinator/learn/models/network/planes/parameter.ts", name: "answerParameter" },
    { file: "shared/kernels/plain/dense.ts", name: "denseWeightGradient" },
  ],
  formula: {
    tex: [
      String.raw`785\cdot16+17\cdot16+17\cdot10=\val{count}`,
      String.raw`\frac{C(w+\varepsilon)-C(w-\varepsilon)}{2\varepsilon}=\val{slope}`,
      String.raw`\frac{\partial C}{\partial w}=\val{gradient}`,
    ],
    values: ({ answer, gradient }: ParametersModel) => ({
      count: lectureParameterCount,
      slope: answer.slope,
      gradient,
    }),
  },
  asks: ({ weight, epsilon, stage }: State) => ({
    kind: "parameter",
    step: steps[stage],
    count,
    weight,
    epsilon,
  }),
  compute,
  stops: () => ({
    epsilon: [
      { text: "tiny", value: 1e-5 },
      { text: "good", value: 0.03 },
      { text: "huge", value: 1 },
    ],
  }),
  axes: () => parameterAxes,
  drawMap: (pen: Pen, { model, isRevealed }: ParametersScene) => {
    const { parameters: all, gradients } = model.answer;
    // Gradients would give the bet's answer away.
    drawParameters(pen, isRevealed && model.show === "gradient" ? gradients : all);
  },
  mapKey: ({ answer, show }: ParametersModel) => `${show} ${answer.step} ${answer.cost}`,
  draw,
  values,
  describe: (scene: ParametersScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: ParametersScene) => ({
    head: [say("parameter"), say("value"), say("gradient")],
    rows: Array.from({ length: 27 }, (_, i) => Math.min(500 * i, lectureParameterCount - 1)).map(
      (index) => [
        `w${subscript(index)}`,
        figures.short(model.answer.parameters[index] ?? null),
        figures.gradient(model.answer.gradients[index] ?? 0),
      ],
    ),
  }),
});
