/**
 * @file Slide 14: batch, stochastic, mini-batch. The same network learns three times, and each time has seen as many
 * digits, or taken as many steps.
 */
import { assert, known } from "../../../../shared/assert.ts";
import type { Look } from "../../draw/markers.ts";
import type { Pen } from "../../draw/pen.ts";
import { answerOf, type BatchCourse } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import type { Point } from "../../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type BatchesKey, batchesTexts } from "../../texts/backpropagation/batches.ts";

const batchMax = 1000;

const schema = {
  batch: numberField(1, batchMax, { scale: "log", isWhole: true }),
  rate: numberField(0.05, 3, { scale: "log" }),
  axis: choiceField("digits", "steps"),
};
type State = StateOf<typeof schema>;

/** Positions of the cursor; by steps each is one. */
const cursorCount = 40;
/** How often the digits are all seen, if courses are compared by them. */
const epochs = 4;
const costMax = 3;

const names = ["stochastic", "mini", "full"] as const;
type Name = (typeof names)[number];

export interface BatchesModel {
  /** All digits. */
  readonly count: number;
  readonly batch: number;
  readonly rate: number;
  readonly axis: State["axis"];
  readonly courses: Readonly<Record<Name, BatchCourse>>;
}

function compute({ axis }: State, { answer }: Inputs): BatchesModel {
  const { count, learningRate, courses } = known(answerOf("batches", answer), "an answer");
  const [stochastic, mini, full] = courses;
  assert(stochastic !== undefined && mini !== undefined && full !== undefined, "three courses");
  const { batchSize: batch } = mini;
  return { count, batch, rate: learningRate, axis, courses: { stochastic, mini, full } };
}

type Place = BatchCourse["places"][number];

/** Where a course is when it has seen so many digits, or taken so many steps. */
export function placeAt({ places }: BatchCourse, by: State["axis"], at: number): Place | undefined {
  return places.findLast((place) => place[by] <= at);
}

/** The end of the axis. */
function endOf({ count }: BatchesModel, axis: State["axis"]): number {
  return axis === "steps" ? cursorCount : epochs * count;
}

/** Steps of the mini-batch descent until every digit was seen `epochs` times. */
function stepsOf({ batch, count }: Pick<BatchesModel, "batch" | "count">): number {
  return epochs * Math.ceil(count / batch);
}

type BatchesScene = Scene<typeof schema, BatchesModel, BatchesKey>;

const looks: Readonly<Record<Name, Look>> = {
  stochastic: { ink: "series-2", dash: [2, 3], shape: "triangle" },
  mini: { ink: "series-1", dash: [], shape: "circle" },
  full: { ink: "series-3", dash: [9, 4], shape: "square" },
};

function draw(pen: Pen, scene: BatchesScene): void {
  const { model, isRevealed, step } = scene;
  const { axis } = model;
  pen.drawAxes();
  const at = isRevealed ? (endOf(model, axis) * step) / cursorCount : endOf(model, axis);
  const shown = isRevealed ? names : (["mini"] as const);
  const ends = shown.map((name) => ({ name, end: drawCourse(pen, model, name, at) }));
  drawNames(pen, scene, ends);
}

/** @returns The end of the line. */
function drawCourse(pen: Pen, model: BatchesModel, name: Name, at: number): Point | undefined {
  const { axis, courses } = model;
  const all = courses[name].places.map((place) => ({ x: place[axis], y: place.cost }));
  const inSight = all.filter(({ x }) => x <= endOf(model, axis));
  const done = inSight.filter(({ x }) => x <= at);
  const { ink, dash, shape } = looks[name];
  pen.inside(() => {
    pen.line(inSight, { ink, dash, width: 1.5, alpha: 0.25 });
    pen.line(done, { ink, dash, width: 2.5 });
    if (name === "full") for (const place of done) pen.mark(place, { ink, shape, radius: 3 });
  });
  const end = done.at(-1);
  if (end === undefined) return undefined;
  const seen = { x: end.x, y: Math.min(end.y, costMax) };
  pen.mark(seen, { ink, shape, radius: 7 });
  return seen;
}

