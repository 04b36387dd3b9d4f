/**
 * @file Every formula that `/learn` shows against the code. What can be computed is: its sides, with the numbers of
 * the section's model for its places and its symbols, are equal. The others name the test that holds them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { Averages, AverageRow } from "../../../../coordinator/learn/models/averages.ts";
import type { Course } from "../../../../coordinator/learn/models/descent.ts";
import type { AnswerOf } from "../../../../coordinator/learn/models/questions.ts";
import { type RaceFacts, racers } from "../../../../coordinator/learn/models/race.ts";
import { bowl } from "../../../../coordinator/learn/models/surfaces.ts";
import type { AnySection } from "../../../../coordinator/learn/section.ts";
import { sections } from "../../../../coordinator/learn/sections/sections.ts";
import {
  argmin,
  batchSum,
  changed,
  differenceIn,
  gradientAt,
  meanEffort,
  raceRateOf,
} from "../../../support/fixtures/learn/recomputed.ts";
import { sceneOf } from "../../../support/fixtures/learn/scene.ts";
import { texValue } from "../../../support/fixtures/learn/tex-value.ts";

type Numbers = Readonly<Record<string, number>>;

/** The curvature across the valley of the section about momentum. */
const acrossOfMomentum = 10;

/** What symbols stand for, from the kernel's own course or computed anew. `values`: of the formula's places. */
const symbolsOf: Readonly<
  Record<string, (model: never, values: Numbers, step: number, state: never) => Numbers>
