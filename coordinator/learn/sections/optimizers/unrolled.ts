/**
 * @file Slide 18: the velocity of momentum, unrolled. Each past gradient has a weight, β times that of the one after it;
 * the products add up to v.
 */
import { Random } from "../../../../shared/random.ts";
import { looks } from "../../draw/markers.ts";
import type { Pen } from "../../draw/pen.ts";
import { type Course, descend } from "../../models/descent.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { numberField, type StateOf } from "../../state/schema.ts";
import { type UnrolledKey, unrolledTexts } from "../../texts/optimizers/unrolled.ts";

const schema = { beta: numberField(0, 0.99) };
type State = StateOf<typeof schema>;

const initial: State = { beta: 0.9 };
const steps = 40;
/** Bars that are shown: the others have almost no weight left. */
const shownCount = 30;
/** Of the gradients: those of a slope, seen through small batches. */
const [mean, deviation] = [0.7, 0.8];

/** One past gradient in a step's v. */
export interface Share {
  readonly gradient: number;
  /** (1 − β)βᵏ, of the gradient k steps ago. */
  readonly weight: number;
  readonly product: number;
}

export interface UnrolledModel {
  readonly beta: number;
  readonly course: Course;
  /** Of every step t from 0: the latest gradient first. */
  readonly shares: readonly (readonly Share[])[];
  /** How many of the latest gradients have half of the weight at the last step of the bet. */
  readonly quizHalf: number;
}

function compute({ beta }: State, { kernel, seed }: Inputs): UnrolledModel {
  const random = new Random(seed, 18);
  const drawn = Array.from({ length: steps }, () =>
    Number((mean + deviation * random.normal()).toFixed(1)),
  );
  const course = descend(kernel, {
    optimizer: { name: "momentum", learningRate: 0.1, beta, dampening: beta },
    start: [0],
    steps,
    gradient: (_, into, step) => into.fill(drawn[step] ?? 0),
  });
  const shares = Array.from({ length: steps + 1 }, (_, t) => sharesAt(course, beta, t));
  return { beta, course, shares, quizHalf: halfCount(initial.beta, steps) };
}

/** What v after t gradients is made of. */
function sharesAt({ gradients }: Course, beta: number, t: number): readonly Share[] {
  let weight = 1 - beta;
  return Array.from({ length: t }, (_, k) => {
    const gradient = gradients[t - 1 - k] ?? NaN;
    const share = { gradient, weight, product: weight * gradient };
    weight *= beta;
    return share;
  });
}

/** How many of t weights, the latest first, make up half of their sum 1 − βᵗ. */
function halfCount(beta: number, t: number): number {
  let count = 0;
  while (count < t && 1 - beta ** count < (1 - beta ** t) / 2) count += 1;
  return count;
}

function sumOf(shares: readonly Share[], part: keyof Share): number {
  return shares.reduce((sum, share) => sum + share[part], 0);
}

type UnrolledScene = Scene<typeof schema, UnrolledModel, UnrolledKey>;

/** The picture has three lanes, one above the other, in a height of 4. */
const lanes = {
  gradients: { zero: 3.4, height: 0.42 },
  weights: { zero: 2.1, height: 0.6 },
  products: { zero: 0.45, height: 1.1 },
} as const;
const barHalf = 0.36;

function draw(pen: Pen, scene: UnrolledScene): void {
  const { model, step, isRevealed, say } = scene;
  pen.drawAxes();
  const shares = model.shares[isRevealed ? step : steps] ?? [];
  const shown = shares.slice(0, shownCount);
  const { gradients, weights, products } = lanes;
  const zeros = [gradients.zero, weights.zero, ...(isRevealed ? [products.zero] : [])];
  for (const zero of zeros) pen.horizontal(zero, { ink: "edge", width: 1 });
  const tallest = Math.max(0.5, ...shares.map(({ gradient }) => Math.abs(gradient)));
  for (const [k, { gradient, weight }] of shown.entries()) {
    const height = (gradients.height * gradient) / tallest;
    bar(pen, k, gradients.zero, gradients.zero + height, gradient < 0 ? "negative" : "positive");
    if (!isRevealed && k > 0) continue;
    const share = weight / (1 - model.beta);
    bar(pen, k, weights.zero, weights.zero + weights.height * share, "accent");
  }
  if (isRevealed) drawProducts(pen, scene, shown);
  const title = (key: "gradients" | "weights" | "products", y: number) =>
    pen.words(say(key), { x: shownCount, y }, { align: "right", isBold: true });
  title("gradients", 3.9);
  title("weights", 2.75);
  if (isRevealed) title("products", 1.75);
  const first = { x: -0.4, y: weights.zero + weights.height };
  if (shares.length > 0) {
    pen.words(scene.figures.shortest(Number((1 - model.beta).toPrecision(3))), first, {
      ink: "accent",
      isBold: true,
      shift: [0, -5],
    });
  }
}

