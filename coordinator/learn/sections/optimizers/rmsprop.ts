/**
 * @file Slides 22–25: RMSprop divides each weight's gradient by the root of its own mean square. In a ravine plain descent
 * zigzags; RMSprop goes diagonally, whatever the size of the gradients.
 */
import type { Kernel } from "../../../../shared/kernels/kernel.ts";
import { looks } from "../../draw/markers.ts";
import { drawCourse, placeAt } from "../../draw/path.ts";
import type { Pen } from "../../draw/pen.ts";
import { axesOn, drawSurface } from "../../draw/surface.ts";
import { type Course, descend } from "../../models/descent.ts";
import { bowl, type Surface } from "../../models/surfaces.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import type { Point } from "../../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type RmspropKey, rmspropTexts } from "../../texts/optimizers/rmsprop.ts";

const schema = {
  stretch: numberField(1, 1000, { scale: "log" }),
  rate: numberField(0.01, 0.5, { scale: "log" }),
  /** Of the cost: it changes all gradients, and no place of the minimum. */
  scale: choiceField("once", "thousand"),
  x: numberField(-3, 3),
  y: numberField(-2, 2),
};
type State = StateOf<typeof schema>;

/** Curvature across the ravine. */
const across = 15;
const [beta, epsilon] = [0.9, 1e-8];
const initial: State = { stretch: 100, rate: 0.1, scale: "once", x: -2.5, y: 1.4 };
const shownSteps = 30;
const countedSteps = 300;
const quizSteps = 5;
const scales = { once: 1, thousand: 1000 } as const;

export interface RmspropModel {
  readonly state: State;
  readonly plain: Course;
  readonly rmsprop: Course;
  /** Where RMSprop is after the steps of the bet, whatever the state has become. */
  readonly quiz: Point;
  /** How far it stays from the minimum at the end, across the ravine. */
  readonly hop: number;
  /** v after gradients of 1 that are all alike, and that alternate: the same. */
  readonly squares: { readonly steady: number; readonly alternating: number };
}

function surfaceOf({ stretch }: Pick<State, "stretch">): Surface {
  return bowl(across / stretch, across);
}

function compute(state: State, { kernel }: Inputs): RmspropModel {
  const run = (from: State, name: "sgd" | "rmsprop", steps: number) => {
    const surface = surfaceOf(from);
    const scale = scales[from.scale];
    return descend(kernel, {
      optimizer:
        name === "sgd"
          ? { name, learningRate: from.rate }
          : { name, learningRate: from.rate, beta, epsilon },
      start: [from.x, from.y],
      steps,
      gradient([x = 0, y = 0], into) {
        surface.gradient(x, y, into);
        for (let i = 0; i < 2; i++) into[i] = scale * (into[i] ?? 0);
      },
    });
  };
  const rmsprop = run(state, "rmsprop", countedSteps);
  const [last, before] = [countedSteps, countedSteps - 1].map((step) => placeAt(rmsprop, step).y);
  return {
    state,
    plain: run(state, "sgd", shownSteps),
    rmsprop,
    quiz: placeAt(run(initial, "rmsprop", quizSteps), quizSteps),
    hop: Math.abs((last ?? NaN) - (before ?? NaN)) / 2,
    squares: { steady: squareOf(kernel, 1), alternating: squareOf(kernel, -1) },
  };
}

/** v after gradients of 1, each the last one times `factor`. */
function squareOf(kernel: Kernel, factor: 1 | -1): number {
  let gradient: number = factor;
  const { first } = descend(kernel, {
    optimizer: { name: "rmsprop", learningRate: 0.1, beta, epsilon },
    start: [0],
    steps: shownSteps,
    gradient: (_, into) => into.fill((gradient *= factor)),
  });
  return first[shownSteps] ?? NaN;
}

type RmspropScene = Scene<typeof schema, RmspropModel, RmspropKey>;

function draw(pen: Pen, { model, step, isRevealed, say }: RmspropScene): void {
  pen.drawAxes();
  const { plain, rmsprop } = model;
  const most = isRevealed ? shownSteps : quizSteps;
  const upTo = (course: Course) => ({ ...course, steps: Math.min(course.steps, most) });
  const at = isRevealed ? step : quizSteps;
  pen.inside(() => {
    drawCourse(pen, upTo(plain), at, looks.sgd);
    if (isRevealed) drawCourse(pen, upTo(rmsprop), at, looks.rmsprop);
  });
  const label = (course: Course, key: "plain" | "rmsprop", down: number) => {
    const place = placeAt(course, Math.min(at, most));
    if (Math.abs(place.x) > 3 || Math.abs(place.y) > 2) return;
    const { ink } = looks[key === "plain" ? "sgd" : "rmsprop"];
    pen.words(say(key), place, { ink, isBold: true, shift: [10, down] });
  };
  pen.mark(placeAt(plain, 0), { ink: "ink", radius: 4 });
  label(plain, "plain", 24);
  if (isRevealed) label(rmsprop, "rmsprop", -12);
}

