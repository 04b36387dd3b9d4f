/**
 * @file Slides 7–8: the cost has the network's parameters as its inputs and the data as its own parameters. One curve a
 * digit, and their mean; with other digits the mean is another, and lowest somewhere else.
 */
import { known } from "../../../shared/assert.ts";
import type { Pen } from "../draw/pen.ts";
import { type AnswerOf, answerOf } from "../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import type { Point } from "../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../state/schema.ts";
import { type DataKey, dataTexts } from "../texts/data.ts";

const schema = {
  first: numberField(0, 399, { isWhole: true }),
  shown: choiceField("few", "many"),
};
type State = StateOf<typeof schema>;

/** As in the section before: the network half trained, and the same parameter. */
const asked = { step: 100, weight: 12_900, reach: 4 } as const;
const few = 6;
const many = 600;
/** Costs above are outside of the picture: a single digit's can be large. */
const costMax = 3;

export interface DataModel {
  readonly answer: AnswerOf<"data">;
  /** Places on the curves where the means are lowest. */
  readonly lowestOfFew: number;
  readonly lowestOfMany: number;
}

function compute(_: State, { answer }: Inputs): DataModel {
  const data = known(answerOf("data", answer), "what was asked");
  return {
    answer: data,
    lowestOfFew: data.few.indexOf(Math.min(...data.few)),
    lowestOfMany: data.many.indexOf(Math.min(...data.many)),
  };
}

type DataScene = Scene<typeof schema, DataModel, DataKey>;

function valueAt({ answer }: DataModel, i: number): number {
  return answer.value + (answer.offsets[i] ?? NaN);
}

function draw(pen: Pen, scene: DataScene): void {
  const { model, isRevealed } = scene;
  const { answer } = model;
  const line = (costs: readonly number[]) => costs.map((y, i) => ({ x: valueAt(model, i), y }));
  pen.drawAxes();
  pen.inside(() => {
    for (const [k, costs] of answer.single.entries()) {
      pen.line(line(costs), {
        ink: "soft",
        width: 1.5,
        dash: dashes[k] ?? [],
        alpha: isRevealed ? 0.6 : 1,
      });
    }
  });
  if (isRevealed) drawMeans(pen, scene, line);
  labelDigits(pen, model);
}

/** The mean of the six, and that of many, each with its lowest place. */
function drawMeans(
  pen: Pen,
  { model, state, say }: DataScene,
  line: (costs: readonly number[]) => readonly Point[],
): void {
  const { answer } = model;
  const drawn = [
    { costs: answer.few, lowest: model.lowestOfFew, ink: "series-1", dash: [], key: "few" },
    { costs: answer.many, lowest: model.lowestOfMany, ink: "series-2", dash: [9, 4], key: "many" },
  ] as const;
  for (const { costs, lowest, ink, dash, key } of drawn) {
    if (key === "many" && state.shown === "few") continue;
    pen.line(line(costs), { ink, dash, width: 4 });
    const place = { x: valueAt(model, lowest), y: costs[lowest] ?? NaN };
    pen.mark(place, { ink, shape: "star", radius: 9 });
    pen.words(say(key), place, {
      ink,
      isBold: true,
      align: "center",
      shift: [0, key === "few" ? -18 : 26],
      keepsClear: true,
    });
  }
}

/** Six lines that can be told apart without colours. */
const dashes = [[], [7, 3], [2, 3], [10, 3, 2, 3], [5, 5], [1, 5]] as const;

/** Pixels between two labels, one above the other. */
const labelGap = 14;

