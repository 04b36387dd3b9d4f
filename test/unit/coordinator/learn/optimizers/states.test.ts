/** @file The sections about optimizers in many states: whatever the controls are set to, they say and draw numbers. */
import { describe, expect, test } from "vitest";

import { type AnySection, anySection } from "../../../../../coordinator/learn/section.ts";
import { adam } from "../../../../../coordinator/learn/sections/optimizers/adam.ts";
import { learningRate } from "../../../../../coordinator/learn/sections/optimizers/learning-rate.ts";
import { momentum } from "../../../../../coordinator/learn/sections/optimizers/momentum.ts";
import { nesterov } from "../../../../../coordinator/learn/sections/optimizers/nesterov.ts";
import { race } from "../../../../../coordinator/learn/sections/optimizers/race.ts";
import { rates } from "../../../../../coordinator/learn/sections/optimizers/rates.ts";
import { rmsprop } from "../../../../../coordinator/learn/sections/optimizers/rmsprop.ts";
import { unrolled } from "../../../../../coordinator/learn/sections/optimizers/unrolled.ts";
import { fromSlider, sliderSteps } from "../../../../../coordinator/learn/state/schema.ts";
import { Random } from "../../../../../shared/random.ts";
import { PenSpy } from "../../../../support/fixtures/learn/pen-spy.ts";
import { sceneOf } from "../../../../support/fixtures/learn/scene.ts";

const sections: readonly AnySection[] = [
  anySection(learningRate),
  anySection(rates),
  anySection(momentum),
  anySection(unrolled),
  anySection(nesterov),
  anySection(rmsprop),
  anySection(adam),
  anySection(race),
];
const states = 12;
const wordsMax = 90;

describe.each(sections)("$id", (section) => {
  test(`says and draws numbers in ${states} states, at both ends of the course, in ${wordsMax} words`, () => {
    const random = new Random(7, section.id.length);
    for (let i = 0; i < states; i++) {
      const state = stateFrom(section, random);
      const { model, ...scene } = sceneOf(section, { state });
      const last = section.lastStep?.(model) ?? 0;
      for (const step of [0, last]) {
        const now = { ...scene, model, step };
        const values = section.values(now);
        const texts = ["title", "claim", "careful", "right"].map((key) => now.say(key, values));
        const said = [...texts, section.describe(now)].join(" ");
        expect(said).not.toMatch(/NaN|undefined|Infinity|[{}]/u);
        expect(said.match(/\S*[\p{L}\p{N}]\S*/gu)?.length).toBeLessThanOrEqual(wordsMax);
        const numbers = Object.values(section.formula.values(model, step));
        expect(numbers.filter((value) => !Number.isFinite(value))).toEqual([]);
        const pen = new PenSpy(section.axes(now));
        section.drawMap?.(pen.pen, now);
        section.draw(pen.pen, now);
        expect(pen.strange).toEqual([]);
      }
    }
  });
});

/** Every control at one of its ends as often as between them. The race stays where its rates are known. */
function stateFrom(section: AnySection, random: Random): Record<string, number | string> {
  const state: Record<string, number | string> = {};
  for (const [name, field] of Object.entries(section.schema)) {
    if (field.kind === "number") {
      const share = [0, 1, random.uniform(), random.uniform()][random.below(4)] ?? 0;
      state[name] = fromSlider(field, share * sliderSteps);
    } else if (field.kind === "choice" && name !== "surface") {
      state[name] = field.of[random.below(field.of.length)] ?? "";
    }
  }
  return state;
}
