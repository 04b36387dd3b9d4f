/**
 * @file Slides 10–11 with the real network: its cost over a plane of 13,002 dimensions. Three planes with their names, and
 * for each the share of the next step that is in it.
 */
import { known } from "../../../shared/assert.ts";
import { drawGrid } from "../draw/map.ts";
import { looks } from "../draw/markers.ts";
import type { Pen } from "../draw/pen.ts";
import { sliceDescent, sliceSides } from "../models/network/planes/slice.ts";
import { type AnswerOf, answerOf } from "../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import { choiceField, type StateOf } from "../state/schema.ts";
import { type SlicesKey, slicesTexts } from "../texts/slices.ts";

const schema = {
  plane: choiceField("random", "gradient", "path"),
  stage: choiceField("untrained", "some", "trained"),
};
type State = StateOf<typeof schema>;

const steps = { untrained: 0, some: 100, trained: 400 } as const;
/** Digits that the cost is taken over. */
const count = 200;
/** The length of the whole next step on the picture, and all places where it could lead if it were in the plane. */
const wholeLength = 0.5;
const wholeStep = Array.from({ length: 121 }, (_, i) => ({
  x: wholeLength * Math.cos((i / 60) * Math.PI),
  y: wholeLength * Math.sin((i / 60) * Math.PI),
}));
/** Bets so near are right, in units of half the picture. */
const nearEnough = 0.15;

export interface SlicesModel {
  readonly answer: AnswerOf<"slice">;
  /** The length of the next step in the plane over its whole length, in [0, 1]. */
  readonly share: number;
  /** Where it leads, in units of half the picture, if the whole step is one. */
  readonly tip: { readonly x: number; readonly y: number };
}

function compute(_: State, { answer: given }: Inputs): SlicesModel {
  const answer = known(answerOf("slice", given), "what was asked");
  const { next, nextLength } = answer;
  const length = nextLength === 0 ? 1 : nextLength;
  return {
    answer,
    share: Math.min(1, Math.hypot(next.x, next.y) / length),
    tip: { x: (wholeLength * next.x) / length, y: (wholeLength * next.y) / length },
  };
}

type SlicesScene = Scene<typeof schema, SlicesModel, SlicesKey>;

function draw(pen: Pen, { model, isRevealed, say }: SlicesScene): void {
  const { answer, tip, share } = model;
  const now = { x: 0, y: 0 };
  pen.drawAxes();
  const names = ["start", "end"] as const;
  for (const [i, name] of names.entries()) {
    const place = answer.ends[i];
    if (!isRevealed || place === undefined) continue;
    const at = { x: place.x / answer.reach, y: place.y / answer.reach };
    pen.line([now, at], { ink: "edge", dash: [2, 4], width: 1.5 });
    pen.mark(at, { ink: "good", shape: name === "end" ? "star" : "square", radius: 8 });
    pen.words(say(name), at, { shift: [12, 5] });
  }
  if (isRevealed) {
    const { ink, dash, shape } = looks.sgd;
    const places = answer.descent.places.map(({ x, y }) => {
      return { x: x / answer.reach, y: y / answer.reach };
    });
    pen.line(places, { ink, dash, width: 2.5 });
    pen.mark(places.at(-1) ?? now, { ink, shape, radius: 5 });
  }
  if (isRevealed) {
    pen.line(wholeStep, { ink: "ink", dash: [2, 5], width: 1.5, alpha: 0.7 });
    const top = { x: 0, y: wholeLength };
    pen.words(say("whole"), top, { isSmall: true, align: "center", shift: [0, -6] });
  }
  if (isRevealed && share > 0.05) {
    pen.arrow(now, tip, { ink: "ink", width: 3 });
    pen.words(say("next"), tip, { shift: [8, -8], isBold: true });
  }
  pen.mark(now, { ink: "ink", radius: 7 });
  pen.words(say("now"), now, { align: "center", shift: [0, 22] });
}

function values({ model, state, say, figures }: SlicesScene): Record<string, string> {
  const { answer, share } = model;
  const finite = answer.costs.filter((cost) => Number.isFinite(cost));
  return {
    planeName: say(`${state.plane}Name`),
    share: figures.percent(share, share < 0.1 ? 1 : 0),
    cost: figures.short(answer.cost),
    low: figures.short(Math.min(...finite)),
    high: figures.short(Math.max(...finite)),
    side: figures.whole(answer.side),
    steps: figures.whole(sliceDescent.steps),
    rate: figures.whole(sliceDescent.learningRate),
    descended: figures.short(answer.descent.cost),
  };
}

export const slices = defineSection({
  id: "slices",
  slides: "11",
  schema,
  initial: { plane: "random", stage: "some" },
  controls: ["plane", "stage"],
  texts: slicesTexts,
  bet: {
    on: "point",
    truth: ({ tip }: SlicesModel) => tip,
    isRight: (bet, truth) => Math.hypot(bet.x - truth.x, bet.y - truth.y) <= nearEnough,
  },
  code: [
    { file: "coordinator/learn/models/network/planes/slice.ts", name: "answerSlice" },
    { file: "shared/kernels/plain/losses.ts", name: "softmaxCrossEntropy" },
  ],
  formula: {
    tex: [
      String.raw`\frac{\lVert P\,\nabla C\rVert}{\lVert\nabla C\rVert}=\frac{\val{inside}}{\val{whole}}=\val{share}`,
    ],
    values: ({ answer, share }: SlicesModel) => ({
      inside: Math.hypot(answer.next.x, answer.next.y),
      whole: answer.nextLength,
      share,
    }),
  },
  asks: ({ plane, stage }: State, seed) => ({
    kind: "slice",
    step: steps[stage],
    plane,
    seed,
    count,
    side: sliceSides[0],
  }),
  refines(question) {
    if (question.kind !== "slice") return undefined;
    const side = sliceSides.find((each) => each > question.side);
    return side === undefined ? undefined : { ...question, side };
  },
  compute,
  axes: () => ({
    x: { from: -1, to: 1, ticks: [] },
    y: { from: -1, to: 1, ticks: [] },
    isMap: true,
  }),
  drawMap: (pen: Pen, { model }: SlicesScene) => {
    drawGrid(
      pen,
      { columns: model.answer.side, rows: model.answer.side, values: model.answer.costs },
      (share) => share,
    );
  },
  mapKey: ({ answer }: SlicesModel) => answer.id,
  draw,
  values,
  describe: (scene: SlicesScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: SlicesScene) => {
    const places = [-1, -0.5, 0, 0.5, 1];
    const { side, costs } = model.answer;
    const last = side - 1;
    const indexOf = (place: number) => Math.round(((place + 1) / 2) * last);
    return {
      head: [say("place"), ...places.map((place) => figures.shortest(place))],
      rows: places
        .toReversed()
        .map((y) => [
          figures.shortest(y),
          ...places.map((x) => figures.short(costs[indexOf(y) * side + indexOf(x)] ?? null)),
        ]),
    };
  },
});
