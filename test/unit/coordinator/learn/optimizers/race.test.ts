/** @file The race: everybody's rate is the best of the same search, and the winners are those who arrive first. */
import { describe, expect, test } from "vitest";

import { arrivalAt } from "../../../../../coordinator/learn/models/arrival.ts";
import { descend } from "../../../../../coordinator/learn/models/descent.ts";
import {
  countedStarts,
  perRacer,
  type RaceFacts,
  raceFacts,
  raceOf,
  racers,
  raceSteps,
  winnersOf,
} from "../../../../../coordinator/learn/models/race.ts";
import { gradientOn, surfaces } from "../../../../../coordinator/learn/models/surfaces.ts";
import { anySection } from "../../../../../coordinator/learn/section.ts";
import { race, type RaceModel } from "../../../../../coordinator/learn/sections/optimizers/race.ts";
import { learnKernel, sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const section = anySection(race);

describe("facts", () => {
  const facts = factsOn("ravine");

  test("rates are powers of 2 inside of the grid, so no best one is at its edge", () => {
    for (const racer of racers) {
      const exponent = Math.log2(facts.rates[racer]);
      expect(Number.isInteger(exponent)).toBe(true);
      expect(exponent).toBeGreaterThan(-9);
      expect(exponent).toBeLessThan(5);
    }
  });

  test("nobody wins oftener than it arrives, and with ties and races without an end all starts are counted", () => {
    for (const { wins, ties, unfinished } of [facts, factsOn("beale"), factsOn("wavy")]) {
      const won = racers.map((racer) => wins[racer]).reduce((sum, each) => sum + each, 0);
      expect(won + ties + unfinished).toBe(countedStarts);
    }
    for (const racer of racers) {
      expect(facts.wins[racer]).toBeLessThanOrEqual(facts.arrivals[racer]);
      expect(facts.arrivals[racer]).toBeLessThanOrEqual(countedStarts);
    }
  });

  test("other seeds have other starts", () => {
    const other = raceFacts(learnKernel, "ravine", 3);
    expect(other.means).not.toEqual(facts.means);
  });
});

test("a racer's way is the optimizer's, and it has as many gradients as the others", () => {
  const surface = surfaces.beale;
  for (const racer of racers) {
    const course = raceOf(learnKernel, surface, racer, 0.015625, [0.2, -1.4]);
    expect(course.steps).toBe(raceSteps);
  }
  const adam = raceOf(learnKernel, surface, "adam", 0.25, [0.2, -1.4]);
  const same = descend(learnKernel, {
    optimizer: { name: "adam", learningRate: 0.25, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    start: [0.2, -1.4],
    steps: raceSteps,
    gradient: gradientOn(surface),
  });
  expect(adam.points).toEqual(same.points);
});

test("whoever comes near and leaves again has not arrived", () => {
  const points = Float32Array.of(1, 0, 0.01, 0, 1, 0, 0.02, 0, 0.01, 0);
  const none = new Float32Array(10);
  const state = { count: 2, points, first: none, second: none, gradients: none, takenAt: none };
  const course = { ...state, steps: 4, divergedAt: undefined };
  expect(arrivalAt(course, [[0, 0]], 0.05)).toBe(3);
  expect(arrivalAt({ ...course, steps: 2 }, [[0, 0]], 0.05)).toBe(undefined);
  expect(arrivalAt({ ...course, divergedAt: 5 }, [[0, 0]], 0.05)).toBe(undefined);
});

test("the first to arrive wins, several can, and in a race that nobody ends nobody does", () => {
  const steps: Record<string, number | undefined> = { sgd: 40, adam: 30, nag: undefined };
  expect(winnersOf(perRacer((racer) => steps[racer]))).toEqual(["adam"]);
  const tie = perRacer((racer) => (racer === "sgd" ? 30 : steps[racer]));
  expect(winnersOf(tie)).toEqual(["sgd", "adam"]);
  expect(winnersOf(perRacer(() => undefined))).toEqual([]);
});

test("in the valley local search wins most, on the saddle plain descent, in the waves Adam: nobody everywhere", () => {
  expect(bestOn("ravine")).toBe("search");
  expect(bestOn("saddle")).toBe("sgd");
  expect(bestOn("wavy")).toBe("adam");
});

/** As its scenes have them: searched once for all. */
function factsOn(surface: string): RaceFacts {
  return (sceneOf(section, { state: { surface } }).model as RaceModel).facts;
}

function bestOn(surface: string): string | undefined {
  const facts = factsOn(surface);
  return racers.toSorted((a, b) => facts.wins[b] - facts.wins[a])[0];
}

test("its numbers are a sentence, and the formula has everybody's rate", () => {
  const scene = sceneOf(section);
  const { facts } = scene.model as RaceModel;
  expect(section.describe(scene)).toMatch(
    /^Desde aquí: Nesterov \d+, .+\. De 100 salidas al azar ganan: búsqueda \d+/u,
  );
  expect(race.formula.values(scene.model as RaceModel, 0)).toMatchObject(facts.rates);
});