/** What one weight does in a step: its gradient, its rate η/(ε + √v), and how far it goes. */
function movesAt({ state, rmsprop: course }: RmspropModel, step: number) {
  const at = Math.max(0, Math.min(step, shownSteps - 1));
  const move = (i: 0 | 1) => {
    const v = course.first[2 * (at + 1) + i] ?? NaN;
    const [from = NaN, to = NaN] = [course.points[2 * at + i], course.points[2 * (at + 1) + i]];
    return {
      gradient: course.gradients[2 * at + i] ?? NaN,
      before: course.first[2 * at + i] ?? NaN,
      v,
      rate: state.rate / (epsilon + Math.sqrt(v)),
      from,
      to,
      step: to - from,
    };
  };
  return { at, along: move(0), across: move(1) };
}

function values({ model, step, figures }: RmspropScene): Record<string, string> {
  const { state, hop, squares } = model;
  const { at, ...moves } = movesAt(model, step);
  const signed = (value: number) =>
    figures.shortest(Number(value.toPrecision(2))).replace("-", "−");
  const ratio = (initial.stretch * Math.abs(initial.y)) / Math.abs(initial.x);
  return {
    t: figures.whole(at + 1),
    gAlong: signed(moves.along.gradient),
    rateAlong: signed(moves.along.rate),
    stepAlong: signed(moves.along.step),
    gAcross: signed(moves.across.gradient),
    rateAcross: signed(moves.across.rate),
    stepAcross: signed(moves.across.step),
    ratio: figures.whole(ratio),
    first: figures.shortest(Number((state.rate / Math.sqrt(1 - beta)).toPrecision(3))),
    firstShare: figures.fixed(1 / Math.sqrt(1 - beta), 2),
    steady: figures.fixed(squares.steady, 3),
    alternating: figures.fixed(squares.alternating, 3),
    hop: figures.shortest(Number(hop.toPrecision(2))),
  };
}

export const rmsprop = defineSection({
  id: "rmsprop",
  slides: "22–25",
  schema,
  initial,
  controls: ["stretch", "rate", "scale"],
  drag: { x: "x", y: "y" },
  texts: rmspropTexts,
  bet: {
    on: "point",
    truth: ({ quiz }: RmspropModel) => quiz,
    isRight: (bet, truth) => Math.hypot(bet.x - truth.x, bet.y - truth.y) <= 0.45,
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "rmsprop" },
    { file: "shared/kernels/plain/optimizers.ts", name: "rmsprop" },
  ],
  formula: {
    tex: [
      String.raw`v_t=\beta v_{t-1}+(1-\beta)g_t^2`,
      String.raw`v_t=\val{beta}\cdot\val{before}+\val{gain}\cdot(\val{g})^2=\val{v}`,
      String.raw`w_{t+1}=w_t-\frac{\eta}{\epsilon+\sqrt{v_t}}\,g_t`,
      String.raw`\val{w}-\frac{\val{rate}}{\epsilon+\sqrt{\val{v}}}\cdot(\val{g})=\val{next}`,
      String.raw`\frac{\eta}{\sqrt{1-\beta}}=\val{first}`,
    ],
    values(model: RmspropModel, step: number) {
      const { along } = movesAt(model, step);
      return {
        beta,
        gain: 1 - beta,
        before: along.before,
        g: along.gradient,
        v: along.v,
        w: along.from,
        rate: model.state.rate,
        next: along.to,
        first: model.state.rate / Math.sqrt(1 - beta),
      };
    },
  },
  compute,
  lastStep: () => shownSteps,
  stops: () => ({
    stretch: [
      { text: "round", value: 1 },
      { text: "ten", value: 10 },
      { text: "hundred", value: 100 },
    ],
    rate: [
      { text: "tenth", value: 0.1 },
      { text: "limit", value: 2 / across },
    ],
  }),
  axes: ({ state }: RmspropScene) => axesOn(surfaceOf(state)),
  drawMap: (pen: Pen, { state }: RmspropScene) => drawSurface(pen, surfaceOf(state)),
  mapKey: ({ state }: RmspropModel) => state.stretch,
  draw,
  values,
  describe: (scene: RmspropScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: RmspropScene) => ({
    head: [say("step"), `${say("plain")} w₁`, "w₂", `${say("rmsprop")} w₁`, "w₂"],
    rows: Array.from({ length: shownSteps + 1 }, (_, step) => {
      const [one, other] = [placeAt(model.plain, step), placeAt(model.rmsprop, step)];
      return [
        figures.whole(step),
        ...[one.x, one.y, other.x, other.y].map((value) => figures.gradient(value)),
      ];
    }),
  }),
});
