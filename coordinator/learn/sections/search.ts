/**
 * @file Slides 9–10: local search against gradient descent on the same ravine, from the same start, with the trainer's
 * own noise, choice and optimizer. A gradient is counted as three evaluations of the cost.
 */
import { drawNeighbour } from "../../../shared/engine/noise.ts";
import { bestCandidate } from "../../../shared/optimizers/local-search.ts";
import { drawGrid, gridOf } from "../draw/map.ts";
import { looks } from "../draw/markers.ts";
import { drawCourse, placeAt } from "../draw/path.ts";
import type { Pen } from "../draw/pen.ts";
import { type Course, descend } from "../models/descent.ts";
import { bowl, gradientOn } from "../models/surfaces.ts";
import { defineSection, type Inputs, type Scene } from "../section.ts";
import type { Point } from "../state/bet.ts";
import { numberField, type StateOf } from "../state/schema.ts";
import { type SearchKey, searchTexts } from "../texts/search.ts";

const schema = {
  x: numberField(-3, 3),
  y: numberField(-2, 2),
  neighbours: numberField(1, 30, { isWhole: true }),
  sigma: numberField(0.02, 1, { scale: "log" }),
  learningRate: numberField(0.02, 0.6, { scale: "log" }),
};
type State = StateOf<typeof schema>;

/** Four times as steep across as along: the gradient does not point at the minimum. */
const [along, across] = [1, 4];
const surface = bowl(along, across);
const steps = 30;
const evaluationsPerGradient = 3;
/** Of the search: a descent this far down has arrived. */
const arrivedShare = 0.01;
/** A bet is right within this angle. */
const degreesMax = 20;

export interface SearchModel {
  readonly start: Point;
  readonly descent: Course;
  /** The search as a course, and the neighbours of each of its steps. */
  readonly search: Course;
  readonly tried: readonly (readonly Point[])[];
  readonly neighbours: number;
  /** The gradient at the start. */
  readonly gradient: Point;
  /** Evaluations until 1 % of the first cost is left; `undefined` if it never is. */
  readonly searchCost: number | undefined;
  readonly descentCost: number | undefined;
}

function compute(state: State, { kernel, seed }: Inputs): SearchModel {
  const { x, y, neighbours, learningRate } = state;
  const gradient = new Float64Array(2);
  surface.gradient(x, y, gradient);
  const descent = descend(kernel, {
    optimizer: { name: "sgd", learningRate },
    start: [x, y],
    steps,
    gradient: gradientOn(surface),
  });
  const { course: search, tried } = searchFrom(state, seed);
  const arrival = (course: Course) => arrivalOf(course, surface.value(x, y));
  const [searched, descended] = [arrival(search), arrival(descent)];
  return {
    start: { x, y },
    descent,
    search,
    tried,
    neighbours,
    gradient: { x: gradient[0] ?? 0, y: gradient[1] ?? 0 },
    searchCost: searched === undefined ? undefined : searched * neighbours,
    descentCost: descended === undefined ? undefined : descended * evaluationsPerGradient,
  };
}

function searchFrom(
  { x, y, neighbours, sigma }: State,
  seed: number,
): { readonly course: Course; readonly tried: readonly (readonly Point[])[] } {
  const points = new Float32Array(2 * (steps + 1));
  points.set([x, y]);
  const tried: Point[][] = [];
  const [point, neighbour] = [points.slice(0, 2), new Float32Array(2)];
  const costs = new Float32Array(1 + neighbours);
  for (let step = 0; step < steps; step++) {
    costs[0] = costOf(point);
    const places: Point[] = [];
    for (let candidate = 1; candidate <= neighbours; candidate++) {
      drawNeighbour(neighbour, point, { seed, step, candidate, sigma });
      costs[candidate] = costOf(neighbour);
      places.push({ x: neighbour[0] ?? 0, y: neighbour[1] ?? 0 });
    }
    const best = bestCandidate(costs);
    if (best > 0) drawNeighbour(point, point, { seed, step, candidate: best, sigma });
    tried.push(places);
    points.set(point, 2 * (step + 1));
  }
  const none = new Float32Array(points.length);
  const course = {
    count: 2,
    steps,
    points,
    first: none,
    second: none,
    gradients: none,
    takenAt: none,
    divergedAt: undefined,
  };
  return { course, tried };
}

function costOf([x = 0, y = 0]: Float32Array): number {
  return surface.value(x, y);
}

/** The first step at which only a hundredth of the first cost is left. */
function arrivalOf(course: Course, first: number): number | undefined {
  for (let step = 0; step <= course.steps; step++) {
    const { x, y } = placeAt(course, step);
    if (surface.value(x, y) <= arrivedShare * first) return step;
  }
  return undefined;
}

type SearchScene = Scene<typeof schema, SearchModel, SearchKey>;

