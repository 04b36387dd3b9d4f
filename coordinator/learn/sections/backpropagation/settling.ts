/**
 * @file Slides 33–34: with how many observations? The mean of B of them against the mean of all: its direction, its error
 * with the law 1/B, and one parameter with its band.
 */
import { known } from "../../../../shared/assert.ts";
import { type Axes, valueAt } from "../../draw/axes.ts";
import type { Pen } from "../../draw/pen.ts";
import {
  type Averages,
  deviationOf,
  orderOf,
  runningMeans,
  shareLeft,
} from "../../models/averages.ts";
import { lectureParameterCount } from "../../models/parameter-place.ts";
import { answerOf, type Settling } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type SettlingKey, settlingTexts } from "../../texts/backpropagation/settling.ts";
import { nameOf, networkSteps, signedIn } from "./words.ts";

const schema = {
  view: choiceField("cosine", "noise", "weight"),
  parameter: numberField(0, lectureParameterCount - 1, { isWhole: true }),
  trained: choiceField("untrained", "started", "trainedWell"),
};
type State = StateOf<typeof schema>;

/** The bet: where the median cosine gets this high. */
const cosineWanted = 0.9;
/** A bet may be so many times too small or too large. */
const betFactor = 1.6;
/** Orders of which the means of the parameter are drawn. */
const lineCount = 8;

export interface SettlingModel {
  readonly view: State["view"];
  readonly averages: Averages;
  readonly parameter: number;
  /** The standard deviation of the parameter's gradient over the observations. */
  readonly spread: number;
  /** Its mean over all. */
  readonly full: number;
  /** Its means over the first 1, 2, 3 … observations, in several orders. */
  readonly lines: readonly Float64Array[];
  /** How many observations it takes to `cosineWanted`. */
  readonly needed: number;
}

function compute({ view }: State, { answer, seed }: Inputs): SettlingModel {
  const averages = known(answerOf("averages", answer), "an answer");
  const { columns, parameters, full, count, settling } = averages;
  const column = known(columns[0], "a column");
  return {
    view,
    averages,
    parameter: known(parameters[0], "a parameter"),
    spread: deviationOf(column),
    full: known(full[0], "a mean"),
    lines: Array.from({ length: lineCount }, (_, which) =>
      runningMeans(column, orderOf(count, seed, which)),
    ),
    needed: sizeAt(settling, cosineWanted),
  };
}

/** Where the median cosine crosses a value, between two sizes on a log scale. */
export function sizeAt(settling: readonly Settling[], cosine: number): number {
  const after = settling.findIndex((each) => each.cosine >= cosine);
  const [low, high] = [settling[after - 1], settling[after]];
  if (high === undefined) return settling.at(-1)?.size ?? NaN;
  if (low === undefined) return high.size;
  const share = (cosine - low.cosine) / (high.cosine - low.cosine);
  return low.size * (high.size / low.size) ** share;
}

type SettlingScene = Scene<typeof schema, SettlingModel, SettlingKey>;

function axes({ model, say, isRevealed }: SettlingScene): Axes {
  const { view, averages } = model;
  const { count, settling, variance } = averages;
  const x = { from: 1, to: count, scale: "log", label: say("observations") } as const;
  if (view === "noise" && isRevealed) {
    const lowest = variance * shareLeft(settling.at(-2)?.size ?? 1, count);
    return { x, y: { from: lowest / 3, to: variance * 3, scale: "log", label: say("noiseAxis") } };
  }
  if (view === "weight" && isRevealed) {
    const reach = Math.max(2.2 * model.spread, Math.abs(model.full), 1e-9);
    return { x, y: { from: model.full - reach, to: model.full + reach, label: say("weightAxis") } };
  }
  return { x, y: { from: -0.5, to: 1, label: say("cosineAxis") } };
}

function draw(pen: Pen, scene: SettlingScene): void {
  pen.drawAxes();
  if (!scene.isRevealed) {
    pen.horizontal(cosineWanted, { ink: "good", dash: [6, 4], width: 2 });
    return;
  }
  const { view } = scene.model;
  if (view === "cosine") drawCosines(pen, scene);
  if (view === "noise") drawNoise(pen, scene);
  if (view === "weight") drawWeight(pen, scene);
}

function drawCosines(pen: Pen, { model, step }: SettlingScene): void {
  const { settling } = model.averages;
  const done = settling.slice(0, step + 1);
  pen.horizontal(cosineWanted, { ink: "good", dash: [6, 4], width: 2 });
  pen.vertical(model.needed, { ink: "good", dash: [2, 4], width: 1.5 });
  pen.inside(() => {
    for (const { size, cosineLeast, cosineMost } of done) {
      const [low, high] = [
        { x: size, y: cosineLeast },
        { x: size, y: cosineMost },
      ];
      pen.line([low, high], { ink: "series-1", width: 6, alpha: 0.25 });
    }
  });
  const places = settling.map(({ size, cosine }) => ({ x: size, y: cosine }));
  pen.line(places, { ink: "series-1", width: 1.5, alpha: 0.25 });
  pen.line(places.slice(0, step + 1), { ink: "series-1", width: 2.5 });
  for (const place of places.slice(0, step + 1)) pen.mark(place, { ink: "series-1", radius: 4 });
}

