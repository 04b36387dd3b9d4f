/**
 * @file Slides 26–27: Adam divides the average m of the gradients by the root of the average v of their squares. Both
 * start at 0, and the hats correct that; here each of them can be taken off.
 */
import { Random } from "../../../../shared/random.ts";
import { type Look, looks } from "../../draw/markers.ts";
import type { Pen } from "../../draw/pen.ts";
import { descend } from "../../models/descent.ts";
import { adamBetas, adamWithHats, type HatCourse, type Hats } from "../../models/hats.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, type StateOf } from "../../state/schema.ts";
import { type AdamKey, adamTexts } from "../../texts/optimizers/adam.ts";

const schema = {
  hatM: choiceField("on", "off"),
  hatV: choiceField("on", "off"),
  gradient: choiceField("steady", "alternating", "noisy"),
};
type State = StateOf<typeof schema>;

const initial: State = { hatM: "on", hatV: "on", gradient: "steady" };
const steps = 100;
/** Of the noisy gradients; their size plays no role. */
const [mean, deviation] = [0.5, 1];

const variants = {
  both: { hats: { m: true, v: true }, look: looks.adam },
  onlyV: { hats: { m: false, v: true }, look: { ink: "accent", dash: [9, 4], shape: "square" } },
  onlyM: {
    hats: { m: true, v: false },
    look: { ink: "negative", dash: [3, 3], shape: "triangle" },
  },
  neither: { hats: { m: false, v: false }, look: { ink: "bad", dash: [14, 4], shape: "cross" } },
} as const satisfies Record<string, { readonly hats: Hats; readonly look: Look }>;
type Variant = keyof typeof variants;
const variantNames = ["both", "onlyV", "onlyM", "neither"] as const;

export interface AdamModel {
  readonly chosen: Variant;
  readonly gradients: readonly number[];
  readonly courses: Readonly<Record<Variant, HatCourse>>;
  /** Shape `[steps]`: RMSprop's steps with the same gradients, in units of η. */
  readonly rmsprop: Float32Array;
  /** With a steady gradient: without m's hat, as the slide reads, and without both. */
  readonly steady: { readonly literal: Float32Array; readonly none: Float32Array };
  /** The last step with an alternating gradient. */
  readonly alternating: { readonly adam: number; readonly rmsprop: number };
}

function compute({ hatM, hatV, gradient }: State, { kernel, seed }: Inputs): AdamModel {
  const gradients = gradientsOf(gradient, seed);
  const moves = (series: readonly number[], variant: Variant) =>
    adamWithHats(kernel, series, variants[variant].hats).moves;
  const rmspropMoves = (series: readonly number[]) => {
    const { points } = descend(kernel, {
      optimizer: { name: "rmsprop", learningRate: 1, beta: 0.9, epsilon: adamBetas.epsilon },
      start: [0],
      steps,
      gradient: (_, into, step) => into.fill(series[step] ?? NaN),
    });
    return Float32Array.from(
      series,
      (_, step) => (points[step + 1] ?? NaN) - (points[step] ?? NaN),
    );
  };
  const [always, alternating] = [gradientsOf("steady", seed), gradientsOf("alternating", seed)];
  const withHats = (variant: Variant) => adamWithHats(kernel, gradients, variants[variant].hats);
  return {
    chosen: variantOf({ m: hatM === "on", v: hatV === "on" }),
    gradients,
    courses: {
      both: withHats("both"),
      onlyV: withHats("onlyV"),
      onlyM: withHats("onlyM"),
      neither: withHats("neither"),
    },
    rmsprop: rmspropMoves(gradients),
    steady: { literal: moves(always, "onlyV"), none: moves(always, "neither") },
    alternating: {
      adam: Math.abs(moves(alternating, "both").at(-1) ?? NaN),
      rmsprop: Math.abs(rmspropMoves(alternating).at(-1) ?? NaN),
    },
  };
}