/** Each digit beside its curve, at the left end or at the right one, and none on another. */
function labelDigits(pen: Pen, model: DataModel): void {
  for (const side of [0, 1]) {
    const ends = model.answer.single
      .map((costs, k) => ({ k, end: endOf(costs, side) }))
      .filter(({ k, end }) => k % 2 === side && end !== undefined)
      .toSorted((one, other) => (one.end?.cost ?? 0) - (other.end?.cost ?? 0));
    let above = Infinity;
    for (const { k, end } of ends) {
      const place = { x: valueAt(model, end?.i ?? 0), y: end?.cost ?? 0 };
      const curve = pen.frame.y(place.y);
      above = Math.min(curve - 6 * pen.scale, above - labelGap * pen.scale);
      const shift = [side === 0 ? 4 : -12, (above - curve) / pen.scale] as const;
      pen.words(String(model.answer.labels[k] ?? ""), place, { ink: "soft", isBold: true, shift });
    }
  }
}

/** The first or the last place of a curve that is inside of the picture. */
function endOf(costs: readonly number[], side: number): { cost: number; i: number } | undefined {
  const inside = costs.map((cost, i) => ({ cost, i })).filter(({ cost }) => cost < 0.95 * costMax);
  return side === 0 ? inside.at(0) : inside.at(-1);
}

function values({ model, figures }: DataScene): Record<string, string> {
  const { answer, lowestOfFew, lowestOfMany } = model;
  const [one, other] = [valueAt(model, lowestOfFew), valueAt(model, lowestOfMany)];
  const two = (value: number) => figures.fixed(value, 2).replace("-", "−");
  const lowest = answer.single.map((costs) => valueAt(model, costs.indexOf(Math.min(...costs))));
  return {
    bestOfFew: two(one),
    bestOfMany: two(other),
    apart: two(Math.abs(one - other)),
    costOfFew: figures.fixed(answer.few[lowestOfFew] ?? NaN, 3),
    sumOfFew: figures.fixed(few * (answer.few[lowestOfFew] ?? NaN), 3),
    costOfMany: figures.fixed(answer.many[lowestOfMany] ?? NaN, 3),
    digits: answer.labels.join(" "),
    least: two(Math.min(...lowest)),
    most: two(Math.max(...lowest)),
    many: figures.whole(many),
  };
}

export const data = defineSection({
  id: "data",
  slides: "7–8",
  schema,
  initial: { first: 50, shown: "many" },
  controls: ["first", "shown"],
  texts: dataTexts,
  bet: {
    on: "x",
    truth: (model: DataModel) => ({ x: valueAt(model, model.lowestOfFew), y: 0 }),
    isRight: (bet, truth) => Math.abs(bet.x - truth.x) <= 0.8,
  },
  code: [
    { file: "shared/engine/gradient.ts", name: "GradientComputation" },
    { file: "shared/engine/tree-sum.ts", name: "TreeSum" },
  ],
  formula: {
    tex: [
      String.raw`C(\theta)=\frac{1}{6}\sum_{i=1}^{6} C_i(\theta)=\frac{\val{sum}}{6}=\val{mean}`,
    ],
    values: ({ answer, lowestOfFew: i }: DataModel) => ({
      sum: answer.single.reduce((sum, costs) => sum + (costs[i] ?? NaN), 0),
      mean: answer.few[i] ?? NaN,
    }),
  },
  asks: ({ first }: State) => ({ kind: "data", ...asked, first, few, many }),
  compute,
  axes: ({ model, say }: DataScene) => ({
    x: {
      from: valueAt(model, 0),
      to: valueAt(model, model.answer.offsets.length - 1),
      label: say("value"),
    },
    y: { from: 0, to: costMax, label: say("cost") },
  }),
  draw,
  values,
  describe: (scene: DataScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: DataScene) => ({
    head: [
      say("value"),
      ...model.answer.labels.map((label) => `“${label}”`),
      say("few"),
      say("many"),
    ],
    rows: model.answer.offsets.flatMap((_, i) => {
      if (i % 4 !== 0) return [];
      const columns = [...model.answer.single, model.answer.few, model.answer.many];
      const cells = columns.map((costs) => figures.fixed(costs[i] ?? NaN, 3));
      return [[figures.fixed(valueAt(model, i), 2), ...cells]];
    }),
  }),
});
