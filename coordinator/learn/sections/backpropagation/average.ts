/**
 * @file Slides 32 and 34: the table of averages, with true numbers: a row per parameter, a column per observation, and
 * the means of those shown, of B and of all.
 */
import { known } from "../../../../shared/assert.ts";
import { drawHeat } from "../../draw/heat.ts";
import type { Pen } from "../../draw/pen.ts";
import {
  averageRow,
  type AverageRow,
  type Averages,
  lastBias,
  rowsWith,
} from "../../models/averages.ts";
import { lectureParameterCount } from "../../models/parameter-place.ts";
import { answerOf } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type AverageKey, averageTexts } from "../../texts/backpropagation/average.ts";
import { nameOf, networkSteps, signedIn } from "./words.ts";

const schema = {
  parameter: numberField(0, lectureParameterCount - 1, { isWhole: true }),
  batch: numberField(1, 1000, { scale: "log", isWhole: true }),
  trained: choiceField("untrained", "started", "trainedWell"),
};
type State = StateOf<typeof schema>;

/** The picture is so wide and high; rows and columns are in these units. */
const [width, height] = [100, 62] as const;
/** The names' column, and each of the others: six pictures and three means. */
const nameWidth = 16;
const columnCount = 9;
const columnWidth = (width - nameWidth) / columnCount;
/** The pictures' row, and the words above it. */
const [headTop, headHeight] = [59, 9] as const;
const rowHeight = 6.1;
/** Narrower cells, in pixels, have a sign instead of a number. */
const numberWidthMin = 50;

export interface AverageModel {
  readonly averages: Averages;
  readonly rows: readonly AverageRow[];
  /** The row that the sentence is about. */
  readonly chosen: AverageRow;
  readonly batch: number;
}

function compute({ parameter, batch: wanted }: State, { answer, seed }: Inputs): AverageModel {
  const averages = known(answerOf("averages", answer), "an answer");
  const batch = Math.min(wanted, averages.count);
  const rows = averages.parameters.map((_, i) => averageRow(averages, i, { batch, seed }));
  // While another row is computed, the last one.
  const chosen = rows.find((row) => row.parameter === parameter) ?? known(rows.at(-1), "a row");
  return { averages, rows, chosen, batch };
}

type AverageScene = Scene<typeof schema, AverageModel, AverageKey>;

/** The middle of a column, from 0; the six pictures come first. */
export function middleOf(column: number): number {
  return nameWidth + (column + 0.5) * columnWidth;
}

/** The upper edge of a row, from 0. */
function topOf(row: number): number {
  return headTop - headHeight - 1 - row * rowHeight;
}

/** The row at a height. */
export function rowAt(y: number): number {
  return Math.floor((topOf(0) - y) / rowHeight);
}

function draw(pen: Pen, scene: AverageScene): void {
  const { model, isRevealed } = scene;
  drawHead(pen, scene);
  for (const [i, row] of model.rows.entries()) drawRow(pen, scene, i, row);
  if (!isRevealed) return;
  const chosen = model.rows.indexOf(model.chosen);
  const [low, high] = [topOf(chosen) - rowHeight, topOf(chosen)];
  const corners = [
    { x: 0, y: low },
    { x: width, y: low },
    { x: width, y: high },
    { x: 0, y: high },
    { x: 0, y: low },
  ];
  pen.line(corners, { ink: "accent", width: 2 });
}

/** Whether the cells are wide enough. */
function hasNumbers({ frame }: Pen): boolean {
  return (columnWidth * frame.width) / width >= numberWidthMin;
}

function drawHead(pen: Pen, scene: AverageScene): void {
  const { model, say } = scene;
  // A picture is square in pixels.
  const unit = (pen.frame.width * height) / (pen.frame.height * width);
  const side = Math.min(headHeight / unit, columnWidth) - 0.8;
  for (const [i, pixels] of model.averages.pictures.entries()) {
    const at = { x: middleOf(i) - side / 2, y: headTop - headHeight };
    drawHeat(pen, { at, side, tall: side * unit, values: pixels, count: 28, largest: 1 });
  }
  const style = { align: "center", isSmall: true } as const;
  const y = headTop - headHeight;
  pen.words(say("meanOf"), { x: middleOf(7), y }, { ...style, ink: "soft", shift: [0, -18] });
  // Without a separator of thousands, for which a phone has no room.
  for (const [i, size] of [6, model.batch, model.averages.count].entries()) {
    // The last one may use the margin, so that it does not touch the one before.
    const shift = [hasNumbers(pen) || i < 2 ? 0 : 8, -3] as const;
    pen.words(String(size), { x: middleOf(6 + i), y }, { ...style, isBold: true, shift });
  }
  const left = nameWidth + 6 * columnWidth;
  const [from, to] = [topOf(model.rows.length), headTop];
  pen.line(
    [
      { x: left, y: from },
      { x: left, y: to },
    ],
    { ink: "edge", width: 1 },
  );
}

