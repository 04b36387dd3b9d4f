/**
 * @file Slide 3: a cost says how wrong a prediction is, and its minimum is the goal. One prediction for nine numbers, of
 * which one is far away: the mean square and the mean distance disagree about the best.
 */
import { Random } from "../../../shared/random.ts";
import type { Pen } from "../draw/pen.ts";
import { descend } from "../models/descent.ts";
import { meanLosses, type MeanLoss } from "../models/losses.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import { choiceField, numberField, type StateOf } from "../state/schema.ts";
import { type CostKey, costTexts } from "../texts/cost.ts";

const schema = {
  outlier: numberField(0, 10),
  prediction: numberField(0, 10),
  loss: choiceField("mse", "mae"),
};
type State = StateOf<typeof schema>;

/** The numbers beside the outlier: an even count, so that the median is one of the nine. */
const usualCount = 8;
const steps = 60;
/** A step that both costs can take: MSE's slope is 2 per unit. */
const learningRate = 0.15;
/** Predictions at which the curves are computed. */
const gridCount = 161;
const grid = Array.from({ length: gridCount }, (_, i) => (10 * i) / (gridCount - 1));
const costMax = 16;

type Losses<Value> = Readonly<Record<"mse" | "mae", Value>>;

export interface CostModel {
  /** The eight usual numbers and, last, the outlier. */
  readonly targets: readonly number[];
  /** The costs of `grid`, and of the prediction of the state. */
  readonly curves: Losses<readonly MeanLoss[]>;
  readonly here: Losses<MeanLoss>;
  /** Where each is lowest: the mean, and the median. */
  readonly best: Losses<number>;
  /** Predictions of a descent from the state's, by the cost of the state, and their costs. */
  readonly course: readonly number[];
  readonly courseCosts: readonly MeanLoss[];
}

function compute({ outlier, prediction, loss }: State, { kernel, seed }: Inputs): CostModel {
  const random = new Random(seed, 3);
  const usual = Array.from({ length: usualCount }, () =>
    Number((2.5 + 0.9 * random.normal()).toFixed(1)),
  );
  const targets = [...usual, outlier];
  const course = descend(kernel, {
    optimizer: { name: "sgd", learningRate },
    start: [prediction],
    steps,
    gradient: ([point = 0], gradient) => {
      gradient[0] = meanLosses(kernel, loss, [point], targets)[0]?.slope ?? 0;
    },
  });
  const predictions = Array.from(course.points);
  return {
    targets,
    curves: both((name) => meanLosses(kernel, name, grid, targets)),
    here: both((name) => meanLosses(kernel, name, [prediction], targets)[0] ?? noLoss),
    best: { mse: meanOf(targets), mae: medianOf(targets) },
    course: predictions,
    courseCosts: meanLosses(kernel, loss, predictions, targets),
  };
}

function both<Value>(of: (name: "mse" | "mae") => Value): Losses<Value> {
  return { mse: of("mse"), mae: of("mae") };
}

const noLoss: MeanLoss = { cost: 0, slope: 0 };

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** The one in the middle of an odd number of values. */
function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[(numbers.length - 1) / 2] ?? 0;
}

type CostScene = Scene<typeof schema, CostModel, CostKey>;

const looks = {
  mse: { ink: "series-1", dash: [] },
  mae: { ink: "series-2", dash: [8, 4] },
} as const;

function draw(pen: Pen, scene: CostScene): void {
  const { model, state, isRevealed, say } = scene;
  pen.drawAxes();
  if (isRevealed) drawCosts(pen, scene);
  for (const [i, target] of model.targets.entries()) {
    const isOutlier = i === usualCount;
    const shape = isOutlier ? "diamond" : "circle";
    pen.mark(
      { x: target, y: 0 },
      { ink: isOutlier ? "bad" : "ink", shape, radius: isOutlier ? 7 : 5 },
    );
  }
  pen.words(
    say("outlier"),
    { x: state.outlier, y: 0 },
    { ink: "bad", align: "center", shift: [0, -14] },
  );
}