/** Names at the ends of the lines, or to their left, moved apart where they would be written on each other. */
function drawNames(
  pen: Pen,
  scene: BatchesScene,
  ends: readonly { readonly name: Name; readonly end: Point | undefined }[],
): void {
  const { say, model } = scene;
  const said = values(scene);
  const lineHeight = 18;
  let lowest = -Infinity;
  const byHeight = ends.toSorted((a, b) => (b.end?.y ?? 0) - (a.end?.y ?? 0));
  for (const { name, end } of byHeight) {
    if (end === undefined) continue;
    const wanted = pen.frame.y(end.y) - 12;
    const top = Math.max(wanted, lowest + lineHeight);
    lowest = top;
    const isLeft = end.x > endOf(model, model.axis) / 2;
    pen.words(say(name, said), end, {
      ink: looks[name].ink,
      isBold: true,
      align: isLeft ? "right" : "left",
      shift: [isLeft ? -10 : 12, top - pen.frame.y(end.y)],
    });
  }
}

function values({ model, step, isRevealed, figures }: BatchesScene): Record<string, string> {
  const { count, batch, rate, axis, courses } = model;
  const cost = (place: Place | undefined) =>
    place === undefined ? "…" : figures.fixed(place.cost, 2);
  const end = endOf(model, axis);
  const at = isRevealed ? (end * step) / cursorCount : end;
  const here = (name: Name) => cost(placeAt(courses[name], axis, at));
  const last = (name: Name, by: State["axis"]) =>
    cost(placeAt(courses[name], by, endOf(model, by)));
  return {
    digits: figures.whole(axis === "digits" ? at : end),
    steps: figures.whole(at),
    batch: figures.whole(batch),
    rate: figures.shortest(rate),
    count: figures.whole(count),
    one: here("stochastic"),
    mini: here("mini"),
    full: here("full"),
    miniSteps: figures.whole(stepsOf(model)),
    allDigits: figures.whole(epochs * count),
    allSteps: figures.whole(cursorCount),
    endMini: last("mini", "digits"),
    endFull: last("full", "digits"),
    stepMini: last("mini", "steps"),
    stepFull: last("full", "steps"),
  };
}

export const batches = defineSection({
  id: "batches",
  slides: "14",
  schema,
  initial: { batch: 20, rate: 1, axis: "digits" },
  controls: ["batch", "rate", "axis"],
  texts: batchesTexts,
  bet: {
    on: "y",
    truth(model: BatchesModel) {
      const end = placeAt(model.courses.full, "digits", endOf(model, "digits"));
      return end === undefined ? undefined : { x: end.digits, y: end.cost };
    },
    isRight: (bet, truth) => Math.abs(bet.y - truth.y) <= 0.25,
  },
  code: [
    { file: "shared/run/plan.ts", name: "epochOrder" },
    { file: "shared/kernels/plain/optimizers.ts", name: "sgd" },
  ],
  formula: {
    tex: [
      String.raw`\theta\leftarrow\theta-\frac{\eta}{B}\sum_{i=1}^{B}\nabla C_i(\theta),\quad\eta=\val{rate},\;B=\val{batch}`,
      String.raw`T=\val{epochs}\left\lceil\frac{\val{count}}{B}\right\rceil=\val{steps}`,
    ],
    values: ({ batch, rate, count }: BatchesModel) => ({
      batch,
      rate,
      epochs,
      count,
      steps: stepsOf({ batch, count }),
    }),
  },
  asks: ({ batch, rate }: State, seed) => ({
    kind: "batches",
    seed,
    batchSize: batch,
    learningRate: rate,
  }),
  compute,
  lastStep: () => cursorCount,
  stops: ({ count }: BatchesModel) => ({
    batch: [
      { text: "single", value: 1 },
      { text: "usual", value: 20 },
      { text: "everything", value: count },
    ],
  }),
  axes: ({ model, say }: BatchesScene) => ({
    x: {
      from: 0,
      to: endOf(model, model.axis),
      label: say(model.axis === "digits" ? "digitsAxis" : "stepsAxis"),
    },
    y: { from: 0, to: costMax, label: say("cost") },
  }),
  draw,
  values,
  describe: (scene: BatchesScene) =>
    scene.say(scene.model.axis === "digits" ? "numbers" : "numbersBySteps", values(scene)),
  table: (scene: BatchesScene) => {
    const { model, figures, say } = scene;
    const said = values(scene);
    const cost = (name: Name, at: number) => {
      const place = placeAt(model.courses[name], model.axis, at);
      return place === undefined ? "…" : figures.fixed(place.cost, 3);
    };
    return {
      head: [
        say(model.axis === "digits" ? "digitsAxis" : "stepsAxis"),
        ...names.map((name) => say(name, said)),
      ],
      rows: Array.from({ length: 11 }, (_, i) => {
        const at = (endOf(model, model.axis) * i) / 10;
        return [figures.whole(at), ...names.map((name) => cost(name, at))];
      }),
    };
  },
});