> = {
  cost: ({ targets }: { targets: readonly number[] }, _values, _step, state) => {
    const { prediction } = state as { prediction: number };
    const distances = targets.map((target) => prediction - target);
    return {
      n: targets.length,
      "\\sum_{i}(\\hat y-y_i)^2": distances.reduce((sum, each) => sum + each ** 2, 0),
      "\\sum_{i}|\\hat y-y_i|": distances.reduce((sum, each) => sum + Math.abs(each), 0),
    };
  },
  "one-weight": ({ answer, here }: { answer: AnswerOf<"weight">; here: number }) => ({
    ...differenceIn(12_900, (answer.offsets[here + 1] ?? NaN) - (answer.offsets[here] ?? NaN), "h"),
    "\\frac{\\partial C}{\\partial w}": answer.slopes[here] ?? NaN,
  }),
  search: (_model, _values, _step, state) => {
    const { x, y } = state as { x: number; y: number };
    return { x, y, C: bowl(1, 4).value(x, y) };
  },
  gradient: ({ answer }: { answer: AnswerOf<"gradient"> }) => ({
    ...changed(answer.weight, answer.change),
    "\\Delta C": answer.happened,
    "\\Delta w": answer.change,
    "\\frac{\\partial C}{\\partial w}": gradientAt(answer.weight),
  }),
  parameters: ({ answer }: { answer: AnswerOf<"parameter"> }) => ({
    ...differenceIn(answer.weight, answer.epsilon, "\\varepsilon"),
    "\\frac{\\partial C}{\\partial w}": gradientAt(answer.weight),
  }),
  rates: ({ answer }: { answer: AnswerOf<"rates"> }) => ({
    "\\underset{\\eta\\,=\\,2^{-10},\\,\\ldots,\\,2^{6}}{\\mathrm{arg\\,min}}\\ C\\bigl(w_{60}(\\eta)\\bigr)":
      argmin(answer.curve.rows.map(({ rate, cost }) => [rate, cost ?? Infinity])),
    "\\lambda": answer.curvature,
  }),
  race: ({ facts }: { facts: RaceFacts }) => ({
    "\\eta^{*}": facts.rates.nag,
    "\\underset{\\eta\\,=\\,2^{-9},\\,\\ldots,\\,2^{5}}{\\mathrm{arg\\,min}}\\ \\bar t(\\eta)":
      raceRateOf(facts.surface, "nag"),
    ...Object.fromEntries(
      racers.map((racer) => {
        const rate = facts.rates[racer];
        return [`\\bar t_{\\mathrm{${racer}}}((${rate}))`, meanEffort(facts.surface, racer, rate)];
      }),
    ),
  }),
  average: (
    { batch, chosen, averages }: { batch: number; chosen: AverageRow; averages: Averages },
    values,
  ) => ({
    B: values["batch"] ?? NaN,
    "\\sum_{i=1}^{B}\\frac{\\partial C_i}{\\partial w}": batchSum(
      chosen.parameter,
      batch,
      averages.count,
    ),
  }),
  "cross-entropy": ({ here }: { here: { probability: number } }) => ({ p: here.probability, y: 1 }),
  data: ({ answer, lowestOfFew: i }: { answer: AnswerOf<"data">; lowestOfFew: number }) => ({
    "\\sum_{i=1}^{6} C_i(\\theta)": answer.single.reduce((sum, row) => sum + (row[i] ?? NaN), 0),
    "C(\\theta)": answer.few[i] ?? NaN,
  }),
  "learning-rate": (
    { state, course }: { state: { rate: number; curvature: number }; course: Course },
    _values,
    step,
  ) => ({
    "w_{t+1}": course.points[2 * (at(course, step) + 1) + 1] ?? NaN,
    w_t: course.points[2 * at(course, step) + 1] ?? NaN,
    "w^{*}": 0,
    "\\eta": state.rate,
    "\\lambda": state.curvature,
  }),
  batches: (_model, { batch = NaN }) => ({ B: batch }),
  momentum: ({ momentum: course }: { momentum: Course }, values, step) => ({
    ...velocities(course, 2, 1, step),
    "\\eta": values["rate"] ?? NaN,
    "\\beta": values["beta"] ?? NaN,
    c: values["gain"] ?? NaN,
    "\\lambda": acrossOfMomentum,
  }),
  nesterov: ({ nesterov: course }: { nesterov: Course }, values, step) => ({
    ...velocities(course, 1, 0, step),
    "g(p_t)": course.gradients[at(course, step)] ?? NaN,
    p_t: course.takenAt[at(course, step)] ?? NaN,
    "\\eta": values["rate"] ?? NaN,
    "\\beta": values["beta"] ?? NaN,
  }),
  unrolled: ({ beta, course }: { beta: number; course: Course }, _values, t) => {
    const g = (back: number) => course.gradients[t - 1 - back] ?? 0;
    const terms = Array.from({ length: t }, (_, k) => ({ weight: beta ** k, gradient: g(k) }));
    return {
      "\\sum_{k=0}^{t-1}\\beta^k g_{t-k}": terms.reduce(
        (sum, { weight, gradient }) => sum + weight * gradient,
        0,
      ),
      "\\sum_{k=0}^{t-1}\\beta^k": terms.reduce((sum, { weight }) => sum + weight, 0),
      v_t: course.first[t] ?? NaN,
      "v_{t-1}": course.first[t - 1] ?? 0,
      "v_{t-2}": course.first[t - 2] ?? 0,
      g_t: g(0),
      "g_{t-1}": g(1),
      "\\beta": beta,
    };
  },
  rmsprop: ({ rmsprop: course }: { rmsprop: Course }, values, step) => ({
    ...velocities(course, 2, 0, Math.min(step, 29)),
    "\\eta": values["rate"] ?? NaN,
    "\\beta": values["beta"] ?? NaN,
    "\\epsilon": 1e-8,
  }),
  adam: (_model, values, step) => ({
    "\\beta_1^t": 0.9 ** Math.max(1, step),
    "\\beta_2^t": 0.999 ** Math.max(1, step),
    "\\hat m_t": values["mHat"] ?? NaN,
    "\\hat v_t": values["vHat"] ?? NaN,
    m_t: values["m"] ?? NaN,
    v_t: values["v"] ?? NaN,
    // From 0, in units of η.
    "w_{t+1}": -(values["move"] ?? NaN),
    w_t: 0,
    "\\eta": 1,
    "\\epsilon": 1e-8,
  }),
  backpropagation: (_model, { sum = NaN, slope = NaN, hidden = NaN }) => ({
    "\\delta_j": hidden,
    "\\sum_k w_{jk}\\,\\delta_k": sum,
    "a_j(1-a_j)": slope,
  }),
  effective: (_model, values) => ({
    "\\eta_i": values["median"] ?? NaN,
    "\\hat v_i": values["square"] ?? NaN,
    v_i: (values["square"] ?? NaN) * (values["correction"] ?? NaN),
    "\\eta": values["rate"] ?? NaN,
    "\\epsilon": 1e-8,
  }),
};

/** The step that a formula shows: at the end of a course, the last one. */
function at(course: Course, step: number): number {
  return Math.max(0, Math.min(step, course.steps - 1));
}