function drawCosts(pen: Pen, { model, state, step, say }: CostScene): void {
  for (const name of ["mse", "mae"] as const) {
    const { ink, dash } = looks[name];
    pen.line(
      grid.map((x, i) => ({ x, y: model.curves[name][i]?.cost ?? NaN })),
      {
        ink,
        dash,
        width: name === state.loss ? 3.5 : 2,
        alpha: name === state.loss ? 1 : 0.6,
      },
    );
    const best = model.best[name];
    pen.line(
      [
        { x: best, y: 0 },
        { x: best, y: costAt(model, name, best) },
      ],
      { ink, dash: [2, 4], width: 1.5 },
    );
    pen.mark({ x: best, y: costAt(model, name, best) }, { ink, shape: "star", radius: 8 });
    // Where the curves are wide apart, and MSE is still in the picture.
    const x = name === "mse" ? 0.1 : 9.4;
    pen.words(
      say(name),
      { x, y: Math.min(costAt(model, name, x), costMax * 0.94) },
      {
        ink,
        isBold: true,
        align: name === "mse" ? "left" : "right",
        shift: [name === "mse" ? 12 : 0, -10],
      },
    );
  }
  const x = model.course[step] ?? state.prediction;
  const { cost, slope } = model.courseCosts[step] ?? noLoss;
  const reach = 1.2;
  pen.line(
    [
      { x: x - reach, y: cost - reach * slope },
      { x: x + reach, y: cost + reach * slope },
    ],
    { ink: "ink", width: 1.5 },
  );
  for (let k = 0; k < step; k++) {
    pen.mark(
      { x: model.course[k] ?? NaN, y: model.courseCosts[k]?.cost ?? NaN },
      { ink: looks[state.loss].ink, radius: 3, alpha: 0.5 },
    );
  }
  pen.mark({ x, y: cost }, { ink: looks[state.loss].ink, radius: 8 });
}

/** The cost between two points of the grid. */
function costAt({ curves }: CostModel, name: "mse" | "mae", x: number): number {
  const position = (x / 10) * (gridCount - 1);
  const i = Math.min(Math.floor(position), gridCount - 2);
  const [low, high] = [curves[name][i]?.cost ?? 0, curves[name][i + 1]?.cost ?? 0];
  return low + (position - i) * (high - low);
}

function values({ model, state, step, figures }: CostScene): Record<string, string> {
  const two = (value: number) => figures.fixed(value, 2);
  const { mse, mae } = model.best;
  return {
    prediction: two(state.prediction),
    outlier: two(state.outlier),
    mse: two(model.here.mse.cost),
    mae: two(model.here.mae.cost),
    mseSlope: two(model.here.mse.slope),
    maeSlope: two(model.here.mae.slope),
    mean: two(mse),
    median: two(mae),
    apart: two(Math.abs(mse - mae)),
    step: figures.whole(step),
    reached: two(model.course[step] ?? 0),
  };
}

export const cost = defineSection({
  id: "cost",
  slides: "3",
  schema,
  initial: { outlier: 9, prediction: 6.5, loss: "mse" },
  controls: ["outlier", "loss"],
  drag: { x: "prediction" },
  rests: "start",
  texts: costTexts,
  bet: {
    on: "x",
    truth: ({ best }: CostModel) => ({ x: best.mse, y: 0 }),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= 0.35,
  },
  code: [
    { file: "shared/kernels/plain/losses.ts", name: "meanSquaredError" },
    { file: "shared/kernels/plain/losses.ts", name: "meanAbsoluteError" },
  ],
  formula: {
    tex: [
      String.raw`\mathrm{MSE}=\frac{1}{n}\sum_{i}(\hat y-y_i)^2=\val{mse}`,
      String.raw`\mathrm{MAE}=\frac{1}{n}\sum_{i}|\hat y-y_i|=\val{mae}`,
    ],
    values: ({ here }: CostModel) => ({ mse: here.mse.cost, mae: here.mae.cost }),
  },
  compute,
  lastStep: ({ course }) => course.length - 1,
  axes: ({ say }: CostScene) => ({
    x: { from: 0, to: 10, label: say("prediction") },
    y: { from: 0, to: costMax, label: say("cost") },
  }),
  draw,
  values,
  describe: (scene: CostScene) =>
    scene.say(scene.step === 0 ? "numbers" : "numbersRolling", values(scene)),
  table: ({ model, figures, say }: CostScene) => ({
    head: [say("prediction"), say("mse"), say("mae")],
    rows: grid.flatMap((x, i) => {
      if (i % 16 !== 0) return [];
      const cells = [x, model.curves.mse[i]?.cost ?? 0, model.curves.mae[i]?.cost ?? 0];
      return [cells.map((value) => figures.fixed(value, 2))];
    }),
  }),
});
