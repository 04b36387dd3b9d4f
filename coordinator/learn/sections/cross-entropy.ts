/**
 * @file Slide 4: why classes are learned with cross-entropy. Where a network is sure and wrong, its slope is 1, and that
 * of the mean square through the same function almost 0. And what the missing 1/n does to the length of a step.
 */
import type { Pen } from "../draw/pen.ts";
import { type Squashed, squashedAt } from "../models/squashed.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import type { Point } from "../state/bet.ts";
import { choiceField, numberField, type StateOf } from "../state/schema.ts";
import { type CrossEntropyKey, crossEntropyTexts } from "../texts/cross-entropy.ts";

const schema = {
  logit: numberField(-10, 10),
  count: numberField(1, 50, { isWhole: true }),
  view: choiceField("push", "cost"),
};

/** Where the network is as sure as it is wrong: the place of the bet. */
const wrongLogit = -8;
const gridCount = 121;
const grid = Array.from({ length: gridCount }, (_, i) => -10 + (20 * i) / (gridCount - 1));
/** Long enough to see a step. */
const learningRate = 0.3;

export interface CrossEntropyModel {
  /** At each logit of `grid`, for a sample of class 1. */
  readonly curve: readonly Squashed[];
  readonly here: Squashed;
  /** At the place of the bet. */
  readonly wrong: Squashed;
  /** η times the slope of the mean, and of the sum, over `count` samples like this one. */
  readonly meanStep: number;
  readonly sumStep: number;
}

function compute({ logit, count }: StateOf<typeof schema>, { kernel }: Inputs): CrossEntropyModel {
  const here = squashedAt(kernel, logit, 1);
  const meanStep = -learningRate * here.bce.slope;
  return {
    curve: grid.map((z) => squashedAt(kernel, z, 1)),
    here,
    wrong: squashedAt(kernel, wrongLogit, 1),
    meanStep,
    sumStep: count * meanStep,
  };
}

function pointAt(x: number, y: number): Point {
  return { x, y };
}

type CrossEntropyScene = Scene<typeof schema, CrossEntropyModel, CrossEntropyKey>;

const lines = {
  bce: { ink: "series-1", dash: [], shape: "circle" },
  mse: { ink: "series-2", dash: [8, 4], shape: "square" },
} as const;

function draw(pen: Pen, scene: CrossEntropyScene): void {
  const { model, state, isRevealed, say } = scene;
  const height = ({ cost, slope }: Squashed["bce"]) =>
    state.view === "push" ? Math.abs(slope) : cost;
  pen.drawAxes();
  const lineOf = (name: "bce" | "mse") =>
    model.curve.map((at, i) => ({ x: grid[i] ?? 0, y: height(at[name]) }));
  pen.line(lineOf("bce"), { ...lines.bce, width: 3 });
  const top = height(model.wrong.bce);
  pen.words(
    say("bce"),
    { x: wrongLogit, y: top },
    { ink: "series-1", isBold: true, shift: [8, -10] },
  );
  if (!isRevealed) {
    pen.vertical(wrongLogit, { ink: "soft", dash: [3, 4], width: 1.5 });
    pen.mark({ x: wrongLogit, y: top }, { ink: "series-1", radius: 6 });
    pen.words("?", { x: wrongLogit, y: top / 2 }, { ink: "series-2", isBold: true, shift: [8, 0] });
    return;
  }
  pen.line(lineOf("mse"), { ...lines.mse, width: 3 });
  pen.words(
    say("mse"),
    { x: 1.2, y: height(squashedNear(model, 1.2).mse) },
    { ink: "series-2", isBold: true, shift: [14, -10] },
  );
  drawSteps(pen, scene);
  for (const name of ["bce", "mse"] as const) {
    const { ink, shape } = lines[name];
    pen.mark({ x: state.logit, y: height(model.here[name]) }, { ink, shape, radius: 8 });
  }
}

