/**
 * @file Slide 11: what the gradient says about each weight: in which direction to change it, and how much the cost
 * follows. All 13,002 by their size; thousands say exactly nothing, because their pixel is always dark.
 */
import { known } from "../../../shared/assert.ts";
import type { Pen } from "../draw/pen.ts";
import { lectureParameterCount, placeOf, subscript } from "../models/parameter-place.ts";
import { type AnswerOf, answerOf } from "../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import { choiceField, numberField, type StateOf } from "../state/schema.ts";
import { type GradientKey, gradientTexts } from "../texts/gradient.ts";

const last = lectureParameterCount - 1;

const schema = {
  rank: numberField(0, last, { isWhole: true }),
  change: numberField(0.001, 3, { scale: "log" }),
  stage: choiceField("untrained", "some", "trained"),
};
type State = StateOf<typeof schema>;

const steps = { untrained: 0, some: 100, trained: 400 } as const;
/** Digits that the cost is taken over. */
const count = 256;
/** Smaller gradients are drawn on the floor of the picture. */
const [smallest, largest] = [1e-9, 0.3];
/** As far as the curve is shown before the answer. */
const ranksBefore = 2_500;

export interface GradientModel {
  readonly answer: AnswerOf<"gradient">;
  readonly rank: number;
}

function compute({ rank }: State, { answer }: Inputs): GradientModel {
  return { answer: known(answerOf("gradient", answer), "what was asked"), rank };
}

type GradientScene = Scene<typeof schema, GradientModel, GradientKey>;

function draw(pen: Pen, { model, isRevealed, say }: GradientScene): void {
  const { answer } = model;
  pen.drawAxes();
  const places = answer.ranks.flatMap((x, i) => {
    const size = answer.sizes[i] ?? 0;
    return size > 0 && (isRevealed || x <= ranksBefore) ? [{ x, y: Math.max(size, smallest) }] : [];
  });
  pen.line(places, { ink: "series-1", width: 3 });
  if (!isRevealed) return;
  const silentFrom = lectureParameterCount - answer.silent;
  pen.box(
    { x: silentFrom, y: smallest },
    { x: last, y: largest },
    { ink: "negative", alpha: 0.14 },
  );
  pen.vertical(silentFrom, { ink: "negative", width: 2 });
  const middle = { x: (silentFrom + last) / 2, y: 1e-5 };
  pen.words(say("silent"), middle, { ink: "negative", align: "center", isBold: true });
  const size = Math.max(Math.abs(answer.gradient), smallest);
  const place = { x: model.rank, y: size };
  pen.vertical(place.x, { ink: "edge", dash: [2, 4], width: 1.5 });
  const rises = answer.gradient > 0;
  pen.mark(place, {
    ink: answer.gradient < 0 ? "positive" : "negative",
    shape: rises ? "triangle" : "diamond",
    radius: 9,
  });
  pen.words(`w${subscript(answer.weight)}`, place, { isBold: true, shift: [12, -8] });
}

function values({ model, state, say, figures }: GradientScene): Record<string, string> {
  const { answer, rank } = model;
  const { layer } = placeOf(answer.weight);
  const advice = answer.gradient === 0 ? "stay" : answer.gradient < 0 ? "raise" : "lower";
  const ratio = answer.promised === 0 ? 1 : answer.happened / answer.promised;
  return {
    rank: figures.whole(rank + 1),
    index: subscript(answer.weight),
    layer: figures.whole(layer),
    gradient: figures.gradient(answer.gradient),
    advice: say(advice),
    change: figures.shortest(state.change),
    promised: figures.gradient(answer.promised),
    happened: figures.gradient(answer.happened),
    kept: figures.percent(ratio, 0),
    silent: figures.whole(answer.silent),
    heard: figures.whole(lectureParameterCount - answer.silent),
    share: figures.percent(answer.silent / lectureParameterCount, 0),
  };
}

export const gradient = defineSection({
  id: "gradient",
  slides: "11",
  schema,
  initial: { rank: 40, change: 0.1, stage: "some" },
  controls: ["change", "stage"],
  drag: { x: "rank" },
  texts: gradientTexts,
  bet: {
    on: "x",
    truth: ({ answer }: GradientModel) => ({
      x: lectureParameterCount - answer.silent,
      y: smallest,
    }),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= 900,
  },
  code: [
    { file: "shared/kernels/plain/dense.ts", name: "denseWeightGradient" },
    { file: "shared/kernels/plain/sparse.ts", name: "sparseWeightGradient" },
  ],
  formula: {
    tex: [
      String.raw`\Delta C\approx\frac{\partial C}{\partial w}\,\Delta w=\val{gradient}\cdot\val{change}=\val{promised}`,
      String.raw`\Delta C=C(w+\Delta w)-C(w)=\val{happened}`,
    ],
    values: ({ answer }: GradientModel) => ({
      gradient: answer.gradient,
      change: answer.change,
      promised: answer.promised,
      happened: answer.happened,
    }),
  },
  asks: ({ rank, change, stage }: State) => ({
    kind: "gradient",
    step: steps[stage],
    count,
    rank,
    change,
  }),
  compute,
  stops: () => ({
    change: [
      { text: "tiny", value: 0.001 },
      { text: "huge", value: 3 },
    ],
  }),
  axes: ({ say }: GradientScene) => ({
    x: { from: 0, to: last, label: say("byRank"), ticks: [0, 4_000, 8_000, 12_000] },
    y: {
      from: smallest,
      to: largest,
      scale: "log",
      label: say("size"),
      ticks: [1e-9, 1e-7, 1e-5, 1e-3, 0.1],
    },
  }),
  draw,
  values,
  describe: (scene: GradientScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: GradientScene) => ({
    head: [say("byRank"), say("size")],
    rows: model.answer.ranks.flatMap((rank, i) =>
      i % 100 === 0
        ? [[figures.whole(rank + 1), figures.gradient(model.answer.sizes[i] ?? 0)]]
        : [],
    ),
  }),
});
