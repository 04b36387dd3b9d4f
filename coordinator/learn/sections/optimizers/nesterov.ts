/**
 * @file Slides 19–21: Nesterov takes the gradient where momentum alone would carry it. Two balls roll down the same curve
 * with the same settings; where the slopes here and ahead have different signs, only one of them brakes.
 */
import { looks } from "../../draw/markers.ts";
import type { Pen } from "../../draw/pen.ts";
import { type Course, descend } from "../../models/descent.ts";
import { ravineFacts, type RavineFacts } from "../../models/ravine.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { numberField, type StateOf } from "../../state/schema.ts";
import { type NesterovKey, nesterovTexts } from "../../texts/optimizers/nesterov.ts";

const schema = {
  beta: numberField(0, 0.99),
  rate: numberField(0.1, 10, { scale: "log" }),
  start: numberField(-1.2, 1.2),
};
type State = StateOf<typeof schema>;

const initial: State = { beta: 0.9, rate: 1, start: -1 };
const curvature = 1;
const steps = 30;

export interface NesterovModel {
  readonly state: State;
  readonly momentum: Course;
  readonly nesterov: Course;
  /** How far each gets beyond the minimum, seen from its start. */
  readonly beyond: { readonly momentum: number; readonly nesterov: number };
  /** Where each turns back in the bet, whatever the state has become. */
  readonly quiz: { readonly momentum: number; readonly nesterov: number };
  /** In a ravine of κ = 100. */
  readonly steep: RavineFacts;
}

function compute(state: State, { kernel }: Inputs): NesterovModel {
  const run = ({ beta, rate, start }: State, name: "momentum" | "nag") =>
    descend(kernel, {
      optimizer:
        name === "nag"
          ? { name, learningRate: rate, beta }
          : { name, learningRate: rate, beta, dampening: beta },
      start: [start],
      steps,
      gradient: ([w = 0], into) => into.fill(slopeAt(w)),
    });
  const both = (from: State) => ({
    momentum: farthest(run(from, "momentum")),
    nesterov: farthest(run(from, "nag")),
  });
  return {
    state,
    momentum: run(state, "momentum"),
    nesterov: run(state, "nag"),
    beyond: both(state),
    quiz: both(initial),
    steep: ravineFacts(kernel, 100),
  };
}

function costAt(w: number): number {
  return (curvature * w * w) / 2;
}

function slopeAt(w: number): number {
  return curvature * w;
}

/** How far a course gets on the other side of 0 than it starts on; 0 if it never gets there. */
function farthest({ points }: Course): number {
  const side = Math.sign(points[0] ?? 0);
  return points.reduce((most, w) => Math.max(most, -side * w), 0);
}

type NesterovScene = Scene<typeof schema, NesterovModel, NesterovKey>;

/** Below the curve, a lane for each ball's way. */
const laneAt = { momentum: -0.13, nesterov: -0.27 } as const;
const lookOf = { momentum: looks.momentum, nesterov: looks.nag } as const;

function draw(pen: Pen, scene: NesterovScene): void {
  const { model, step, isRevealed, say } = scene;
  pen.drawAxes();
  pen.curve(costAt, { ink: "edge", width: 3 });
  pen.mark({ x: 0, y: 0 }, { ink: "good", shape: "star", radius: 8 });
  const names = isRevealed ? (["momentum", "nesterov"] as const) : (["momentum"] as const);
  for (const name of names) {
    const { ink, shape, dash } = lookOf[name];
    const y = laneAt[name];
    const last = isRevealed ? step : steps;
    const way = Array.from(model[name].points.subarray(0, last + 1), (x) => ({ x, y }));
    pen.inside(() => {
      pen.line(way, { ink, dash, width: 2 });
      for (const place of way) pen.mark(place, { ink, shape, radius: 3 });
    });
    pen.words(say(name), { x: -1.3, y }, { ink, isBold: true, shift: [4, 4] });
  }
  if (isRevealed) return drawBalls(pen, scene);
  const { ink } = looks.momentum;
  const turn = -Math.sign(model.state.start) * model.quiz.momentum;
  pen.mark({ x: model.state.start, y: costAt(model.state.start) }, { ink: "ink", radius: 9 });
  pen.mark({ x: turn, y: costAt(turn) }, { ink, shape: "square", radius: 7 });
  pen.words(say("turns"), { x: turn, y: costAt(turn) }, { ink, align: "right", shift: [-12, -8] });
}

