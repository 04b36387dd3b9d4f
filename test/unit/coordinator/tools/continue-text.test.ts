import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { descriptionOf } from "../../../../coordinator/export/trained-model.ts";
import type { PredictCommand } from "../../../../coordinator/options.ts";
import { createStore } from "../../../../coordinator/run/create-run.ts";
import { SampleWriter } from "../../../../coordinator/run/measures/sample-writer.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { continueText, type ContinueWorld } from "../../../../coordinator/tools/continue-text.ts";
import { describeData } from "../../../../shared/data/description.ts";
import type { TextPreprocessing } from "../../../../shared/data/text/preprocess.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import {
  context,
  tinyGpt,
  tinyText,
  tokenCount,
} from "../../../support/fixtures/tasks/tiny-text.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";

const dataset = tinyText();
const config: RunConfig = {
  ...testConfig({ batchSize: 10, shardSize: 3, epochs: 2, seed: 7 }),
  task: { name: "language", kind: "tokens", count: tokenCount },
  model: tinyGpt,
};
const preprocessing: TextPreprocessing = {
  kind: "text",
  tokens: "char",
  vocabulary: "abcde",
  context,
};
const store = createStore({ kernel: createWasmKernel(), config, dataset });
const model = {
  config,
  step: 0,
  parameters: store.parameters.slice(),
  data: { ...describeData(dataset), preprocessing },
  path: "m",
  fingerprint: "",
  folder: undefined,
} as Parameters<typeof continueText>[1];

async function run(command: Partial<PredictCommand>, files: Record<string, Uint8Array> = {}) {
  const pieces: string[] = [];
  const told: string[] = [];
  const world: ContinueWorld = {
    disk: memoryDisk(new Map(Object.entries(files))),
    readInput: async () => new TextEncoder().encode("from stdin: abc"),
    write: async (text) => void pieces.push(text),
    tell: (said) => told.push(sayAtTerminal(said)),
  };
  const whole = {
    kind: "predict",
    checkpoint: "m",
    runs: "runs",
    json: false,
    ...command,
  } as const;
  await continueText(createWasmKernel(), model, whole, world);
  return { pieces, told, text: pieces.join("") };
}

describe("predict with a model on texts", () => {
  test("writes the prompt, then token by token what follows, always the same", async () => {
    const { pieces, text, told } = await run({ prompt: "abcab", length: 30 });
    expect(text).toMatch(/^abcab[a-e]{30}\n$/u);
    expect(pieces).toHaveLength(32);
    expect(told).toEqual([]);
    expect((await run({ prompt: "abcab", length: 30 })).text).toBe(text);
    expect((await run({ prompt: "abcab", length: 30, seed: 9 })).text).not.toBe(text);
  });

  test("has a prompt in a file, packed or not, or in standard input", async () => {
    const prompt = new TextEncoder().encode("abcab");
    const { text } = await run({ prompt: "abcab", length: 9 });
    expect((await run({ file: "p.txt", length: 9 }, { "p.txt": prompt })).text).toBe(text);
    const packed = { "p.gz": gzipSync(prompt) };
    expect((await run({ file: "p.gz", length: 9 }, packed)).text).toBe(text);
    expect((await run({ file: "-", length: 9 })).text).toMatch(/^from stdin: abc[a-e]{9}\n$/u);
  });

  test("says how much of the prompt it does not know", async () => {
    expect((await run({ prompt: "ab?x", length: 1 })).told).toEqual([
      "the prompt has 2 characters that the model does not know",
    ]);
  });

  test("prints one object with --json", async () => {
    const plain = await run({ prompt: "ab", length: 20, temperature: 0, topK: 3 });
    const { pieces } = await run({ prompt: "ab", length: 20, temperature: 0, topK: 3, json: true });
    expect(JSON.parse(pieces.join(""))).toEqual({
      checkpoint: "m",
      step: 0,
      temperature: 0,
      topK: 3,
      seed: 7,
      prompt: "ab",
      text: plain.text.slice(2, -1),
    });
  });

  test("finds its characters in what every exported file says", () => {
    const said = descriptionOf(model);
    expect(JSON.parse(said.get("preprocessing") ?? "")).toEqual(preprocessing);
    expect(JSON.parse(said.get("features") ?? "")).toEqual({ type: "tokens", shape: [context] });
  });

  test("refuses two prompts, and a file that is no text", async () => {
    await expect(run({ file: "p.txt", prompt: "a" })).rejects.toThrow(
      "give either the file p.txt or a --prompt, not both",
    );
    const bad = { "p.txt": Uint8Array.of(0x41, 0xff) };
    await expect(run({ file: "p.txt" }, bad)).rejects.toThrow("cannot read p.txt: ");
  });
});

function writer() {
  const events: CoordinatorEvent[] = [];
  const waiting: (() => void)[] = [];
  const sample = new SampleWriter({
    store,
    data: describeData(dataset),
    report: (event) => events.push(event),
    after: (_, callback) => {
      waiting.push(callback);
      return () => waiting.splice(waiting.indexOf(callback), 1);
    },
    now: () => 0,
  });
  return { sample, events, waiting };
}

describe("the sample after an evaluation", () => {
  test("is the text that predict writes without a prompt, one token at a time", async () => {
    const { sample, events, waiting } = writer();
    sample.begin({ step: 0, epoch: 1 });
    let turns = 0;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      expect(events).toEqual([]);
      next();
      turns += 1;
    }
    expect(turns).toBe(200);
    const { text } = await run({ length: 200 });
    expect(events).toEqual([
      { event: "sample", step: 0, epoch: 1, temperature: 0.8, text: text.slice(0, -1) },
    ]);
  });

  test("is the same when it is finished at once, and is left when its run ends", () => {
    const { sample, events, waiting } = writer();
    sample.begin({ step: 0, epoch: 1 });
    waiting.shift()?.();
    sample.begin({ step: 3, epoch: 2 });
    expect(events).toHaveLength(1);
    sample.finish();
    sample.begin({ step: 0, epoch: 1 });
    sample.drop();
    sample.finish();
    for (const next of waiting) next();
    expect(events).toHaveLength(2);
    const again = writer();
    again.sample.begin({ step: 0, epoch: 1 });
    again.sample.finish();
    expect(again.events[0]).toEqual(events[0]);
  });

  test("changes no bit of the run's parameters", () => {
    const before = store.parameters.slice();
    const { sample } = writer();
    sample.begin({ step: 0, epoch: 1 });
    sample.finish();
    expect(store.parameters).toEqual(before);
  });
});