/** Each product stands on the sum of those before it, so the last one ends at v. */
function drawProducts(
  pen: Pen,
  { model, step, say, figures }: UnrolledScene,
  shown: readonly Share[],
): void {
  const { zero, height } = lanes.products;
  const v = model.course.first[step] ?? 0;
  const scale = height / Math.max(0.4, ...runningSums(shown).map(Math.abs), Math.abs(v));
  const y = (value: number) => zero + scale * value;
  const { ink, dash } = looks.momentum;
  pen.line(
    [
      { x: -0.7, y: y(v) },
      { x: shownCount, y: y(v) },
    ],
    { ink, dash, width: 2.5 },
  );
  let sum = 0;
  for (const [k, { product }] of shown.entries()) {
    bar(pen, k, y(sum), y(sum + product), product < 0 ? "negative" : "positive");
    sum += product;
  }
  const text = `${say("sum")} = ${figures.fixed(v, 3).replace("-", "−")}`;
  // On the left, where the products are still small; the lane's name is on the right.
  pen.words(text, { x: -0.4, y: y(v) }, { ink, isBold: true, shift: [0, -6] });
}

function runningSums(shares: readonly Share[]): readonly number[] {
  let sum = 0;
  return shares.map(({ product }) => (sum += product));
}

function bar(
  pen: Pen,
  k: number,
  from: number,
  to: number,
  ink: "accent" | "positive" | "negative",
): void {
  pen.box({ x: k - barHalf, y: from }, { x: k + barHalf, y: to }, { ink });
}

function values({ model, step, figures }: UnrolledScene): Record<string, string> {
  const { beta, course, shares, quizHalf } = model;
  const now = shares[step] ?? [];
  const v = course.first[step] ?? 0;
  const window = Math.round(1 / (1 - beta));
  return {
    t: figures.whole(step),
    beta: figures.shortest(beta),
    sum: figures.fixed(sumOf(now, "weight"), 3),
    half: figures.whole(quizHalf),
    halfNow: figures.whole(halfCount(beta, step)),
    v: figures.fixed(v, 3).replace("-", "−"),
    difference: figures.shortest(Number(Math.abs(v - sumOf(now, "product")).toPrecision(2))),
    window: figures.whole(window),
    inWindow: figures.fixed(1 - beta ** window, 2),
  };
}

export const unrolled = defineSection({
  id: "unrolled",
  slides: "18",
  schema,
  initial,
  controls: ["beta"],
  texts: unrolledTexts,
  bet: {
    on: "x",
    // The right edge of the last bar that counts.
    truth: ({ quizHalf }: UnrolledModel) => ({ x: quizHalf - 0.5, y: 0 }),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= 1.6,
  },
  code: [
    { file: "shared/kernels/plain/optimizers.ts", name: "momentum" },
    { file: "shared/optimizers/optimizer.ts", name: "momentum" },
  ],
  formula: {
    tex: [
      String.raw`v_t=\beta v_{t-1}+(1-\beta)g_t`,
      String.raw`\phantom{v_t}=\beta\bigl(\beta v_{t-2}+(1-\beta)g_{t-1}\bigr)+(1-\beta)g_t`,
      String.raw`v_t=(1-\beta)\sum_{k=0}^{t-1}\beta^k g_{t-k}=\val{v}`,
      String.raw`(1-\beta)\sum_{k=0}^{t-1}\beta^k=1-\val{beta}^{\val{t}}=\val{sum}`,
    ],
    values({ beta, shares }: UnrolledModel, step: number) {
      const now = shares[step] ?? [];
      return { beta, t: step, v: sumOf(now, "product"), sum: sumOf(now, "weight") };
    },
  },
  compute,
  lastStep: ({ course }) => course.steps,
  stops: () => ({
    beta: [
      { text: "half", value: 0.5 },
      { text: "usual", value: 0.9 },
      { text: "long", value: 0.99 },
    ],
  }),
  axes: ({ say }: UnrolledScene) => ({
    x: { from: -0.7, to: shownCount, label: say("ago"), ticks: [0, 5, 10, 15, 20, 25] },
    y: { from: 0, to: 4, ticks: [] },
  }),
  draw,
  values,
  describe: (scene: UnrolledScene) => scene.say("numbers", values(scene)),
  table: ({ model, step, figures, say }: UnrolledScene) => ({
    head: [say("ago"), say("gradient"), say("weight"), say("product")],
    rows: (model.shares[step] ?? []).map(({ gradient, weight, product }, k) => [
      figures.whole(k),
      figures.gradient(gradient),
      figures.fixed(weight, 4),
      figures.gradient(product),
    ]),
  }),
});