function drawRow(pen: Pen, scene: AverageScene, index: number, row: AverageRow): void {
  const { isRevealed, say, figures } = scene;
  const top = topOf(index);
  const middle = top - rowHeight / 2;
  pen.line(
    [
      { x: 0, y: top },
      { x: width, y: top },
    ],
    { ink: "line", width: 1 },
  );
  const isBet = row.parameter === lastBias && !isRevealed;
  const at = { x: 0.6, y: middle };
  pen.words(nameOf(row.parameter), at, { isBold: isBet, isSmall: true, shift: [0, 4] });
  if (!isRevealed) return;
  const cells = [...row.six, row.mean6, row.meanB, row.meanAll];
  const largest = Math.max(...cells.map(Math.abs), Number.MIN_VALUE);
  const style = { align: "center", isSmall: true, shift: [0, 4] } as const;
  if (row.isSilent) {
    pen.words(`0 · ${say("never")}`, { x: middleOf(2.5), y: middle }, { ...style, ink: "bad" });
  }
  for (const [column, value] of cells.entries()) {
    if (row.isSilent && column < 6) continue;
    const left = nameWidth + column * columnWidth;
    const alpha = 0.42 * (Math.abs(value) / largest);
    const ink = value > 0 ? "positive" : "negative";
    if (value !== 0) {
      pen.box({ x: left, y: top }, { x: left + columnWidth, y: top - rowHeight }, { ink, alpha });
    }
    const sign = value > 0 ? "+" : value < 0 ? "−" : "0";
    const text = hasNumbers(pen) ? cellText(figures, value) : sign;
    pen.words(text, { x: middleOf(column), y: middle }, style);
  }
}

/** A number as short as a cell: with a sign, and four digits after the point if that says something. */
function cellText(figures: AverageScene["figures"], value: number): string {
  const size = Math.abs(value);
  const text = size >= 5e-4 ? figures.fixed(size, 4) : figures.shortest(size);
  return value === 0 ? "0" : (value < 0 ? "−" : "+") + text;
}

function values({ model, figures }: AverageScene): Record<string, string> {
  const { averages, chosen, rows, batch } = model;
  const nine = rows.find(({ parameter }) => parameter === lastBias)?.six[5] ?? 0;
  return {
    name: nameOf(chosen.parameter),
    nine: signedIn(figures, nine),
    mean6: signedIn(figures, chosen.mean6),
    meanB: signedIn(figures, chosen.meanB),
    meanAll: signedIn(figures, chosen.meanAll),
    error: figures.short(chosen.error),
    batch: figures.whole(batch),
    count: figures.whole(averages.count),
    silent: figures.whole(averages.silent),
  };
}

export const average = defineSection({
  id: "average",
  slides: "32",
  schema,
  initial: { parameter: lastBias, batch: 64, trained: "untrained" },
  controls: ["parameter", "batch", "trained"],
  tap(place, { model }: AverageScene) {
    const row = model.rows[rowAt(place.y)];
    return row === undefined ? {} : { parameter: row.parameter };
  },
  texts: averageTexts,
  bet: {
    on: "x",
    truth({ rows }: AverageModel) {
      const bias = known(
        rows.find(({ parameter }) => parameter === lastBias),
        "the bias",
      );
      const column = bias.six.findIndex((value) => value < 0);
      return { x: middleOf(column), y: topOf(rows.indexOf(bias)) };
    },
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= columnWidth / 2,
  },
  code: [
    { file: "shared/engine/tree-sum.ts", name: "TreeSum" },
    { file: "shared/kernels/plain/dense.ts", name: "biasGradient" },
  ],
  formula: {
    tex: [
      String.raw`\bar g=\frac{1}{B}\sum_{i=1}^{B}\frac{\partial C_i}{\partial w}=\val{mean},\quad B=\val{batch}`,
      String.raw`\frac{\partial C}{\partial b_9}=p_9-y_9=\val{output}-1=\val{bias}`,
    ],
    values: ({ averages, rows, chosen, batch }: AverageModel) => ({
      mean: chosen.meanB,
      batch,
      output: averages.outputs[5]?.[9] ?? NaN,
      bias: rows.find(({ parameter }) => parameter === lastBias)?.six[5] ?? NaN,
    }),
  },
  asks: ({ parameter, trained }: State, seed) => ({
    kind: "averages",
    step: networkSteps[trained],
    seed,
    parameters: rowsWith(parameter),
  }),
  compute,
  stops: ({ averages }: AverageModel) => ({
    batch: [
      { text: "six", value: 6 },
      { text: "usual", value: 64 },
      { text: "all", value: averages.count },
    ],
  }),
  axes: () => ({
    x: { from: 0, to: width, ticks: [] },
    y: { from: 0, to: height, ticks: [] },
  }),
  draw,
  values,
  describe: (scene: AverageScene) => scene.say("numbers", values(scene)),
  table: (scene: AverageScene) => {
    const { model, say, figures } = scene;
    const said = values(scene);
    const labels = ["2", "5", "0", "4", "1", "9"];
    const counts = [say("six"), said["batch"], said["count"]];
    const means = counts.map((each) => `${say("meanOf")} ${each}`);
    return {
      head: ["w", ...labels, ...means],
      rows: model.rows.map((row) => [
        nameOf(row.parameter),
        ...[...row.six, row.mean6, row.meanB, row.meanAll].map((value) => figures.gradient(value)),
      ]),
    };
  },
});
