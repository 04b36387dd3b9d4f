/** @file The presets of a lesson, and what a room of devices needs. */
import { describe, expect, test } from "vitest";

import {
  presetOf,
  presets,
  settingsOf,
} from "../../../../../coordinator/dashboard/lesson/presets.ts";
import { batchFor, epochsFor } from "../../../../../coordinator/dashboard/lesson/room.ts";
import { settingsFor } from "../../../../../coordinator/dashboard/settings.ts";
import { readRequest } from "../../../../../coordinator/watch/control.ts";
import type { RunConfig } from "../../../../../shared/run/config.ts";
import { shardCountOf } from "../../../../../shared/run/plan.ts";
import { resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";

function resolve(
  settings: Readonly<Record<string, string>>,
  name = settings["dataset"] ?? "digits",
  trainCount = 10_000,
): RunConfig {
  const target = { kind: "classes" as const, count: 10 };
  const facts = { name, sha256: "a".repeat(64), featureCount: 784, target };
  return resolveRunConfig(readRequest(settings, []), { ...facts, trainCount, testCount: 500 });
}

describe("each of the 12 presets", () => {
  test.each(presets.map((preset) => [preset.id, preset] as const))(
    "%s: a page may start it, and the run is known as that preset and no other",
    (id, preset) => {
      const settings = settingsFor(settingsOf(preset, "digits"));
      const count = preset.group === "batches" ? 2_000 : 10_000;
      const config = resolve(settings, settings["dataset"], count);
      expect(presetOf(config, count)?.id).toBe(id);
      // Who takes part, and for how long, is the lecturer's choice.
      const longer = resolve({ ...settings, epochs: "90" }, settings["dataset"], count);
      expect(presetOf(longer, count)?.id).toBe(id);
    },
  );

  test("has another one beside it that differs in what the group is about", () => {
    for (const { group, settings } of presets) {
      const others = presets.filter((each) => each.group === group);
      const texts = others.map((each) => JSON.stringify(each.settings));
      expect(new Set(texts).size).toBe(others.length);
      expect(others.every((each) => each.settings.dataset === settings.dataset)).toBe(true);
    }
  });
});

test("a run of one's own is no preset: the default recipe, another rate, another network, other data", () => {
  const adam = settingsFor(
    settingsOf(
      presets.find(({ id }) => id === "adam")!,
      "digits",
    ),
  );
  expect(presetOf(resolve(adam), 10_000)?.id).toBe("adam");
  expect(presetOf(resolve({}), 10_000)).toBe(undefined);
  for (const change of [
    { learningRate: "0.02" },
    { layers: "784,30,10" },
    { schedule: "cosine" },
  ]) {
    expect(presetOf(resolve({ ...adam, ...change }), 10_000)).toBe(undefined);
  }
  expect(presetOf(resolve(adam, "flowers.csv"), 10_000)).toBe(undefined);
});

test("where MNIST is shown the presets train it too, but for the batches", () => {
  for (const preset of presets) {
    const expected = preset.group === "batches" ? "digits:2000,500" : "mnist";
    expect(settingsOf(preset, "mnist").dataset).toBe(expected);
    expect(settingsOf(preset, "csv:prices.csv").dataset).toMatch(/^digits/u);
  }
});

test("a room of 1 to 200 devices gets a batch with a shard for each, of at least 8 samples while the data last", () => {
  for (let devices = 1; devices <= 200; devices++) {
    const { batchSize, shardSize } = batchFor(devices, 10_000);
    const config = resolve({
      batchSize: String(batchSize),
      ...(shardSize === undefined ? {} : { shardSize: String(shardSize) }),
    });
    expect(shardCountOf(batchSize, config)).toBeGreaterThanOrEqual(devices);
    expect(shardSize ?? 32).toBeGreaterThanOrEqual(8);
  }
  // 40 samples for 50 devices: 40 of them have one.
  expect(batchFor(50, 40)).toEqual({ batchSize: 40, shardSize: 1 });
});

test("a length in minutes becomes epochs at the measured pace, and none where there is no pace", () => {
  // 5 minutes at 200 steps a second are 60,000 steps: 382 epochs of 157.
  expect(epochsFor(5, 200, 157)).toBe(382);
  expect(epochsFor(1, 0.5, 157)).toBe(1);
  expect(epochsFor(5, 0, 157)).toBe(undefined);
});
