/**
 * @file Slides 9–10, continued: with the same number of evaluations, local search loses against gradient descent as the
 * dimensions grow: on bowls of 2 to 1,000, and on the network with its 13,002.
 */
import { known } from "../../../shared/assert.ts";
import { looks } from "../draw/markers.ts";
import type { Pen } from "../draw/pen.ts";
import { type AnswerOf, answerOf } from "../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import { numberField, type StateOf } from "../state/schema.ts";
import { type DimensionsKey, dimensionsTexts } from "../texts/dimensions.ts";

const schema = { budget: numberField(30, 300, { isWhole: true }) };
type State = StateOf<typeof schema>;

/** Digits that the network's cost is taken over; each evaluation of it reads them all. */
const count = 64;
/** The dimension that readers bet on. */
const betDimension = 1_000;
/** Lower costs are drawn here: as far as anybody needs to go. */
const leastShare = 1e-4;

export interface DimensionsModel {
  readonly answer: AnswerOf<"dimensions">;
}

function compute(_: State, { answer }: Inputs): DimensionsModel {
  return { answer: known(answerOf("dimensions", answer), "what was asked") };
}

type DimensionsScene = Scene<typeof schema, DimensionsModel, DimensionsKey>;
type Row = AnswerOf<"dimensions">["rows"][number];

function rowOf({ answer }: DimensionsModel, dimension: number): Row {
  return known(
    answer.rows.find((row) => row.dimension === dimension),
    "a dimension",
  );
}

function draw(pen: Pen, { model, isRevealed, say }: DimensionsScene): void {
  pen.drawAxes();
  const network = model.answer.rows.at(-1);
  const bowls = model.answer.rows.slice(0, -1);
  const seen = isRevealed ? bowls : bowls.filter(({ dimension }) => dimension < 100);
  const kinds = [
    ["search", looks["local-search"]],
    ["descent", looks.sgd],
  ] as const;
  for (const [name, { ink, dash, shape }] of kinds) {
    const place = (row: Row) => ({ x: row.dimension, y: Math.max(row[name], leastShare) });
    pen.line(seen.map(place), { ink, dash, width: 3 });
    for (const row of seen) pen.mark(place(row), { ink, shape, radius: 8 });
    const named = seen[1];
    if (named !== undefined) {
      const style = name === "search" ? beside : above;
      pen.words(say(name), place(named), { ink, isBold: true, ...style });
    }
    if (isRevealed && network !== undefined) {
      pen.mark(place(network), { ink, shape, radius: 9, isHollow: true });
    }
  }
  if (isRevealed && network !== undefined) {
    const place = { x: network.dimension, y: network.descent };
    pen.words(say("network"), place, { align: "center", isBold: true, shift: [0, 28] });
  } else {
    pen.vertical(betDimension, { ink: "soft", dash: [3, 4], width: 1.5 });
    pen.words(
      "?",
      { x: betDimension, y: 0.01 },
      { ink: looks["local-search"].ink, isBold: true, shift: [8, 0] },
    );
  }
}

/** Where the names of the lines are: neither line is there, on a phone or on a wide screen. */
const beside = { shift: [14, 8] } as const;
const above = { align: "center", shift: [0, -14] } as const;

function values({ model, state, say, figures }: DimensionsScene): Record<string, string> {
  const percent = (share: number) =>
    share < 1e-4
      ? say("tiny")
      : say("share", { percent: figures.percent(share, share < 0.01 ? 2 : 0) });
  const network = known(model.answer.rows.at(-1), "the network");
  const small = rowOf(model, 2);
  const large = rowOf(model, betDimension);
  return {
    percent: figures.percent(1, 0),
    budget: figures.whole(state.budget),
    steps: figures.whole(model.answer.steps),
    small: percent(small.search),
    large: percent(large.search),
    largeDescent: percent(large.descent),
    networkSearch: percent(network.search),
    networkDescent: percent(network.descent),
  };
}

export const dimensions = defineSection({
  id: "dimensions",
  slides: "9–10",
  schema,
  initial: { budget: 120 },
  controls: ["budget"],
  texts: dimensionsTexts,
  bet: {
    on: "y",
    truth: (model: DimensionsModel) => ({ x: betDimension, y: rowOf(model, betDimension).search }),
    // Within a third of a decade.
    isRight: (bet, truth) => Math.abs(Math.log10(bet.y / truth.y)) <= 1 / 3,
  },
  code: [
    { file: "shared/engine/candidates.ts", name: "CandidatesComputation" },
    { file: "shared/optimizers/local-search.ts", name: "bestCandidate" },
  ],
  formula: {
    tex: [
      String.raw`\frac{C_{\mathrm{fin}}}{C_0}=\val{search}\quad(d=1000)`,
      String.raw`\left(\frac{\kappa-1}{\kappa+1}\right)^{2k}=\left(\frac{9}{11}\right)^{2\cdot\val{steps}}=\val{bound}`,
    ],
    values: (model: DimensionsModel) => ({
      search: rowOf(model, betDimension).search,
      steps: model.answer.steps,
      bound: (9 / 11) ** (2 * model.answer.steps),
    }),
  },
  asks: ({ budget }: State, seed) => ({ kind: "dimensions", budget, seed, count }),
  compute,
  axes: ({ say }: DimensionsScene) => ({
    x: {
      from: 1.4,
      to: 26_000,
      scale: "log",
      label: say("dimension"),
      ticks: [2, 10, 100, 1_000, 13_002],
    },
    y: {
      from: leastShare / 1.6,
      to: 1.6,
      scale: "log",
      label: say("left"),
      ticks: [1e-4, 1e-3, 0.01, 0.1, 1],
    },
  }),
  draw,
  values,
  describe: (scene: DimensionsScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: DimensionsScene) => ({
    head: [say("dimension"), say("search"), say("descent")],
    rows: model.answer.rows.map((row) => [
      figures.whole(row.dimension),
      figures.short(row.search),
      figures.short(row.descent),
    ]),
  }),
});
