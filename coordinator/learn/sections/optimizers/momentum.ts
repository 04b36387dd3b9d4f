/**
 * @file Slides 15–17: momentum, in a ravine that is ten times as curved across as along. Both forms: with v an average
 * of the gradients, as on the slide, and with v their sum.
 */
import { looks } from "../../draw/markers.ts";
import { drawCourse, placeAt } from "../../draw/path.ts";
import type { Pen } from "../../draw/pen.ts";
import { axesOn, drawSurface } from "../../draw/surface.ts";
import { nearShare, stepsToShare } from "../../models/arrival.ts";
import { type Course, descend } from "../../models/descent.ts";
import {
  bestMomentum,
  bestPlain,
  descendRavine,
  momentumLimit,
  ravineFacts,
  type RavineFacts,
} from "../../models/ravine.ts";
import { bowl } from "../../models/surfaces.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import type { Point } from "../../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type MomentumKey, momentumTexts } from "../../texts/optimizers/momentum.ts";

const schema = {
  beta: numberField(0, 0.99),
  rate: numberField(0.02, 4, { scale: "log" }),
  form: choiceField("average", "sum"),
  x: numberField(-3, 3),
  y: numberField(-2, 2),
};
type State = StateOf<typeof schema>;

const curvatures = { along: 1, across: 10 };
const surface = bowl(curvatures.along, curvatures.across);
const plainRate = bestPlain(curvatures).rate;
const tuned = bestMomentum(curvatures);
const initial: State = { beta: 0.9, rate: plainRate, form: "average", x: -2.5, y: 1.2 };
/** Steps that are shown, and those in which they may arrive. */
const shownSteps = 75;
const countedSteps = 300;
const quizSteps = 6;
/** Steps down a constant slope, for "con cuidado". */
const slopeSteps = 10;

export interface MomentumModel {
  readonly state: State;
  readonly plain: Course;
  readonly momentum: Course;
  /** Where momentum is after the steps of the bet, whatever the state has become. */
  readonly quiz: Point;
  /** How far it goes down a slope of 1, in units of η. */
  readonly travel: { readonly average: number; readonly sum: number };
  /** In a ravine of κ = 100. */
  readonly steep: RavineFacts;
}

function compute(state: State, { kernel }: Inputs): MomentumModel {
  const descents = ({ rate, x, y, ...own }: State, steps: number) => {
    const run = (optimizer: Parameters<typeof descendRavine>[2]) =>
      descendRavine(kernel, curvatures, optimizer, [x, y], steps);
    return {
      plain: run({ name: "sgd", learningRate: rate }),
      momentum: run({ ...optimizerOf(own), learningRate: rate }),
    };
  };
  const travel = (form: State["form"]) => {
    const { points } = descend(kernel, {
      optimizer: { ...optimizerOf({ beta: 0.9, form }), learningRate: 1 },
      start: [0],
      steps: slopeSteps,
      gradient: (_, into) => into.fill(1),
    });
    return -(points[slopeSteps] ?? NaN);
  };
  return {
    state,
    ...descents(state, countedSteps),
    quiz: placeAt(descents(initial, quizSteps).momentum, quizSteps),
    travel: { average: travel("average"), sum: travel("sum") },
    steep: ravineFacts(kernel, 100),
  };
}

function optimizerOf({ beta, form }: Pick<State, "beta" | "form">) {
  return { name: "momentum", beta, dampening: form === "average" ? beta : 0 } as const;
}

function lastShown({ plain, momentum }: MomentumModel): number {
  return Math.min(Math.max(plain.steps, momentum.steps), shownSteps);
}

type MomentumScene = Scene<typeof schema, MomentumModel, MomentumKey>;

function draw(pen: Pen, scene: MomentumScene): void {
  const { model, step, isRevealed, say } = scene;
  pen.drawAxes();
  const { plain, momentum } = model;
  const most = isRevealed ? shownSteps : quizSteps;
  pen.inside(() => {
    drawCourse(pen, upTo(plain, most), isRevealed ? step : quizSteps, looks.sgd);
    if (!isRevealed) return;
    drawCourse(pen, upTo(momentum, most), step, looks.momentum);
    drawArrows(pen, scene);
  });
  const start = placeAt(plain, 0);
  pen.mark(start, { ink: "ink", radius: 4 });
  const label = (course: Course, key: "plain" | "momentum", down: number) => {
    const { ink } = looks[key === "plain" ? "sgd" : "momentum"];
    const at = placeAt(course, Math.min(isRevealed ? step : quizSteps, course.steps, most));
    if (isOnMap(at)) pen.words(say(key), at, { ink, isBold: true, shift: [10, down] });
  };
  label(plain, "plain", 22);
  if (isRevealed) label(momentum, "momentum", -12);
}

function upTo(course: Course, most: number): Course {
  return { ...course, steps: Math.min(course.steps, most) };
}

function isOnMap({ x, y }: Point): boolean {
  return x >= surface.x[0] && x <= surface.x[1] && y >= surface.y[0] && y <= surface.y[1];
}

/** Map units of the longest v of a course. */
const arrowLength = 1.3;