function draw(pen: Pen, scene: SearchScene): void {
  const { model, step, isRevealed, say } = scene;
  const { start, gradient } = model;
  pen.drawAxes();
  pen.inside(() => {
    pen.mark({ x: 0, y: 0 }, { ink: "good", shape: "star", radius: 9 });
    if (isRevealed) drawBoth(pen, model, step);
    const length = Math.hypot(gradient.x, gradient.y);
    if (isRevealed && length > 0) {
      const tip = {
        x: start.x - (1.1 * gradient.x) / length,
        y: start.y - (1.1 * gradient.y) / length,
      };
      pen.arrow(start, tip, { ink: "ink", width: 3 });
      pen.words(say("against"), tip, { shift: [8, 4], isBold: true });
    }
    pen.mark(start, { ink: "ink", radius: 8 });
  });
  if (isRevealed) return;
  pen.words(say("minimum"), { x: 0, y: 0 }, { ink: "good", shift: [12, 5] });
  pen.words(say("start"), start, { align: "center", shift: [0, -16] });
}

function drawBoth(pen: Pen, { search, descent, tried }: SearchModel, step: number): void {
  for (const place of tried[Math.max(0, step - 1)] ?? []) {
    pen.mark(place, { ink: looks["local-search"].ink, radius: 4, isHollow: true });
  }
  drawCourse(pen, search, step, looks["local-search"]);
  drawCourse(pen, descent, step, looks.sgd);
}

function values({ model, step, say, figures }: SearchScene): Record<string, string> {
  const { search, descent, neighbours, start, gradient } = model;
  const share = (course: Course) => {
    const { x, y } = placeAt(course, step);
    const left = surface.value(x, y) / surface.value(start.x, start.y);
    if (left >= 10) return say("away");
    if (left < 1e-4) return say("tiny");
    return say("share", { percent: figures.percent(left, left < 0.1 ? 2 : 0) });
  };
  const needed = (count: number | undefined) =>
    count === undefined ? say("never") : figures.whole(count);
  return {
    percent: figures.percent(1, 0),
    step: figures.whole(step),
    searchLeft: share(search),
    descentLeft: share(descent),
    searchTries: figures.whole(step * neighbours),
    descentTries: figures.whole(Math.min(step, descent.steps) * evaluationsPerGradient),
    searchNeeds: needed(model.searchCost),
    descentNeeds: needed(model.descentCost),
    angle: figures.whole(angleBetween(gradient, start)),
  };
}

/** In degrees, between −gradient and the way to the minimum at the origin. */
function angleBetween(one: Point, other: Point): number {
  const cosine =
    (one.x * other.x + one.y * other.y) / (Math.hypot(one.x, one.y) * Math.hypot(other.x, other.y));
  return Number.isFinite(cosine)
    ? (180 / Math.PI) * Math.acos(Math.min(Math.max(cosine, -1), 1))
    : 0;
}

export const search = defineSection({
  id: "search",
  slides: "9–10",
  schema,
  initial: { x: -2.4, y: 1.1, neighbours: 8, sigma: 0.3, learningRate: 0.2 },
  controls: ["neighbours", "sigma", "learningRate"],
  drag: { x: "x", y: "y" },
  texts: searchTexts,
  bet: {
    on: "point",
    truth: ({ start, gradient }: SearchModel) => {
      const length = Math.hypot(gradient.x, gradient.y) || 1;
      return { x: start.x - gradient.x / length, y: start.y - gradient.y / length };
    },
    isRight: (bet, truth, { start }) => {
      const way = ({ x, y }: Point) => ({ x: x - start.x, y: y - start.y });
      return angleBetween(way(bet), way(truth)) <= degreesMax;
    },
  },
  code: [
    { file: "shared/optimizers/local-search.ts", name: "bestCandidate" },
    { file: "shared/engine/noise.ts", name: "drawNeighbour" },
    { file: "shared/kernels/plain/optimizers.ts", name: "sgd" },
  ],
  formula: {
    tex: [
      String.raw`C=\tfrac{1}{2}\left(x^2+4y^2\right)`,
      String.raw`-\nabla C=(-x,\,-4y)=(\val{dx},\,\val{dy})`,
    ],
    values: ({ gradient }: SearchModel) => ({ dx: -gradient.x, dy: -gradient.y }),
  },
  compute,
  lastStep: () => steps,
  stops: () => ({
    learningRate: [
      { text: "fastest", value: Number((2 / (along + across)).toPrecision(5)) },
      { text: "limit", value: 2 / across },
    ],
  }),
  axes: () => ({
    x: { from: -3, to: 3, ticks: [-2, 0, 2] },
    y: { from: -2, to: 2, ticks: [-1, 0, 1] },
    isMap: true,
  }),
  drawMap: (pen: Pen) =>
    drawGrid(
      pen,
      gridOf(pen.frame.axes, (x, y) => surface.value(x, y)),
    ),
  draw,
  values,
  describe: (scene: SearchScene) => scene.say("numbers", values(scene)),
  table: (scene: SearchScene) => ({
    head: [scene.say("steps"), scene.say("local"), scene.say("descent")],
    rows: [0, 1, 2, 3, 5, 10, 20, 30].map((step) => {
      const { searchLeft = "", descentLeft = "" } = values({ ...scene, step });
      return [scene.figures.whole(step), searchLeft, descentLeft];
    }),
  }),
});