function gradientsOf(kind: State["gradient"], seed: number): readonly number[] {
  const random = new Random(seed, 26);
  return Array.from({ length: steps }, (_, step) => {
    if (kind === "steady") return 1;
    if (kind === "alternating") return step % 2 === 0 ? 1 : -1;
    return Number((mean + deviation * random.normal()).toFixed(2));
  });
}

function variantOf({ m, v }: Hats): Variant {
  if (m) return v ? "both" : "onlyM";
  return v ? "onlyV" : "neither";
}

type AdamScene = Scene<typeof schema, AdamModel, AdamKey>;

function draw(pen: Pen, scene: AdamScene): void {
  const { model, step, isRevealed, say } = scene;
  pen.drawAxes();
  const line = (moves: Float32Array, look: Look, key: AdamKey, isBold: boolean) => {
    const places = Array.from(moves, (move, i) => ({ x: i + 1, y: Math.abs(move) }));
    const { ink, dash, shape } = look;
    pen.inside(() => {
      pen.line(places, { ink, dash, width: isBold ? 3.5 : 2, alpha: isBold ? 1 : 0.5 });
      const now = places[Math.max(0, step - 1)];
      if (isRevealed && now !== undefined) pen.mark(now, { ink, shape, radius: isBold ? 9 : 5 });
    });
    // RMSprop begins where Adam without hats does, and is alone a few steps later.
    const named = places[key === "rmsprop" ? 3 : 0];
    if (named !== undefined) pen.words(say(key), named, { ink, isBold, shift: [8, -8] });
  };
  if (!isRevealed) return line(model.courses.both.moves, looks.adam, "both", true);
  line(model.rmsprop, looks.rmsprop, "rmsprop", false);
  for (const name of variantNames) {
    if (name !== model.chosen) line(model.courses[name].moves, variants[name].look, name, false);
  }
  const { chosen } = model;
  line(model.courses[chosen].moves, variants[chosen].look, chosen, true);
  drawParts(pen, scene);
}

/** The two parts of the step, in the free corner: m as an arrow, v as the area of a square. The step is one by the other. */
function drawParts(pen: Pen, { model, step, say }: AdamScene): void {
  const { mUsed, vUsed } = numbersAt(model, step);
  const { frame } = pen;
  const unit = Math.min(34, frame.height * 0.11);
  const [left, top] = [frame.left + 0.7 * frame.width, frame.top + 6];
  const side = unit * Math.sqrt(vUsed);
  const at = (right: number, down: number) => frame.at(left + right, top + down);
  pen.box(at(0, 0), at(side, side), { ink: "series-4", alpha: 0.55 });
  pen.words(say("square"), at(side, side / 2), { ink: "series-4", isSmall: true, shift: [6, 4] });
  const [from, to] = [at(0, side + 10), at(unit * mUsed, side + 10)];
  pen.arrow(from, to, { ink: "series-2", width: 3 });
  const end = at(Math.max(0, unit * mUsed), side + 10);
  pen.words(say("arrow"), end, { ink: "series-2", isSmall: true, shift: [6, 4] });
}

/** The numbers of a step t from 1, without hats and with them. */
function numbersAt({ chosen, courses, rmsprop: rms, gradients }: AdamModel, step: number) {
  const at = Math.max(0, step - 1);
  const course = courses[chosen];
  const [m = NaN, v = NaN] = [course.m[at], course.v[at]];
  const [correction1, correction2] = [
    1 - adamBetas.beta1 ** (at + 1),
    1 - adamBetas.beta2 ** (at + 1),
  ];
  const { hats } = variants[chosen];
  const [mHat, vHat] = [m / correction1, v / correction2];
  return {
    t: at + 1,
    gradient: gradients[at] ?? NaN,
    m,
    v,
    correction1,
    correction2,
    mHat,
    vHat,
    mUsed: hats.m ? mHat : m,
    vUsed: hats.v ? vHat : v,
    move: -(course.moves[at] ?? NaN),
    both: -(courses.both.moves[at] ?? NaN),
    rms: -(rms[at] ?? NaN),
  };
}