function drawBalls(pen: Pen, { model, step, say }: NesterovScene): void {
  for (const name of ["momentum", "nesterov"] as const) {
    const { ink, shape } = lookOf[name];
    const w = pointAt(model[name], step);
    pen.inside(() => {
      pen.mark({ x: w, y: costAt(w) }, { ink, shape, radius: 10 });
    });
  }
  if (step >= model.nesterov.steps) return;
  const [here, ahead] = [pointAt(model.nesterov, step), model.nesterov.takenAt[step] ?? NaN];
  const { ink, shape } = looks.nag;
  pen.inside(() => {
    drawTangent(pen, here, { ink: "ink", dash: [] });
    drawTangent(pen, ahead, { ink, dash: [5, 4] });
    pen.mark({ x: ahead, y: costAt(ahead) }, { ink, shape, radius: 10, isHollow: true });
  });
  pen.words(
    say("lookAhead"),
    { x: ahead, y: costAt(ahead) },
    { ink, align: "center", isBold: true, shift: [0, -18] },
  );
}

function drawTangent(
  pen: Pen,
  w: number,
  style: { ink: "ink" | "series-3"; dash: number[] },
): void {
  const [reach, slope, cost] = [0.28, slopeAt(w), costAt(w)];
  pen.line(
    [-reach, reach].map((dx) => ({ x: w + dx, y: cost + dx * slope })),
    { ...style, width: 2 },
  );
}

function pointAt({ points, steps: taken }: Course, step: number): number {
  return points[Math.min(step, taken)] ?? NaN;
}

function values({ model, step, say, figures }: NesterovScene): Record<string, string> {
  const { nesterov, beyond, quiz, steep } = model;
  const at = Math.max(0, Math.min(step, nesterov.steps - 1));
  const here = slopeAt(pointAt(nesterov, at));
  const ahead = nesterov.gradients[at] ?? NaN;
  const two = (value: number) => figures.fixed(value, 2);
  const signed = (value: number) => (value > 0 ? "+" : "") + two(value).replace("-", "−");
  const agree = here === ahead ? "level" : Math.sign(here) === Math.sign(ahead) ? "same" : "differ";
  return {
    t: figures.whole(at),
    here: signed(here),
    ahead: signed(ahead),
    agree: say(agree),
    momentumOver: two(beyond.momentum),
    nesterovOver: two(beyond.nesterov),
    quizTurn: two(quiz.nesterov),
    tunedMomentum: figures.whole(steep.tunedMomentum),
    tunedNesterov: figures.whole(steep.tunedNesterov),
  };
}

export const nesterov = defineSection({
  id: "nesterov",
  slides: "19–21",
  schema,
  initial,
  controls: ["beta", "rate"],
  drag: { x: "start" },
  texts: nesterovTexts,
  bet: {
    on: "x",
    truth: ({ quiz }: NesterovModel) => ({ x: quiz.nesterov, y: costAt(quiz.nesterov) }),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= 0.1,
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "nag" },
    { file: "shared/kernels/plain/optimizers.ts", name: "lookAhead" },
    { file: "shared/kernels/plain/optimizers.ts", name: "nag" },
  ],
  formula: {
    tex: [
      String.raw`p_t=w_t-\eta\beta v_{t-1}`,
      String.raw`p_t=\val{w}-\val{rate}\cdot\val{beta}\cdot(\val{before})=\val{ahead}`,
      String.raw`v_t=\beta v_{t-1}+(1-\beta)\,g(p_t)=\val{v}`,
      String.raw`w_{t+1}=w_t-\eta v_t=\val{next}`,
    ],
    values({ state, nesterov: course }: NesterovModel, step: number) {
      const at = Math.max(0, Math.min(step, course.steps - 1));
      return {
        rate: state.rate,
        beta: state.beta,
        w: pointAt(course, at),
        before: course.first[at] ?? NaN,
        ahead: course.takenAt[at] ?? NaN,
        v: course.first[at + 1] ?? NaN,
        next: pointAt(course, at + 1),
      };
    },
  },
  compute,
  lastStep: () => steps - 1,
  stops: () => ({
    beta: [
      { text: "half", value: 0.5 },
      { text: "usual", value: 0.9 },
    ],
    rate: [
      { text: "one", value: 1 },
      { text: "five", value: 5 },
    ],
  }),
  axes: ({ say }: NesterovScene) => ({
    x: { from: -1.3, to: 1.3, label: say("weight") },
    y: { from: -0.35, to: 0.85, label: say("cost"), ticks: [0, 0.2, 0.4, 0.6, 0.8] },
  }),
  draw,
  values,
  describe: (scene: NesterovScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: NesterovScene) => ({
    head: [say("step"), say("momentum"), say("nesterov"), say("lookAhead")],
    rows: Array.from({ length: steps }, (_, step) => [
      figures.whole(step),
      figures.gradient(pointAt(model.momentum, step)),
      figures.gradient(pointAt(model.nesterov, step)),
      figures.gradient(model.nesterov.takenAt[step] ?? NaN),
    ]),
  }),
});
