/**
 * @file Files as a bad disk, a bad editor or a bad person leaves them: run files, IDX files, checkpoints and run folders.
 * Whatever they hold, the answer is the right one or one line that names the file; never another error, never a hang, and
 * no more memory than what is there.
 */
import { gunzipSync, gzipSync } from "node:zlib";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decodeCheckpoint, encodeCheckpoint } from "../../../coordinator/checkpoint.ts";
import { runFileBytesMax } from "../../../coordinator/cli/run-file.ts";
import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { unpack } from "../../../coordinator/datasets/idx-folder.ts";
import { loadDataset } from "../../../coordinator/datasets/load.ts";
import { prepareRun, type PreparedRun } from "../../../coordinator/run-setup.ts";
import { known } from "../../../shared/assert.ts";
import { FormatError } from "../../../shared/data/format-error.ts";
import { parseIdx } from "../../../shared/data/idx.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { oneLine, OperatorError } from "../../../shared/operator-error.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../shared/safetensors.ts";
import { damaged, damages, forgedCheckpoint } from "../../support/bad-files.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { checkpointAt, config as fixtureConfig } from "./checkpoint-fixture.ts";
import { parse, parseCoordinator } from "./cli/support.ts";
import { tinyFiles } from "./datasets/idx-files.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What a person reads of an error, if it is one that is meant for people. */
function lineOf(error: unknown): string {
  if (!(error instanceof OperatorError)) throw error;
  const line = oneLine(error.message);
  expect(line).toMatch(/^[^\n\r\p{C}]{10,2001}$/u);
  return line;
}

