/**
 * @file Stochastic, mini-batch and batch descent: the network trained from its first snapshot by `sgd`, with batches of
 * one digit, of some and of all, drawn as a run draws them.
 */
import { known } from "../../../../../shared/assert.ts";
import { epochOrder } from "../../../../../shared/run/plan.ts";
import { Stepper } from "../../descent.ts";
import type { AnswerBody, BatchCourse, QuestionOf } from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";
import { ownConfig } from "../lecture.ts";

/** Each course is this long by either measure. */
const courseSteps = 40;
const courseEpochs = 4;
/** Costs along a course: at its first steps, and at so many places that are equally far apart in digits. */
const placeCount = 40;

/** The three courses, the stochastic one first. */
export function answerBatches(
  lab: NetworkLab,
  { seed, batchSize, learningRate }: QuestionOf<"batches">,
): AnswerBody<"batches"> {
  const { count } = lab.source.digits;
  const sizes = [1, Math.min(batchSize, count), count];
  return {
    count,
    learningRate,
    courses: sizes.map((size) => courseOf(lab, { seed, batchSize: size, learningRate })),
  };
}

type CourseOptions = Omit<QuestionOf<"batches">, "kind">;

/** Those of a lab that somebody may ask for again: only one of the three changes with the slider. */
const kept = new WeakMap<NetworkLab, Map<string, BatchCourse>>();
const keptMax = 30;

function courseOf(lab: NetworkLab, options: CourseOptions): BatchCourse {
  let courses = kept.get(lab);
  if (courses === undefined) kept.set(lab, (courses = new Map()));
  const key = JSON.stringify(options);
  const found = courses.get(key);
  if (found !== undefined) return found;
  const course = train(lab, options);
  courses.set(key, course);
  const [oldest] = courses.keys();
  if (courses.size > keptMax && oldest !== undefined) courses.delete(oldest);
  return course;
}

function train(lab: NetworkLab, { seed, batchSize, learningRate }: CourseOptions): BatchCourse {
  const { snapshots, digits } = lab.source;
  const { count } = digits;
  const all = { first: 0, count };
  const start = known(snapshots[0], "a snapshot").parameters;
  const optimizer = { name: "sgd", learningRate } as const;
  const stepper = new Stepper(lab.kernel, optimizer, start);
  const config = { ...ownConfig, seed };
  const plan = {
    trainCount: count,
    validationCount: 0,
    testCount: 1,
    stepsPerEpoch: 0,
    totalSteps: 0,
  };
  const places = [{ digits: 0, steps: 0, cost: lab.cost(start, all) }];
  let [seen, steps, lastPlace, epoch] = [0, 0, 0, 0];
  while (seen < courseEpochs * count || steps < courseSteps) {
    const order = epochOrder(epoch++, config, plan);
    for (let first = 0; first < count; first += batchSize) {
      const batch = order.subarray(first, first + batchSize);
      stepper.gradient.set(lab.gradientOver(stepper.look(learningRate), batch).gradientSum);
      if (!stepper.step(learningRate, batch.length)) return { batchSize, places };
      steps += 1;
      seen += batch.length;
      const place = Math.floor((seen * placeCount) / (courseEpochs * count));
      if (steps > courseSteps && place === lastPlace) continue;
      lastPlace = place;
      places.push({ digits: seen, steps, cost: lab.cost(stepper.parameters, all) });
    }
  }
  return { batchSize, places };
}