/** The next step as its two parts, tip to tail, and their sum: enlarged, all by the same factor. */
function drawArrows(pen: Pen, { model, step, say }: MomentumScene): void {
  const { momentum, state } = model;
  if (step >= momentum.steps) return;
  const at = placeAt(momentum, step);
  if (!isOnMap(at)) return;
  const before = vectorAt(momentum.first, step);
  const after = vectorAt(momentum.first, step + 1);
  const scale = -arrowLength / longest(momentum);
  const plus = (from: Point, { x, y }: Point, times: number): Point => ({
    x: from.x + scale * times * x,
    y: from.y + scale * times * y,
  });
  const middle = plus(at, before, state.beta);
  const tip = plus(at, after, 1);
  pen.arrow(at, middle, { ink: "busy", width: 2.5 });
  pen.arrow(middle, tip, { ink: "negative", width: 2.5, dash: [5, 3] });
  pen.arrow(at, tip, { ink: looks.momentum.ink, width: 3 });
  if (Math.hypot(tip.x - at.x, tip.y - at.y) < arrowLength / 4) return;
  pen.words(say("inertia"), middle, { ink: "busy", isSmall: true, shift: [6, -6] });
  pen.words(say("velocity"), tip, { ink: looks.momentum.ink, isBold: true, shift: [6, 14] });
}

function vectorAt(rows: Float32Array, step: number): Point {
  return { x: rows[2 * step] ?? NaN, y: rows[2 * step + 1] ?? NaN };
}

function longest({ first, steps }: Course): number {
  let most = Number.MIN_VALUE;
  for (let step = 0; step <= Math.min(steps, shownSteps); step++) {
    const { x, y } = vectorAt(first, step);
    most = Math.max(most, Math.hypot(x, y));
  }
  return most;
}

function values({ model, figures, say }: MomentumScene): Record<string, string> {
  const { state, plain, momentum, travel, steep } = model;
  const told = (course: Course) => {
    if (course.divergedAt !== undefined) return say("diverges");
    const steps = stepsToShare(course, nearShare);
    if (steps !== undefined) return say("arrives", { steps: figures.whole(steps) });
    const [from, to] = [placeAt(course, 0), placeAt(course, course.steps)];
    const isFarther = Math.hypot(to.x, to.y) > 10 * Math.hypot(from.x, from.y);
    return isFarther ? say("diverges") : say("arrivesNot", { steps: figures.whole(course.steps) });
  };
  return {
    rate: figures.fixed(state.rate, 2),
    beta: figures.shortest(state.beta),
    plainSteps: told(plain),
    momentumSteps: told(momentum),
    plainLimit: figures.fixed(limits(state).plain, 2),
    momentumLimit: figures.fixed(limits(state).momentum, 2),
    averageTravel: figures.fixed(travel.average, 2),
    sumTravel: figures.fixed(travel.sum, 1),
    tuned: figures.whole(steep.tunedMomentum),
    plain: figures.whole(steep.plain),
    steps: figures.whole(countedSteps),
  };
}

function gainOf({ beta, form }: State): number {
  return form === "average" ? 1 - beta : 1;
}

function limits(state: State): { readonly plain: number; readonly momentum: number } {
  const { across } = curvatures;
  return { plain: 2 / across, momentum: momentumLimit(state.beta, gainOf(state), across) };
}

export const momentum = defineSection({
  id: "momentum",
  slides: "15–17",
  schema,
  initial,
  controls: ["beta", "rate", "form"],
  drag: { x: "x", y: "y" },
  texts: momentumTexts,
  bet: {
    on: "point",
    truth: ({ quiz }: MomentumModel) => quiz,
    isRight: (bet, truth) => Math.hypot(bet.x - truth.x, bet.y - truth.y) <= 0.6,
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "momentum" },
    { file: "shared/kernels/plain/optimizers.ts", name: "momentum" },
  ],
  formula: {
    tex: [
      String.raw`v_t=\beta v_{t-1}+c\,g_t`,
      String.raw`v_t=\val{beta}\cdot(\val{before})+\val{gain}\cdot(\val{g})=\val{v}`,
      String.raw`w_{t+1}=w_t-\eta v_t`,
      String.raw`w_{t+1}=\val{w}-\val{rate}\cdot(\val{v})=\val{next}`,
      String.raw`\eta<\frac{2(1+\beta)}{c\,\lambda}=\val{limit}`,
    ],
    values({ state, momentum: course }: MomentumModel, step: number) {
      // At the end of a course, the numbers are those of its last step.
      const at = Math.max(0, Math.min(step, course.steps - 1));
      return {
        beta: state.beta,
        gain: gainOf(state),
        rate: state.rate,
        before: vectorAt(course.first, at).y,
        g: vectorAt(course.gradients, at).y,
        v: vectorAt(course.first, at + 1).y,
        w: placeAt(course, at).y,
        next: placeAt(course, at + 1).y,
        limit: limits(state).momentum,
      };
    },
  },
  compute,
  lastStep: lastShown,
  stops: ({ state }: MomentumModel) => ({
    beta: [
      { text: "none", value: 0 },
      { text: "tunedBeta", value: tuned.beta },
      { text: "usual", value: 0.9 },
    ],
    rate: [
      { text: "bestPlain", value: plainRate },
      { text: "bestMomentum", value: state.form === "sum" ? tuned.sumRate : tuned.rate },
    ],
  }),
  axes: () => axesOn(surface),
  drawMap: (pen: Pen) => drawSurface(pen, surface),
  draw,
  values,
  describe: (scene: MomentumScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: MomentumScene) => ({
    head: [say("step"), `${say("plain")} w₁`, "w₂", `${say("momentum")} w₁`, "w₂"],
    rows: Array.from({ length: lastShown(model) + 1 }, (_, step) => {
      const [one, other] = [placeAt(model.plain, step), placeAt(model.momentum, step)];
      return [
        figures.whole(step),
        ...[one.x, one.y, other.x, other.y].map((value) => figures.gradient(value)),
      ];
    }),
  }),
});
