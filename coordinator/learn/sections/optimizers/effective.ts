/**
 * @file Slide 27: the effective learning rate, η / (√v̂ + ε), of every parameter of the network. They spread over six
 * decades, and those that never have a gradient have the highest of all and take no step.
 */
import { known } from "../../../../shared/assert.ts";
import type { Axes } from "../../draw/axes.ts";
import type { Pen } from "../../draw/pen.ts";
import { effectiveBins, effectiveMoments } from "../../models/network/training/effective.ts";
import { type AnswerOf, answerOf, type EffectiveRates } from "../../models/questions.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, type StateOf } from "../../state/schema.ts";
import { type EffectiveKey, effectiveTexts } from "../../texts/optimizers/effective.ts";

const moments = ["one", "ten", "hundred", "all"] as const;
const schema = {
  optimizer: choiceField("rmsprop", "adam"),
  moment: choiceField(...moments),
};
type State = StateOf<typeof schema>;

const initial: State = { optimizer: "adam", moment: "hundred" };
/** Bets within so many decades are right. */
const nearEnough = 0.5;
/** Of the picture's height above the highest bar. */
const headroom = 1.2;

export interface EffectiveModel {
  readonly answer: AnswerOf<"effective">;
  readonly now: EffectiveRates;
  /** η/ε: of the parameters whose v is 0. */
  readonly dead: number;
}

function compute({ moment }: State, { answer: given }: Inputs): EffectiveModel {
  const answer = known(answerOf("effective", given), "what was asked");
  const { moments: all, learningRate, epsilon } = answer;
  // A training that diverged has fewer of them.
  const now = known(all[moments.indexOf(moment)] ?? all.at(-1), "a moment");
  return { answer, now, dead: learningRate / epsilon };
}

type EffectiveScene = Scene<typeof schema, EffectiveModel, EffectiveKey>;

function edgeOf(bin: number): number {
  return 10 ** (effectiveBins.from + bin / effectiveBins.perDecade);
}

function axes({ model: { now }, say }: EffectiveScene): Axes {
  return {
    x: { from: edgeOf(0), to: edgeOf(effectiveBins.count), scale: "log", label: say("rate") },
    y: { from: 0, to: headroom * Math.max(now.silent, ...now.counts), label: say("weights") },
  };
}

function draw(pen: Pen, scene: EffectiveScene): void {
  const { model, isRevealed, say } = scene;
  const { now, dead } = model;
  pen.drawAxes();
  for (const [bin, count] of now.counts.entries()) {
    if (count > 0) bar(pen, bin, bin + 1, count, "accent");
  }
  if (!isRevealed) return;
  const [, , median] = now.quantiles;
  pen.vertical(median, { ink: "ink", dash: [5, 4], width: 1.5 });
  const { to } = pen.frame.axes.y;
  pen.words(say("middle"), { x: median, y: to }, { shift: [6, 14] });
  const at = (Math.log10(dead) - effectiveBins.from) * effectiveBins.perDecade;
  bar(pen, at - 0.5, at + 0.5, now.silent, "negative");
  const { silent = "" } = values(scene);
  pen.words(
    say("never", { silent }),
    { x: dead, y: now.silent },
    { ink: "negative", isBold: true, keepsClear: true, align: "center", shift: [0, -10] },
  );
}

function bar(pen: Pen, from: number, to: number, count: number, ink: "accent" | "negative"): void {
  // A gap between bars.
  const right = edgeOf(to - 0.12);
  pen.box({ x: edgeOf(from), y: 0 }, { x: right, y: count }, { ink, alpha: 0.85 });
}

function values({ state, model, say, figures }: EffectiveScene): Record<string, string> {
  const { answer, now, dead } = model;
  const [least, low, median, high, largest] = now.quantiles;
  const short = (value: number) => figures.shortest(Number(value.toPrecision(2)));
  return {
    method: say(state.optimizer),
    steps: figures.whole(now.steps),
    low: short(low),
    high: short(high),
    median: short(median),
    spread: figures.whole(Number((largest / least).toPrecision(2))),
    silent: figures.whole(now.silent),
    all: figures.whole(answer.parameterCount),
    dead: figures.whole(Math.round(dead)),
    quizDead: figures.whole(Math.round(dead)),
    moved: figures.shortest(Number(now.moved.toPrecision(2))),
  };
}

export const effective = defineSection({
  id: "effective",
  slides: "27",
  schema,
  initial,
  controls: ["optimizer", "moment"],
  texts: effectiveTexts,
  bet: {
    on: "x",
    truth: ({ dead }: EffectiveModel) => ({ x: dead, y: 0 }),
    isRight: (bet, truth) => Math.abs(Math.log10(bet.x / truth.x)) <= nearEnough,
  },
  code: [
    { file: "coordinator/learn/models/network/training/effective.ts", name: "answerEffective" },
    { file: "shared/kernels/plain/optimizers.ts", name: "adam" },
  ],
  formula: {
    tex: [
      String.raw`\eta_i=\frac{\eta}{\sqrt{\hat v_i}+\epsilon}`,
      String.raw`\hat v_i=\frac{v_i}{\val{correction}}`,
      String.raw`\frac{\val{rate}}{\sqrt{\val{square}}+\epsilon}=\val{median}`,
      String.raw`\frac{\val{rate}}{\sqrt{0}+\val{epsilon}}=\val{dead}`,
    ],
    values: ({ answer, now, dead }: EffectiveModel) => ({
      correction: now.correction,
      rate: answer.learningRate,
      square: now.square,
      median: now.quantiles[2],
      epsilon: answer.epsilon,
      dead,
    }),
  },
  asks: ({ optimizer }: State) => ({ kind: "effective", optimizer }),
  compute,
  axes,
  draw,
  values,
  describe: (scene: EffectiveScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: EffectiveScene) => ({
    head: [say("rate"), ...effectiveMoments.map((steps) => figures.whole(steps))],
    rows: [
      ...Array.from({ length: effectiveBins.count }, (_, bin) => [
        `${figures.short(Number(edgeOf(bin).toPrecision(2)))} –`,
        ...effectiveMoments.map((_each, i) => {
          return figures.short(model.answer.moments[i]?.counts[bin] ?? null);
        }),
      ]).filter((row) => row.slice(1).some((count) => count !== "0")),
      [
        say("never", { silent: "" }),
        ...effectiveMoments.map((_each, i) => {
          return figures.short(model.answer.moments[i]?.silent ?? null);
        }),
      ],
    ],
  }),
});
