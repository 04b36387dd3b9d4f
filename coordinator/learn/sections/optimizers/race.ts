/**
 * @file The methods of slides 12–27 in a race: from the same place, with as many gradients, each at the best rate of the
 * same search. Who wins depends on the terrain.
 */
import { known } from "../../../../shared/assert.ts";
import type { Axes } from "../../draw/axes.ts";
import { looks } from "../../draw/markers.ts";
import { drawCourse, placeAt } from "../../draw/path.ts";
import type { Pen } from "../../draw/pen.ts";
import { axesOn, drawSurface } from "../../draw/surface.ts";
import type { Course } from "../../models/descent.ts";
import { answerOf } from "../../models/questions.ts";
import {
  arrivalOn,
  countedStarts,
  type PerRacer,
  perRacer,
  type RaceFacts,
  raceOf,
  type Racer,
  racers,
  raceSteps,
} from "../../models/race.ts";
import { type Surface, surfaces } from "../../models/surfaces.ts";
import { defineSection, type Inputs, type Scene } from "../../section.ts";
import { choiceField, numberField, type StateOf } from "../../state/schema.ts";
import { type RaceKey, raceTexts } from "../../texts/optimizers/race.ts";

const schema = {
  surface: choiceField("ravine", "rosenbrock", "beale", "saddle", "wavy"),
  x: numberField(-3, 4),
  y: numberField(-3, 3),
};
type State = StateOf<typeof schema>;

const initial: State = { surface: "ravine", x: -2.5, y: 1.2 };

/** One race from one start. */
interface Heat {
  readonly courses: PerRacer<Course>;
  readonly arrivals: PerRacer<number | undefined>;
  /** Who arrives first comes first. */
  readonly order: readonly Racer[];
}

export interface RaceModel extends Heat {
  readonly facts: RaceFacts;
  /** The race of the bet, whatever the state has become. */
  readonly quiz: Heat;
}

function compute({ x, y }: State, { kernel, answer }: Inputs): RaceModel {
  // While another surface is searched, the last one stays.
  const { facts, quiz } = known(answerOf("race", answer), "what was asked");
  const heat = ({ surface: name, rates }: RaceFacts, start: readonly [number, number]): Heat => {
    const surface = surfaces[name];
    const courses = perRacer((racer) => raceOf(kernel, surface, racer, rates[racer], start));
    const arrivals = perRacer((racer) => arrivalOn(surface, courses[racer]));
    const steps = (racer: Racer) => arrivals[racer] ?? Infinity;
    const order = racers.toSorted((a, b) => (steps(a) === steps(b) ? 0 : steps(a) - steps(b)));
    return { courses, arrivals, order };
  };
  const { x: xs, y: ys } = surfaces[facts.surface];
  const start = [within(xs, x), within(ys, y)] as const;
  return { ...heat(facts, start), facts, quiz: heat(quiz, [initial.x, initial.y]) };
}

function within([from, to]: readonly [number, number], value: number): number {
  return Math.min(Math.max(value, from), to);
}

type RaceScene = Scene<typeof schema, RaceModel, RaceKey>;

const lookOf = { ...looks, search: looks["local-search"] } as const;

/** Beside the map there is room for the names, by a share of its width. */
const boardShare = 0.55;

function axesOf({ facts }: RaceModel): Axes {
  const surface = surfaces[facts.surface];
  const { x, ...axes } = axesOn(surface);
  const to = x.to + boardShare * (x.to - x.from);
  const ticks = Array.from({ length: Math.floor(x.to) - Math.ceil(x.from) + 1 }, (_, i) => i);
  return { ...axes, x: { from: x.from, to, ticks: ticks.map((i) => Math.ceil(x.from) + i) } };
}

/** The height of a racer's name on the board. */
function laneOf({ y: [from, to] }: Surface, racer: Racer): number {
  return to - ((racers.indexOf(racer) + 0.5) / racers.length) * (to - from);
}

function draw(pen: Pen, scene: RaceScene): void {
  const { model, step, isRevealed } = scene;
  pen.drawAxes();
  if (isRevealed) {
    pen.inside(() => {
      for (const racer of racers) drawCourse(pen, model.courses[racer], step, lookOf[racer]);
    });
  }
  const start = placeAt(model.courses.sgd, 0);
  pen.mark(start, { ink: "ink", radius: isRevealed ? 5 : 9 });
  drawBoard(pen, scene);
}