/** One step of a course of `count` parameters, in the direction `i`. */
function velocities(course: Course, count: number, i: number, step: number): Numbers {
  const row = at(course, step) * count + i;
  return {
    "v_{t-1}": course.first[row] ?? NaN,
    v_t: course.first[row + count] ?? NaN,
    g_t: course.gradients[row] ?? NaN,
    w_t: course.points[row] ?? NaN,
    "w_{t+1}": course.points[row + count] ?? NaN,
  };
}

/** Formulas that a computation here cannot hold: a test that does, by its file and a part of its name. */
const elsewhere: Readonly<Record<string, readonly [file: string, name: string]>> = {
  "\\frac{C_{\\mathrm{fin}}}": ["sections/search.test.ts", "1,000 dimensions leave"],
  "\\theta\\leftarrow": ["backpropagation/batches.test.ts", "parameters of a run"],
};

/** Groups of sides that a formula says are equal. Of two vectors, each coordinate is. */
function groupsOf(tex: string): readonly (readonly string[])[] {
  const statements = tex.split(/\\quad|,\\;|\\iff|\\approx|<|,(?=\\quad)/u);
  return statements.flatMap((statement) => {
    const sides = sidesOf(statement.replace(/,$/u, ""));
    const vectors = sides.map((side) => /^\((?<x>.*),\\,(?<y>.*)\)$/u.exec(side)?.groups);
    const found = vectors.filter((vector) => vector !== undefined);
    if (found.length < 2) return [sides];
    return [found.map(({ x = "" }) => x), found.map(({ y = "" }) => y)];
  });
}

/** What is between the equals signs of a statement, but for those inside of braces. */
function sidesOf(statement: string): readonly string[] {
  const sides = [""];
  let depth = 0;
  for (const sign of statement) {
    if (sign === "{") depth += 1;
    if (sign === "}") depth -= 1;
    if (sign === "=" && depth === 0) sides.push("");
    else sides.push(`${sides.pop() ?? ""}${sign}`);
  }
  return sides;
}

/** Sides of a group with a value. */
function valuesOf(section: AnySection, tex: string, step: number): readonly (readonly number[])[] {
  const { model, state } = sceneOf(section, { step });
  const places = section.formula.values(model, step);
  const symbols = symbolsOf[section.id]?.(model as never, places, step, state as never) ?? {};
  return groupsOf(tex).map((sides) =>
    sides.map((side) => texValue(side, places, symbols)).filter((value) => value !== undefined),
  );
}

const all = sections.flatMap((section) =>
  section.formula.tex.map((tex) => ({
    id: section.id,
    section,
    tex,
    held: Object.entries(elsewhere).find(([start]) => tex.startsWith(start))?.[1],
  })),
);

test.each(all.filter(({ held }) => held === undefined))(
  "$id: the sides of $tex are equal, at its first steps, in the middle and at the end",
  ({ section, tex }) => {
    const last = section.lastStep?.(sceneOf(section).model) ?? 0;
    for (const step of new Set([Math.min(1, last), Math.min(3, last), last >> 1, last])) {
      const groups = valuesOf(section, tex, step);
      expect(Math.max(...groups.map((values) => values.length))).toBeGreaterThanOrEqual(2);
      for (const [first = NaN, ...others] of groups) {
        for (const value of others) {
          // Tensors are float32.
          const scale = Math.max(Math.abs(first), Math.abs(value), 1e-3);
          expect(Math.abs(value - first) / scale).toBeLessThan(1e-5);
        }
      }
    }
  },
);

test.each(all.filter(({ held }) => held !== undefined))(
  "$id: another test holds $tex",
  ({ held: [file, name] = ["", ""] }) => {
    expect(name).not.toBe("");
    expect(readFileSync(join(import.meta.dirname, file), "utf8")).toContain(name);
  },
);

test("values of TeX: what it can compute, and what it cannot", () => {
  expect(texValue("785\\cdot16+17\\cdot16+17\\cdot10", {})).toBe(13_002);
  expect(texValue("13\\,002", {})).toBe(13_002);
  expect(texValue("-\\frac{\\val{a}}{2}\\,(1-b)^2", { a: -3 }, { b: 4 })).toBe(13.5);
  expect(texValue("3\\left\\lceil\\frac{7}{2}\\right\\rceil", {})).toBe(12);
  expect(texValue("|1-\\sqrt{\\val{a}}|", { a: 9 })).toBe(2);
  expect(texValue("2x", {})).toBe(undefined);
  expect(texValue("\\sum_k 2", {})).toBe(undefined);
});
