/**
 * @file Slides 12–13: a learning rate that is too low crawls, one that is too high jumps. A valley of two curvatures,
 * in which each step multiplies the distance to the minimum by 1 − ηλ, in either direction by its own.
 */
import { looks } from "../../draw/markers.ts";
import { drawCourse, placeAt } from "../../draw/path.ts";
import type { Pen } from "../../draw/pen.ts";
import { axesOn, drawSurface } from "../../draw/surface.ts";
import { stepsToShare } from "../../models/arrival.ts";
import { type Course, descend } from "../../models/descent.ts";
import { bowl, gradientOn, type Surface } from "../../models/surfaces.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { numberField, type StateOf } from "../../state/schema.ts";
import { type LearningRateKey, learningRateTexts } from "../../texts/optimizers/learning-rate.ts";

const schema = {
  rate: numberField(0.01, 2.5, { scale: "log" }),
  /** λ across the valley; along it, λ is `along`. */
  curvature: numberField(1, 10),
  x: numberField(-3, 3),
  y: numberField(-2, 2),
};
type State = StateOf<typeof schema>;

const along = 1;
/** 1.8/λ: between 1/λ and 2/λ, where it jumps and still arrives. */
const initial: State = { rate: 0.36, curvature: 5, x: -2.5, y: 1.4 };
/** Steps that are shown, and those in which it may arrive. */
const shownSteps = 40;
const countedSteps = 300;
const arrived = 0.01;

export interface LearningRateModel {
  readonly state: State;
  readonly course: Course;
  /** 1 − ηλ in either direction. */
  readonly factors: { readonly along: number; readonly across: number };
  /** Steps until 1 % of the distance is left. */
  readonly arrival: number | undefined;
  /** The step at which it leaves the map, if it goes away for ever. */
  readonly left: number | undefined;
  /** The first steps of the bet, whatever the state has become. */
  readonly quiz: Course;
}

function compute(state: State, { kernel }: Inputs): LearningRateModel {
  const descent = (from: State, steps: number) =>
    descend(kernel, {
      optimizer: { name: "sgd", learningRate: from.rate },
      start: [from.x, from.y],
      steps,
      gradient: gradientOn(surfaceOf(from)),
    });
  const course = descent(state, countedSteps);
  const factors = {
    along: 1 - state.rate * along,
    across: 1 - state.rate * state.curvature,
  };
  const grows = Math.abs(factors.along) > 1 || Math.abs(factors.across) > 1;
  return {
    state,
    course,
    factors,
    arrival: stepsToShare(course, arrived),
    left: grows ? leavesAt(course, surfaceOf(state)) : undefined,
    quiz: descent(initial, 2),
  };
}

function surfaceOf({ curvature }: State): Surface {
  return bowl(along, curvature);
}

function leavesAt(course: Course, { x: xs, y: ys }: Surface): number | undefined {
  for (let step = 0; step <= course.steps; step++) {
    const { x, y } = placeAt(course, step);
    if (x < xs[0] || x > xs[1] || y < ys[0] || y > ys[1]) return step;
  }
  return undefined;
}

function lastShown({ course }: LearningRateModel): number {
  return Math.min(course.steps, shownSteps);
}

type LearningRateScene = Scene<typeof schema, LearningRateModel, LearningRateKey>;

function draw(pen: Pen, { model, step, isRevealed, say }: LearningRateScene): void {
  pen.drawAxes();
  const { course } = model;
  const shown = { ...course, steps: isRevealed ? lastShown(model) : 1 };
  pen.inside(() => drawCourse(pen, shown, isRevealed ? step : 1, looks.sgd));
  if (!isRevealed)
    pen.arrow(placeAt(course, 0), placeAt(course, 1), { ink: looks.sgd.ink, width: 3 });
  pen.words(say("start"), placeAt(course, 0), { align: "center", isBold: true, shift: [0, -12] });
}

function values({ model, figures }: LearningRateScene): Record<string, string> {
  const { state, course, factors, arrival, left, quiz } = model;
  const signed = (value: number) => figures.fixed(value, 2).replace("-", "−");
  const remaining = distanceAt(course, course.steps) / distanceAt(course, 0);
  return {
    rate: figures.shortest(state.rate),
    along: signed(factors.along),
    across: signed(factors.across),
    arrival: figures.whole(arrival ?? 0),
    left: figures.whole(left ?? 0),
    steps: figures.whole(course.steps),
    remaining: figures.percent(Number.isFinite(remaining) ? remaining : null, 0),
    one: figures.fixed(1 / state.curvature, 2),
    two: figures.fixed(2 / state.curvature, 2),
    quizFactor: signed(placeAt(quiz, 1).y / placeAt(quiz, 0).y),
  };
}

function distanceAt(course: Course, step: number): number {
  const { x, y } = placeAt(course, step);
  return Math.hypot(x, y);
}

function describe(scene: LearningRateScene): string {
  const { arrival, left } = scene.model;
  const key =
    left !== undefined
      ? "numbersLeaves"
      : arrival !== undefined
        ? "numbersArrives"
        : "numbersNeither";
  return scene.say(key, values(scene));
}

export const learningRate = defineSection({
  id: "learning-rate",
  slides: "12–13",
  schema,
  initial,
  controls: ["rate", "curvature"],
  drag: { x: "x", y: "y" },
  texts: learningRateTexts,
  bet: {
    on: "point",
    truth: ({ quiz }: LearningRateModel) => placeAt(quiz, 2),
    isRight: (bet, truth) => Math.hypot(bet.x - truth.x, bet.y - truth.y) <= 0.45,
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "sgd" },
    { file: "shared/kernels/plain/optimizers.ts", name: "sgd" },
  ],
  formula: {
    tex: [
      String.raw`w_{t+1}-w^{*}=(1-\eta\lambda)\,(w_t-w^{*})`,
      String.raw`1-\eta\lambda=1-\val{rate}\cdot\val{curvature}=\val{factor}`,
      String.raw`|1-\eta\lambda|<1\iff\eta<\frac{2}{\lambda}=\val{limit}`,
    ],
    values: ({ state, factors }: LearningRateModel) => ({
      rate: state.rate,
      curvature: state.curvature,
      factor: factors.across,
      limit: 2 / state.curvature,
    }),
  },
  compute,
  lastStep: lastShown,
  stops: ({ state: { curvature } }: LearningRateModel) => ({
    rate: [
      { text: "low", value: 0.1 / curvature },
      { text: "one", value: 1 / curvature },
      { text: "best", value: 2 / (along + curvature) },
      { text: "two", value: 2 / curvature },
    ],
  }),
  axes: ({ model }: LearningRateScene) => axesOn(surfaceOf(model.state)),
  drawMap: (pen: Pen, { model }: LearningRateScene) => drawSurface(pen, surfaceOf(model.state)),
  mapKey: ({ state }: LearningRateModel) => state.curvature,
  draw,
  values,
  describe,
  table: ({ model, figures, say }: LearningRateScene) => ({
    head: [say("step"), "w₁", "w₂", say("cost")],
    rows: Array.from({ length: lastShown(model) + 1 }, (_, step) => {
      const { x, y } = placeAt(model.course, step);
      return [
        figures.whole(step),
        figures.gradient(x),
        figures.gradient(y),
        figures.short(surfaceOf(model.state).value(x, y)),
      ];
    }),
  }),
});