function drawNoise(pen: Pen, { model, step, say }: SettlingScene): void {
  const { settling, variance, count } = model.averages;
  const law = (size: number) => variance / size;
  const bend = (size: number) => variance * shareLeft(size, count);
  pen.inside(() => {
    pen.curve(law, { ink: "soft", dash: [6, 4], width: 1.5 });
    pen.curve(bend, { ink: "series-2", width: 2 });
    for (const { size, distance } of settling.slice(0, step + 1)) {
      if (size < count) pen.mark({ x: size, y: distance }, { ink: "series-1", radius: 5 });
    }
  });
  const at = valueAt({ from: 1, to: count, scale: "log" }, 0.72);
  pen.words(say("law"), { x: at, y: law(at) }, { ink: "soft", shift: [10, -6] });
  pen.words(
    say("bend"),
    { x: at, y: bend(at) },
    { ink: "series-2", align: "right", shift: [-8, 16] },
  );
}

function drawWeight(pen: Pen, { model, step, say }: SettlingScene): void {
  const { lines, full, spread, averages } = model;
  const { count, settling } = averages;
  const size = settling[step]?.size ?? count;
  const band = (sign: 1 | -1) => (at: number) =>
    full + sign * spread * Math.sqrt(shareLeft(at, count));
  pen.inside(() => {
    for (const sign of [1, -1] as const) {
      pen.curve(band(sign), { ink: "series-2", dash: [6, 4], width: 1.5 });
    }
    for (const [i, line] of lines.entries()) {
      const places = Array.from(line.subarray(0, size), (y, at) => ({ x: at + 1, y }));
      pen.line(places, { ink: "series-1", width: i === 0 ? 2.5 : 1, alpha: i === 0 ? 1 : 0.35 });
    }
    pen.mark({ x: size, y: lines[0]?.[size - 1] ?? NaN }, { ink: "series-1", radius: 6 });
  });
  pen.horizontal(full, { ink: "good", width: 2 });
  pen.words(say("all"), { x: 1, y: full }, { ink: "good", isBold: true, shift: [6, -8] });
}

function values({ model, step, figures }: SettlingScene): Record<string, string> {
  const { averages, needed, lines, full, spread, parameter } = model;
  const { settling, count, variance } = averages;
  const here = known(settling[step] ?? settling.at(-1), "a size");
  const at = (size: number) =>
    known(
      settling.find((each) => each.size >= size),
      "a size",
    );
  const two = (value: number) => figures.fixed(value, 2).replace("-", "−");
  return {
    needed: figures.whole(Number(needed.toPrecision(2))),
    count: figures.whole(count),
    batch: figures.whole(here.size),
    cosine: two(here.cosine),
    cosine1: two(at(1).cosine),
    cosine6: two(at(6).cosine),
    cosine64: two(at(64).cosine),
    // What is left of it over all of them is rounding.
    noise: here.size === count ? "0" : signedIn(figures, here.distance),
    noise1: signedIn(figures, at(1).distance),
    expected: signedIn(figures, variance * shareLeft(here.size, count)),
    name: nameOf(parameter),
    mean: signedIn(figures, lines[0]?.[here.size - 1] ?? NaN),
    full: signedIn(figures, full),
    error: signedIn(figures, spread * Math.sqrt(shareLeft(here.size, count))),
  };
}

const sentences = {
  cosine: "numbersCosine",
  noise: "numbersNoise",
  weight: "numbersWeight",
} as const;

export const settling = defineSection({
  id: "settling",
  slides: "33–34",
  schema,
  initial: { view: "cosine", parameter: 13_001, trained: "untrained" },
  controls: ["view", "parameter", "trained"],
  texts: settlingTexts,
  bet: {
    on: "x",
    truth: ({ needed }: SettlingModel) => ({ x: needed, y: cosineWanted }),
    isRight: (bet, truth) => Math.abs(Math.log(bet.x / truth.x)) <= Math.log(betFactor),
  },
  code: [{ file: "shared/random.ts", name: "permutation" }],
  formula: {
    tex: [
      String.raw`E\,|g_B-G|^2=\frac{\sigma^2}{B}\cdot\frac{N-B}{N-1}=\frac{\val{variance}}{\val{batch}}\cdot\frac{\val{left}}{\val{others}}=\val{expected}`,
    ],
    values({ averages }: SettlingModel, step: number) {
      const { variance, count, settling: sizes } = averages;
      const { size } = known(sizes[step] ?? sizes.at(-1), "a size");
      return {
        variance,
        batch: size,
        left: count - size,
        others: count - 1,
        expected: variance * shareLeft(size, count),
      };
    },
  },
  asks: ({ parameter, trained }: State, seed) => ({
    kind: "averages",
    step: networkSteps[trained],
    seed,
    parameters: [parameter],
  }),
  compute,
  lastStep: ({ averages }: SettlingModel) => averages.settling.length - 1,
  axes,
  draw,
  values,
  describe: (scene: SettlingScene) => scene.say(sentences[scene.model.view], values(scene)),
  table: ({ model, say, figures }: SettlingScene) => ({
    head: [say("observations"), say("cosineAxis"), say("noiseAxis"), say("law"), say("weightAxis")],
    rows: model.averages.settling.map(({ size, cosine, distance }) => [
      figures.whole(size),
      figures.fixed(cosine, 3).replace("-", "−"),
      signedIn(figures, distance),
      signedIn(figures, model.averages.variance / size),
      signedIn(figures, model.lines[0]?.[size - 1] ?? NaN),
    ]),
  }),
});