function values({ model, step, figures }: AdamScene): Record<string, string> {
  const { steady, alternating } = model;
  const numbers = numbersAt(model, step);
  const short = (value: number) => figures.shortest(Number(value.toPrecision(3))).replace("-", "−");
  const two = (value: number) => figures.fixed(value, 2).replace("-", "−");
  const firstThree = (moves: Float32Array) =>
    Array.from(moves.subarray(0, 3), (move) => two(-move));
  const noneMost = steady.none.reduce((most, move) => Math.max(most, -move), 0);
  return {
    t: figures.whole(numbers.t),
    m: short(numbers.m),
    mHat: short(numbers.mHat),
    v: short(numbers.v),
    vHat: short(numbers.vHat),
    move: two(numbers.move),
    both: two(numbers.both),
    rms: two(numbers.rms),
    literal: firstThree(steady.literal).join("; "),
    none: firstThree(steady.none).join("; "),
    noneMost: figures.fixed(noneMost, 1),
    noneFirst: two(-(steady.none[0] ?? NaN)),
    adamAlternating: figures.fixed(alternating.adam, 3),
    rmsAlternating: figures.fixed(alternating.rmsprop, 2),
  };
}

export const adam = defineSection({
  id: "adam",
  slides: "26–27",
  schema,
  initial,
  controls: ["hatM", "hatV", "gradient"],
  texts: adamTexts,
  bet: {
    on: "y",
    truth: ({ steady }: AdamModel) => ({ x: 1, y: -(steady.none[0] ?? NaN) }),
    isRight: (bet, truth) => Math.abs(Math.log(bet.y / truth.y)) <= Math.log(1.4),
  },
  code: [
    { file: "shared/optimizers/optimizer.ts", name: "adam" },
    { file: "shared/kernels/plain/optimizers.ts", name: "adam" },
    { file: "coordinator/learn/models/hats.ts", name: "adamWithHats" },
  ],
  formula: {
    tex: [
      String.raw`\hat m_t=\frac{m_t}{1-\beta_1^t}=\frac{\val{m}}{\val{correction1}}=\val{mHat}`,
      String.raw`\hat v_t=\frac{v_t}{1-\beta_2^t}=\frac{\val{v}}{\val{correction2}}=\val{vHat}`,
      String.raw`w_{t+1}=w_t-\eta\,\frac{\val{mUsed}}{\sqrt{\val{vUsed}}+\epsilon}=w_t-(\val{move})\,\eta`,
    ],
    values(model: AdamModel, step: number) {
      const { m, v, correction1, correction2, mHat, vHat, ...used } = numbersAt(model, step);
      const { mUsed, vUsed, move } = used;
      return { m, v, correction1, correction2, mHat, vHat, mUsed, vUsed, move };
    },
  },
  compute,
  lastStep: () => steps,
  axes: ({ say }: AdamScene) => ({
    x: {
      from: 1,
      to: 1.15 * steps,
      scale: "log",
      label: say("step"),
      ticks: [1, 2, 5, 10, 20, 50, 100],
    },
    y: { from: 0.02, to: 60, scale: "log", label: say("length"), ticks: [0.1, 1, 10] },
  }),
  draw,
  values,
  describe: (scene: AdamScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: AdamScene) => ({
    head: [say("step"), ...variantNames.map((name) => say(name)), say("rmsprop")],
    rows: Array.from({ length: steps }, (_, step) => [
      figures.whole(step + 1),
      ...variantNames.map((name) => figures.fixed(-(model.courses[name].moves[step] ?? NaN), 3)),
      figures.fixed(-(model.rmsprop[step] ?? NaN), 3),
    ]),
  }),
});