/** The two steps of the logit, as arrows below the curves. */
function drawSteps(pen: Pen, { model, state, say }: CrossEntropyScene): void {
  const { to } = pen.frame.axes.y;
  const [low, lower] = [-0.055 * to, -0.125 * to];
  const { logit } = state;
  pen.arrow(pointAt(logit, low), pointAt(logit + model.meanStep, low), { ink: "good", width: 3 });
  pen.arrow(pointAt(logit, lower), pointAt(Math.min(logit + model.sumStep, 12), lower), {
    ink: "bad",
    width: 3,
  });
  pen.words(say("mean"), pointAt(logit, low), { ink: "good", align: "right", shift: [-6, 4] });
  pen.words(say("sum"), pointAt(logit, lower), { ink: "bad", align: "right", shift: [-6, 5] });
}

function squashedNear({ curve, here }: CrossEntropyModel, z: number): Squashed {
  return curve[Math.round(((z + 10) / 20) * (gridCount - 1))] ?? here;
}

function values({ model, state, figures }: CrossEntropyScene): Record<string, string> {
  const { here, wrong } = model;
  const four = (value: number) => figures.fixed(Math.abs(value), 4);
  return {
    logit: figures.fixed(state.logit, 1).replace("-", "−"),
    p: four(here.probability),
    bcePush: four(here.bce.slope),
    msePush: four(here.mse.slope),
    bceCost: figures.fixed(here.bce.cost, 2),
    mseCost: figures.fixed(here.mse.cost, 2),
    wrongBce: four(wrong.bce.slope),
    wrongMse: four(wrong.mse.slope),
    count: figures.whole(state.count),
    meanStep: figures.fixed(model.meanStep, 3),
    sumStep: figures.fixed(model.sumStep, 3),
  };
}

export const crossEntropy = defineSection({
  id: "cross-entropy",
  slides: "4",
  schema,
  initial: { logit: wrongLogit, count: 10, view: "push" },
  controls: ["count", "view"],
  drag: { x: "logit" },
  texts: crossEntropyTexts,
  bet: {
    on: "y",
    truth: ({ wrong }: CrossEntropyModel) => ({ x: wrongLogit, y: Math.abs(wrong.mse.slope) }),
    isRight: (bet, truth) => Math.abs(bet.y - truth.y) <= 0.08,
  },
  code: [
    { file: "shared/kernels/plain/losses.ts", name: "sigmoidCrossEntropy" },
    { file: "shared/kernels/plain/losses.ts", name: "softmaxCrossEntropy" },
    { file: "shared/kernels/plain/activations.ts", name: "sigmoidBackward" },
  ],
  formula: {
    tex: [
      String.raw`\frac{\partial\,\mathrm{CE}}{\partial z}=p-y=\val{bce}`,
      String.raw`\frac{\partial\,\mathrm{MSE}}{\partial z}=2(p-y)\,p\,(1-p)=\val{mse}`,
    ],
    values: ({ here }: CrossEntropyModel) => ({ bce: here.bce.slope, mse: here.mse.slope }),
  },
  compute,
  axes: ({ state, isRevealed, say }: CrossEntropyScene) => {
    const to = state.view === "push" ? 1.15 : 10;
    return {
      x: { from: -10, to: 10, label: say("logit") },
      y: {
        from: isRevealed ? -0.17 * to : 0,
        to,
        label: say(state.view),
        ticks: state.view === "push" ? [0, 0.25, 0.5, 0.75, 1] : [0, 2, 4, 6, 8, 10],
      },
    };
  },
  draw,
  values,
  describe: (scene: CrossEntropyScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: CrossEntropyScene) => ({
    head: [say("logit"), "p", say("bce"), say("mse")],
    rows: grid.flatMap((z, i) => {
      const at = model.curve[i];
      if (i % 12 !== 0 || at === undefined) return [];
      return [
        [
          figures.fixed(z, 0),
          ...[at.probability, at.bce.slope, at.mse.slope].map((value) => figures.fixed(value, 4)),
        ],
      ];
    }),
  }),
});