describe("a run file", () => {
  const secret = "geheim-geheim-1";
  const yaml = `# settings
dataset: digits:600,100
layers: [784, 16, 16, 10]
learningRate: 0.01
epochs: 3
name: monday
joinToken: ${secret}
$schema: {a: [1, 2]}
`;
  const json = JSON.stringify({ dataset: "digits", epochs: 3, layers: [784, 10], exit: true });

  test("damaged in 1 to 4 places is read or refused in one line that names it; 2,000 of them", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(yaml, json), damages, (text, changes) => {
        const file = textOf(damaged(bytesOf(text), changes));
        try {
          expect(parse(["start"], { file }).kind).toMatch(/^(coordinator|print)$/u);
        } catch (error) {
          const line = lineOf(error);
          expect(line).toMatch(/run\.yaml|^--/u);
          refused += 1;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  test.each([
    ["60,000 lists in each other", `epochs: ${"[".repeat(60_000)}`],
    ["30,000 lists that are closed", `epochs: ${"[".repeat(30_000)}${"]".repeat(30_000)}`],
    ["700 lists", `epochs: ${"[".repeat(700)}1${"]".repeat(700)}`],
    ["15,000 maps", "{a: ".repeat(15_000)],
    ["30,000 lists on one line", `${"- ".repeat(30_000)}1`],
    ["30,000 keys on one line", `${"? ".repeat(30_000)}1`],
    ["lists behind comments that seem to close them", "[ #]\n".repeat(9_000)],
    ["lists in JSON", `{"epochs": ${"[".repeat(2_000)}${"]".repeat(2_000)}}`],
  ])("of %s is too deep", (_, file) => {
    expect(lineOf(caught(() => parse(["start"], { file })))).toBe(
      "run.yaml nests more than 8 levels; write one value, or a list of values, after each key",
    );
  });

  test("of 300 levels of indentation, one key each, is refused", () => {
    const file = Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
    expect(lineOf(caught(() => parse(["start"], { file })))).toMatch(/^run\.yaml line 1: unknown/u);
  });

  test(`of more than ${runFileBytesMax} bytes is refused unread; one of as many is read`, () => {
    const filled = (length: number) => `epochs: 3\n#${"x".repeat(length - 11)}`;
    expect(parse(["start"], { file: filled(runFileBytesMax) }).kind).toBe("coordinator");
    expect(lineOf(caught(() => parse(["start"], { file: filled(runFileBytesMax + 1) })))).toBe(
      'run.yaml has more than 64 KiB; is it a run file, with "key: value" lines?',
    );
    // Characters are not bytes.
    const wide = `epochs: 3\n#${"é".repeat(runFileBytesMax / 2)}`;
    expect(lineOf(caught(() => parse(["start"], { file: wide })))).toMatch(/64 KiB/u);
  });

  test("whose aliases would unfold to 10 billion values is refused: an alias is no value", () => {
    const lists = Array.from({ length: 10 }, (_, i) => {
      const item = i === 0 ? "1" : `*a${i - 1}`;
      return `$${i}: &a${i} [${Array.from({ length: 10 }, () => item).join()}]`;
    });
    const file = [...lists, "layers: *a9"].join("\n");
    expect(lineOf(caught(() => parse(["start"], { file })))).toBe(
      "run.yaml line 11: layers must be one value; write it after the colon, or leave the line out",
    );
  });

  test("with 10,000 keys that nobody reads is read: none is compared with every other", () => {
    const keys = Array.from({ length: 8_000 }, (_, i) => `$${i}:`).join("\n");
    expect(parse(["start"], { file: `${keys}\nepochs: 3` }).kind).toBe("coordinator");
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "with the key %s has an unknown key, and changes no object",
    (key) => {
      for (const file of [`${key}: 1`, `{"${key}": {"isAdmin": true}}`]) {
        expect(lineOf(caught(() => parse(["start"], { file })))).toMatch(
          new RegExp(`^run\\.yaml line 1: unknown key ${key}`, "u"),
        );
      }
      expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    },
  );
});

describe("an IDX file", () => {
  const idx = fc
    .record({
      code: fc.constantFrom(0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
    })
    .map(({ code, shape }) => {
      const length = shape.reduce((product, size) => product * size, widthOf(code));
      const file = Buffer.alloc(4 + 4 * shape.length + length, 7);
      file.writeUInt32BE((code << 8) | shape.length);
      for (const [i, size] of shape.entries()) file.writeUInt32BE(size, 4 + 4 * i);
      return file;
    });

  test("damaged in 1 to 4 places holds what its header says, or is refused by its name; 3,000 of them", () => {
    let refused = 0;
    fc.assert(
      fc.property(idx, damages, (file, changes) => {
        const bytes = damaged(file, changes);
        try {
          const { shape, data } = parseIdx(bytes, "train.idx");
          const length = shape.reduce((product, size) => product * size, 1);
          expect(data.length).toBe(length);
          expect(bytes.length).toBe(4 + 4 * shape.length + length * widthOf(bytes[2] ?? 0));
        } catch (error) {
          expect(lineOf(error)).toMatch(/^train\.idx .*(\?|again)$/u);
          refused += 1;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  test("packed or not, damaged among its three companions, makes a sound dataset or one line; 1,000 of them", async () => {
    let refused = 0;
    const names = Object.keys(tinyFiles);
    const property = fc.asyncProperty(
      fc.constantFrom(...names),
      fc.boolean(),
      damages,
      async (name, packed, changes) => {
        const files = new Map(
          Object.entries(tinyFiles).map(([key, value]) => [`/d/${key}`, value]),
        );
        const path = `/d/${name}`;
        const bytes = known(files.get(path), "one of the four");
        files.delete(path);
        files.set(packed ? `${path}.gz` : path, damaged(packed ? gzipSync(bytes) : bytes, changes));
        const options = { disk: memoryDisk(files), cache: "/c", mnistMirror: undefined };
        try {
          const { dataset } = await loadDataset(
            { kind: "idx", folder: "/d" },
            { ...options, progress: () => undefined },
          );
          for (const split of [dataset.train, dataset.test]) {
            expect(split.features).toHaveLength(split.count * dataset.featureCount);
            expect(split.labels.every((label) => label < dataset.classCount)).toBe(true);
            expect(split.features.every((value) => Number.isFinite(value))).toBe(true);
          }
        } catch (error) {
          expect(lineOf(error)).toContain("/d");
          refused += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: 1_000 });
    expect(refused).toBeGreaterThan(300);
  });

  test("that says 4 GiB of its 20 bytes is refused before memory is taken for them", () => {
    for (const size of [0xff_ff_ff_ff, 0x7f_ff_ff_ff]) {
      const file = Buffer.alloc(20);
      file.writeUInt32BE(0x0e_02);
      file.writeUInt32BE(size, 4);
      file.writeUInt32BE(size, 8);
      expect(lineOf(caught(() => parseIdx(file, "a.idx")))).toMatch(
        /^a\.idx is cut short: float64/u,
      );
    }
  });

  test("that unpacks to more than the limit is refused at the limit, whatever it says of its size", async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 2 ** 20));
    const said = Buffer.from(bomb);
    said.writeUInt32LE(5, said.length - 4);
    for (const packed of [bomb, said]) {
      await expect(unpack(packed, 2 ** 20)).rejects.toThrow(/larger than 1048576 bytes/u);
    }
    // Nothing is taken for what a small file only claims.
    const liar = gzipSync(Buffer.from("small"));
    liar.writeUInt32LE(0xff_ff_ff_ff, liar.length - 4);
    await expect(unpack(liar)).rejects.toThrow(/incorrect length check/u);
    expect(gunzipSync(gzipSync(Buffer.from("small"))).toString()).toBe("small");
  });
});

describe("a safetensors file", () => {
  const whole = encodeSafetensors({
    metadata: new Map([["step", "7"]]),
    tensors: new Map([
      ["0.weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["0.bias", { shape: [2], data: Float32Array.of(7, 8) }],
      ["labels", { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ]),
  });
  const withHeader = (header: string) => {
    const text = bytesOf(header);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
    return Uint8Array.from([...length, ...text]);
  };

  test("damaged in 1 to 4 places has tensors that are views of it, or is refused; 3,000 of them", () => {
    let refused = 0;
    fc.assert(
      fc.property(damages, (changes) => {
        const bytes = damaged(whole, changes);
        try {
          const { tensors } = decodeSafetensors(bytes);
          let covered = 0;
          for (const { shape, data } of tensors.values()) {
            expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
            covered += data.byteLength;
          }
          expect(covered).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
          expect(oneLine(error.message)).toMatch(/^[^\n\p{C}]{10,700}$/u);
          refused += 1;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  test.each([
    ["half a million lists", `{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, /more than 3/u],
    ["170,000 objects", `${'{"a":'.repeat(170_000)}1${"}".repeat(170_000)}`, /more than 3/u],
    [
      "a name of a million characters",
      `{"${"a".repeat(2 ** 20 - 100)}":1}`,
      /at most 200 are read/u,
    ],
    ["a million backslashes", `{"${"\\\\".repeat(500_000)}":1}`, /at most 200 are read/u],
    [
      "a shape of 500,000 sizes",
      `{"a":{"dtype":"U8","shape":[${"1,".repeat(500_000)}1],"data_offsets":[0,1]}}`,
      /^tensor a: expected/u,
    ],
    ["a million spaces and no end", `{"a":1}${" ".repeat(1_000_000)}x`, /not one JSON object/u],
  ])("whose header is %s is refused in a short line", (_, header, reason) => {
    const error = caught(() => decodeSafetensors(withHeader(header)));
    expect(error).toBeInstanceOf(FormatError);
    expect(String((error as Error).message)).toMatch(reason);
    expect(String((error as Error).message).length).toBeLessThan(500);
  });
});

describe("a checkpoint whose hash is right and whose contents are not", () => {
  const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpointAt(100)));
  const withConfig = (changes: Partial<RunConfig>) =>
    new Map([...metadata, ["config", JSON.stringify({ ...fixtureConfig, ...changes })]]);
  const model = (layers: number[]) => withConfig({ model: { ...fixtureConfig.model, layers } });
  const progress = (changes: object) =>
    new Map([
      ...metadata,
      ["progress", JSON.stringify({ ...JSON.parse(metadata.get("progress") ?? ""), ...changes })],
    ]);
  const without = (name: string) => new Map([...tensors].filter(([key]) => key !== name));

  test("is forged by the test as the program writes it: unchanged it is read", () => {
    expect(decodeCheckpoint(forgedCheckpoint(metadata, tensors))).toMatchObject({ ok: true });
  });

  test.each<[string, ReadonlyMap<string, string>, typeof tensors, RegExp]>([
    [
      "a model of 2^53 × 2^53",
      model([2 ** 53 - 1, 2 ** 53 - 1]),
      tensors,
      /^tensor 0\.weight is not/u,
    ],
    ["a model of 8 GiB", model([46_341, 46_341]), tensors, /^tensor 0\.weight is not/u],
    [
      "another optimizer",
      withConfig({ optimizer: { name: "sgd", learningRate: 1 } }),
      tensors,
      /state is \[velocity\], sgd has \[\]/u,
    ],
    [
      "no optimizer state",
      metadata,
      new Map([...tensors].filter(([key]) => !key.startsWith("optimizer"))),
      /state is \[\], momentum has/u,
    ],
    ["a tensor less", metadata, without("0.bias"), /^tensor 0\.bias is not F32 \[2\]/u],
    [
      "half of a state",
      metadata,
      without("optimizer.velocity.2.bias"),
      /^tensor optimizer\.velocity\.2\.bias/u,
    ],
    [
      "a tensor more",
      metadata,
      new Map([...tensors, ["x", { shape: [1], data: Float32Array.of(1) }]]),
      /it has 9 tensors/u,
    ],
    [
      "a state named __proto__",
      metadata,
      new Map([
        ...tensors,
        ["optimizer.__proto__.0.weight", { shape: [2, 3], data: new Float32Array(6) }],
      ]),
      /^tensor optimizer\.__proto__\.0\.bias/u,
    ],
    ["a step of −1", new Map([...metadata, ["step", "-1"]]), tensors, /^its step is not valid/u],
    [
      "a step of 10^30",
      new Map([...metadata, ["step", "1e30"]]),
      tensors,
      /^its step is not valid/u,
    ],
    [
      "a step that is a text",
      new Map([...metadata, ["step", '"7"']]),
      tensors,
      /^its step is not valid/u,
    ],
    [
      "a config that is no JSON",
      new Map([...metadata, ["config", "{"]]),
      tensors,
      /^its config is not JSON/u,
    ],
    [
      "a config of 100,000 lists",
      new Map([...metadata, ["config", `${"[".repeat(100_000)}${"]".repeat(100_000)}`]]),
      tensors,
      /^its config is not valid/u,
    ],
    [
      "a config with __proto__",
      new Map([
        ...metadata,
        ["config", JSON.stringify(fixtureConfig).replace("{", '{"__proto__":{"isAdmin":true},')],
      ]),
      tensors,
      /^its config is not valid/u,
    ],
    [
      "no progress",
      new Map([...metadata].filter(([key]) => key !== "progress")),
      tensors,
      /^its progress is not JSON/u,
    ],
    ["progress with a word more", progress({ more: 1 }), tensors, /^its progress is not valid/u],
    [
      "5 confusions of 2 classes",
      progress({
        evaluation: {
          ...checkpointAt(1).progress.evaluation,
          testLoss: 1,
          confusion: [1, 2, 3, 4, 5],
        },
      }),
      tensors,
      /5 confusions, its model has 4/u,
    ],
  ])("%s is refused", (_, changed, changedTensors, reason) => {
    const decoded = decodeCheckpoint(forgedCheckpoint(changed, changedTensors));
    expect(decoded).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe("a run folder", () => {
  const { dataset, bytes } = drawDigits(20, 10);
  const cached = `/cache/digits-v1-20-10.${dataset.sha256}.safetensors`;
  const { options, run: request } = parseCoordinator([
    "coordinator",
    "--resume",
    "--runs",
    "/runs",
    "--cache",
    "/cache",
  ]);

  async function resume(files: ReadonlyMap<string, Uint8Array>, told = request) {
    return await prepareRun(options, told, {
      kernel: createPlainKernel(),
      disk: memoryDisk(new Map([...files, [cached, bytes]])),
      newRunId: () => "new",
      progress: () => undefined,
    });
  }

  /** A run of one layer that was set up, and that wrote one checkpoint. */
  async function aRun(): Promise<{ files: Map<string, Uint8Array>; prepared: PreparedRun }> {
    const files = new Map([[cached, bytes]]);
    const told = parseCoordinator([
      "coordinator",
      "--dataset",
      "digits:20,10",
      "--layers",
      "784,10",
      "--runs",
      "/runs",
      "--cache",
      "/cache",
    ]);
    const prepared = await prepareRun(told.options, told.run, {
      kernel: createPlainKernel(),
      disk: memoryDisk(files),
      newRunId: () => "a",
      progress: () => undefined,
    });
    const { step, parameters, state } = prepared.store.snapshot();
    const written = await prepared.folder.writeCheckpoint({
      config: prepared.config,
      step,
      parameters,
      optimizerState: state,
      progress: { ...checkpointAt(0).progress, evaluation: null },
    });
    expect(written.ok).toBe(true);
    files.set("/runs/a/metrics.jsonl", bytesOf('{"step":0}\n{"step":1}\n'));
    return { files, prepared };
  }

  test("as it was written goes on as it was", async () => {
    const { files, prepared } = await aRun();
    const resumed = await resume(files);
    expect(resumed.config).toEqual(prepared.config);
    expect(resumed.notes).toEqual([]);
  });

  test("with one of its files damaged goes on as it was, or is refused in one line; 400 of them", async () => {
    const { files, prepared } = await aRun();
    const paths = [...files.keys()].filter((path) => path.startsWith("/runs/"));
    expect(paths).toHaveLength(3);
    // Without the checkpoint all rests on config.json.
    const bare = new Map([...files].filter(([path]) => !path.endsWith(".safetensors")));
    const ends = { same: 0, other: 0, refused: 0 };
    const property = fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.boolean(),
      damages,
      async (path, isBare, changes) => {
        const before = isBare ? bare : files;
        const now = new Map(before);
        const found = before.get(path);
        if (found !== undefined) now.set(path, damaged(found, changes));
        try {
          const { config, plan } = await resume(now);
          const isSame = JSON.stringify(config) === JSON.stringify(prepared.config);
          // A digit of an editable config.json may become another one.
          ends[isSame ? "same" : "other"] += 1;
          if (!isSame) expect([isBare, path]).toEqual([true, "/runs/a/config.json"]);
          expect(plan.totalSteps).toBeGreaterThan(0);
        } catch (error) {
          expect(lineOf(error)).toMatch(/\/runs|digits|the dataset/u);
          ends.refused += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: 400 });
    expect(ends.same).toBeGreaterThan(100);
    expect(ends.refused).toBeGreaterThan(30);
  });

  const edits: [string, (setup: { config: RunConfig; dataset: string }) => unknown, RegExp][] = [
    [
      "another kind of dataset",
      (setup) => ({ ...setup, dataset: "cifar" }),
      /^\/runs\/a\/config\.json: dataset must be digits, .*, not cifar; mend it/u,
    ],
    [
      "a dataset with a line break",
      (setup) => ({ ...setup, dataset: "a\nb" }),
      /not a\\nb; mend it/u,
    ],
    [
      "no dataset",
      ({ config }) => ({ config }),
      /^\/runs\/a\/config\.json is not a run's: dataset is not valid; mend it/u,
    ],
    ["a list", () => [], /^\/runs\/a\/config\.json is not a run's: it is not valid/u],
    [
      "__proto__",
      (setup) =>
        JSON.parse(
          JSON.stringify(setup).replace('"config":{', '"config":{"__proto__":{"isAdmin":true},'),
        ),
      /config is not valid/u,
    ],
    ...(
      [
        [
          "layers",
          { model: { layers: [784, 2 ** 53 - 1, 10], activation: "relu", output: "softmax" } },
          /layers 784,9007199254740991,10 makes .* parameters; a run has at most 100000000, use narrower layers/u,
        ],
        [
          "layers of other data",
          { model: { layers: [2, 10], activation: "relu", output: "softmax" } },
          /layers 2,10 does not fit digits:20,10: its samples have 784 values/u,
        ],
        [
          "batchSize",
          { batchSize: 2 ** 40 },
          /batchSize 1099511627776 is more than the 20 training samples/u,
        ],
        ["shardSize", { shardSize: 2 ** 40 }, /shardSize 1099511627776 is more than a batch/u],
        [
          "candidates",
          { optimizer: { name: "local-search", candidates: 2 ** 40, sigma: 1 } },
          /candidates must be a whole number from 1 to 65536 .*, not 1099511627776; resume from/u,
        ],
        [
          "learningRate",
          { optimizer: { name: "sgd", learningRate: 1e300 } },
          /learningRate must be a number above 0 \(float32\), not 1e\+300/u,
        ],
        ["epochs", { epochs: 1.5 }, /config\.epochs is not valid/u],
      ] as [string, Partial<RunConfig>, RegExp][]
    ).map(([what, changes, reason]): (typeof edits)[number] => [
      what,
      ({ config, dataset: source }) => ({ config: { ...config, ...changes }, dataset: source }),
      reason,
    ]),
  ];
  test.each(edits)(
    "whose config.json has %s that can't be is refused by name",
    async (_, edit, reason) => {
      const { files } = await aRun();
      const path = "/runs/a/config.json";
      const setup = edit(JSON.parse(textOf(known(files.get(path), "it was set up"))));
      const bare = new Map([[path, bytesOf(JSON.stringify(setup))]]);
      const line = lineOf(await resume(bare).catch((error: unknown) => error));
      expect(line).toMatch(reason);
      expect(line).toContain("/runs/a/config.json");
      expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    },
  );

  test("whose config.json has 2 MiB, or nests 100,000 levels, is refused", async () => {
    for (const text of [" ".repeat(2 ** 21), `${"[".repeat(100_000)}${"]".repeat(100_000)}`]) {
      const files = new Map([["/runs/a/config.json", bytesOf(text)]]);
      const line = lineOf(await resume(files).catch((error: unknown) => error));
      expect(line).toMatch(/^(cannot read )?\/runs\/a\/config\.json/u);
    }
  });

  test("whose checkpoint was forged to ask for 2^40 samples a batch is refused by the checkpoint's name", async () => {
    const { files } = await aRun();
    const path = "/runs/a/checkpoints/step-00000000.safetensors";
    const { metadata, tensors } = decodeSafetensors(known(files.get(path), "it was written"));
    const config = JSON.parse(metadata.get("config") ?? "");
    const forged = new Map([
      ...metadata,
      ["config", JSON.stringify({ ...config, batchSize: 2 ** 40 })],
    ]);
    files.set(path, forgedCheckpoint(forged, tensors));
    const line = lineOf(await resume(files).catch((error: unknown) => error));
    expect(line).toBe(
      `${path}: batchSize 1099511627776 is more than the 20 training samples of digits:20,10; use at most 20, or full`,
    );
  });
});

test("an error's line shows what a terminal would obey, and ends after 2,000 characters", () => {
  expect(oneLine("a\nb\u001B[31mc\u009B\u202Ed\u2028")).toBe(
    "a\\u{a}b\\u{1b}[31mc\\u{9b}\\u{202e}d\\u{2028}",
  );
  expect(oneLine("é 漢字 \u{1F522} fine")).toBe("é 漢字 \u{1F522} fine");
  expect(oneLine("x".repeat(100_000))).toBe(`${"x".repeat(2_000)}…`);
});

function widthOf(code: number): number {
  return { 0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8 }[code] ?? NaN;
}

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("no error was thrown");
}
