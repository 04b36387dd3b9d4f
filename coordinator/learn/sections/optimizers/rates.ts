/**
 * @file Slides 12–13, continued: the page's network trained anew at one rate after another. Too low, right and too high
 * are the three parts of one curve.
 */
import { known } from "../../../../shared/assert.ts";
import { looks } from "../../draw/markers.ts";
import type { Pen } from "../../draw/pen.ts";
import { type AnswerOf, answerOf, type RatesCurve } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import type { Point } from "../../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type RatesKey, ratesTexts } from "../../texts/optimizers/rates.ts";

const [rateMin, rateMax] = [2 ** -10, 2 ** 6];
const schema = {
  optimizer: choiceField("sgd", "momentum", "adam"),
  rate: numberField(rateMin, rateMax, { scale: "log" }),
};
type State = StateOf<typeof schema>;

const initial: State = { optimizer: "sgd", rate: 0.5 };
/** Three times through the page's digits. */
const steps = 60;
/** What is above this is drawn at the edge. */
const costMax = 4;

export interface RatesModel {
  readonly answer: AnswerOf<"rates">;
  /** The row of the curve that is nearest to the state's rate. */
  readonly here: Row;
  readonly best: Row;
  readonly quizBest: Row;
  /** The lowest rate above the best at which the cost ends higher than it began. */
  readonly worse: number | undefined;
}
type Row = RatesCurve["rows"][number];

function compute({ rate }: State, { answer: given }: Inputs): RatesModel {
  const answer = known(answerOf("rates", given), "what was asked");
  const { rows, first } = answer.curve;
  const distance = (row: Row) => Math.abs(Math.log(row.rate / rate));
  const best = lowestOf(answer.curve);
  const isWorse = (row: Row) => row.rate > best.rate && (row.cost ?? Infinity) > first;
  return {
    answer,
    here: rows.reduce((nearest, row) => (distance(row) < distance(nearest) ? row : nearest)),
    best,
    quizBest: lowestOf(answer.quiz),
    worse: rows.find(isWorse)?.rate,
  };
}

function lowestOf({ rows }: RatesCurve): Row {
  const cost = (row: Row) => row.cost ?? Infinity;
  return rows.reduce((lowest, row) => (cost(row) < cost(lowest) ? row : lowest));
}

type RatesScene = Scene<typeof schema, RatesModel, RatesKey>;

function placeOf({ rate, cost }: Row): Point {
  return { x: rate, y: Math.min(cost ?? Infinity, costMax) };
}

function draw(pen: Pen, scene: RatesScene): void {
  const { model, isRevealed, say } = scene;
  const { answer, here, best } = model;
  pen.drawAxes();
  pen.horizontal(answer.curve.first, { ink: "edge", dash: [6, 4], width: 2 });
  const label = { x: rateMin, y: answer.curve.first };
  pen.words(say("start"), label, { ink: "soft", shift: [6, -8] });
  if (!isRevealed) return;
  const limit = 2 / answer.curvature;
  pen.vertical(limit, { ink: "soft", dash: [3, 4], width: 1.5 });
  const shift = [-6, -8] as const;
  pen.words(say("limit"), { x: limit, y: 0 }, { ink: "soft", align: "right", shift });
  if (answer.optimizer !== initial.optimizer) drawCurve(pen, answer.quiz, initial.optimizer, true);
  drawCurve(pen, answer.curve, answer.optimizer, false);
  const { ink, shape } = looks[answer.optimizer];
  pen.mark(placeOf(best), { ink: "good", shape: "star", radius: 9 });
  pen.mark(placeOf(here), { ink, shape, radius: 9 });
  const isLeft = here.rate < 0.1;
  pen.words(say(answer.optimizer), placeOf(here), {
    ink,
    isBold: true,
    align: isLeft ? "left" : "right",
    shift: [isLeft ? 12 : -12, 20],
  });
}

function drawCurve(
  pen: Pen,
  { rows }: RatesCurve,
  name: State["optimizer"],
  isFaint: boolean,
): void {
  const { ink, dash, shape } = looks[name];
  const alpha = isFaint ? 0.4 : 1;
  pen.line(rows.map(placeOf), { ink, dash, width: 2.5, alpha });
  for (const row of rows) pen.mark(placeOf(row), { ink, shape, radius: 3.5, alpha });
}

function values({ model, say, figures }: RatesScene): Record<string, string> {
  const { answer, here, best, quizBest, worse } = model;
  const cost = (row: Row) => (row.cost === null ? say("infinite") : figures.fixed(row.cost, 2));
  const short = (value: number) => figures.shortest(Number(value.toPrecision(3)));
  return {
    rate: short(here.rate),
    steps: figures.whole(steps),
    first: figures.fixed(answer.curve.first, 2),
    cost: cost(here),
    method: say(answer.optimizer),
    methodBest: short(best.rate),
    methodCost: cost(best),
    worse: worse === undefined ? say("none") : short(worse),
    best: short(quizBest.rate),
    bestCost: cost(quizBest),
    curvature: figures.fixed(answer.curvature, 2),
    limit: figures.fixed(2 / answer.curvature, 2),
  };
}

export const rates = defineSection({
  id: "rates",
  slides: "12–13",
  schema,
  initial,
  controls: ["optimizer", "rate"],
  drag: { x: "rate" },
  texts: ratesTexts,
  bet: {
    on: "x",
    truth: ({ quizBest }: RatesModel) => placeOf(quizBest),
    // The neighbours on the grid are about as good.
    isRight: (bet, truth) => Math.abs(Math.log2(bet.x / truth.x)) <= 1.2,
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "createOptimizer" },
    { file: "coordinator/learn/models/network/training/rates.ts", name: "answerRates" },
  ],
  formula: {
    tex: [
      String.raw`\eta^{*}=\underset{\eta\,=\,2^{-10},\,\ldots,\,2^{6}}{\mathrm{arg\,min}}\ C\bigl(w_{60}(\eta)\bigr)=\val{best}`,
      String.raw`\frac{2}{\lambda}=\frac{2}{\val{curvature}}=\val{limit}`,
    ],
    values: ({ answer: { curvature }, best }: RatesModel) => ({
      best: best.rate,
      curvature,
      limit: 2 / curvature,
    }),
  },
  asks: ({ optimizer }: State) => ({ kind: "rates", optimizer, quiz: initial.optimizer, steps }),
  compute,
  stops: ({ best, answer }: RatesModel) => ({
    rate: [
      { text: "limit", value: 2 / answer.curvature },
      { text: "best", value: best.rate },
    ],
  }),
  axes: ({ say }: RatesScene) => ({
    x: { from: rateMin, to: rateMax, scale: "log", label: say("rate") },
    y: { from: 0, to: costMax, label: say("cost") },
  }),
  draw,
  values,
  describe: (scene: RatesScene) =>
    scene.say(scene.model.worse === undefined ? "numbersNever" : "numbers", values(scene)),
  table: ({ model, figures, say }: RatesScene) => ({
    head: [say("rate"), `${say("cost")} (${say(model.answer.optimizer)})`],
    rows: model.answer.curve.rows.map(({ rate, cost }) => [
      figures.shortest(Number(rate.toPrecision(3))),
      cost === null ? say("infinite") : figures.fixed(cost, 3),
    ]),
  }),
});