/** The names, each with its mark and, once it has arrived, its steps. */
function drawBoard(pen: Pen, { model, step, isRevealed, say, figures }: RaceScene): void {
  const surface = surfaces[model.facts.surface];
  const { x, y } = pen.frame.axes;
  const edge = surface.x[1];
  // On a phone the board is narrow.
  const isSmall = pen.frame.width < 400;
  pen.box({ x: edge, y: y.from }, { x: x.to, y: y.to }, { ink: "card", alpha: 0.88 });
  for (const racer of racers) {
    const { ink, shape } = lookOf[racer];
    const at = { x: edge + 0.06 * (x.to - edge), y: laneOf(surface, racer) };
    const arrival = model.arrivals[racer];
    const hasArrived = isRevealed && arrival !== undefined && step >= arrival;
    const steps = hasArrived ? ` ${figures.whole(arrival)}` : "";
    pen.mark(at, { ink, shape, radius: isSmall ? 4 : 6 });
    const style = { ink, isBold: hasArrived && !isSmall, isSmall } as const;
    pen.words(say(racer) + steps, at, { ...style, shift: [isSmall ? 7 : 12, 5] });
  }
}

function values({ model, say, figures }: RaceScene): Record<string, string> {
  const { facts, order, arrivals, quiz } = model;
  const told = (racer: Racer) => `${say(racer)} ${figures.whole(arrivals[racer] ?? raceSteps)}`;
  const arrived = order.filter((racer) => arrivals[racer] !== undefined);
  const others = order.filter((racer) => arrivals[racer] === undefined);
  const names = others.map((racer) => say(racer)).join(", ");
  const results = [
    ...(arrived.length > 0 ? [arrived.map(told).join(", ")] : []),
    ...(others.length > 0 ? [say("arriveNot", { names })] : []),
  ];
  const byWins = racers.toSorted((a, b) => facts.wins[b] - facts.wins[a]);
  const winners = byWins.filter((racer) => facts.wins[racer] > 0);
  const winner = quiz.order[0] ?? "sgd";
  return {
    order: results.join("; "),
    wins: [
      ...winners.map((racer) => `${say(racer)} ${figures.whole(facts.wins[racer])}`),
      ...(facts.ties > 0 ? [say("tied", { count: figures.whole(facts.ties) })] : []),
      ...(facts.unfinished > 0 ? [say("nobody", { count: figures.whole(facts.unfinished) })] : []),
    ].join(", "),
    rates: racers
      .map((racer) => `${say(racer)} ${figures.shortest(facts.rates[racer])}`)
      .join(", "),
    searchWins: figures.whole(facts.wins.search),
    starts: figures.whole(countedStarts),
    winner: say(winner),
    winnerSteps: figures.whole(quiz.arrivals[winner] ?? raceSteps),
    names,
  };
}

export const race = defineSection({
  id: "race",
  slides: "27",
  schema,
  initial,
  controls: ["surface"],
  drag: { x: "x", y: "y" },
  texts: raceTexts,
  bet: {
    on: "y",
    truth({ quiz, facts }: RaceModel) {
      const surface = surfaces[facts.surface];
      return { x: surface.x[1], y: laneOf(surface, quiz.order[0] ?? "sgd") };
    },
    // A name that arrives at the same step is right, too.
    isRight(bet, _, { quiz, facts }) {
      const surface = surfaces[facts.surface];
      const distance = (racer: Racer) => Math.abs(laneOf(surface, racer) - bet.y);
      const [chosen = "sgd"] = racers.toSorted((a, b) => distance(a) - distance(b));
      return quiz.arrivals[chosen] === quiz.arrivals[quiz.order[0] ?? "sgd"];
    },
  },
  code: [
    { file: "coordinator/learn/models/race.ts", name: "raceFacts" },
    { file: "shared/optimizers/optimizer.ts", name: "createOptimizer" },
  ],
  formula: {
    tex: [
      String.raw`\eta^{*}=\underset{\eta\,=\,2^{-9},\,\ldots,\,2^{5}}{\mathrm{arg\,min}}\ \bar t(\eta)`,
      ...racers.map(
        (racer) => String.raw`\bar t_{\mathrm{${racer}}}(\val{${racer}})=\val{${racer}Mean}`,
      ),
    ],
    values: ({ facts: { rates, means } }: RaceModel) => ({
      ...rates,
      ...Object.fromEntries(racers.map((racer) => [`${racer}Mean`, means[racer]])),
    }),
  },
  asks: ({ surface }: State, seed: number) => ({
    kind: "race",
    surface,
    quiz: initial.surface,
    seed,
  }),
  compute,
  lastStep: () => raceSteps,
  axes: ({ model }: RaceScene) => axesOf(model),
  drawMap: (pen: Pen, { model }: RaceScene) => drawSurface(pen, surfaces[model.facts.surface]),
  mapKey: ({ facts }: RaceModel) => facts.surface,
  draw,
  values,
  describe: (scene: RaceScene) => scene.say("numbers", values(scene)),
  table: ({ model, figures, say }: RaceScene) => ({
    head: [say("method"), say("rate"), say("here"), say("won"), say("arrived")],
    rows: racers.map((racer) => [
      say(racer),
      figures.shortest(model.facts.rates[racer]),
      figures.short(model.arrivals[racer] ?? null),
      figures.whole(model.facts.wins[racer]),
      figures.whole(model.facts.arrivals[racer]),
    ]),
  }),
});
