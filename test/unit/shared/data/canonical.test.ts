import { describe, expect, test } from "vitest";

import {
  type DatasetContent,
  datasetBytesMax,
  decodeDataset,
  encodeDataset,
} from "../../../../shared/data/canonical.ts";
import { sha256Hex } from "../../../../shared/data/sha256.ts";
import { tokenSplit } from "../../../../shared/data/text/windows.ts";
import { FormatError } from "../../../../shared/format-error.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
} from "../../../../shared/safetensors.ts";

const bytesContent: DatasetContent = {
  name: "tiny",
  featureShape: [1, 2],
  target: { kind: "classes", count: 3 },
  train: { count: 3, features: Uint8Array.of(0, 255, 1, 2, 3, 4), targets: Uint8Array.of(2, 0, 1) },
  test: { count: 1, features: Uint8Array.of(9, 8), targets: Uint8Array.of(2) },
};
const floatContent: DatasetContent = {
  ...bytesContent,
  train: { ...bytesContent.train, features: Float32Array.of(0.5, -1, 2, 1e-40, -0, 3e38) },
  test: { ...bytesContent.test, features: Float32Array.of(1, 2) },
};

function withTest(
  content: DatasetContent,
  targets: DatasetContent["test"]["targets"],
): DatasetContent {
  return { ...content, test: { ...content.test, targets } };
}

/** Canonical bytes with some tensors or metadata replaced. */
function altered(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const original = decodeSafetensors(encodeDataset(bytesContent).bytes);
  return encodeSafetensors({
    metadata: new Map([...original.metadata, ...Object.entries(metadata)]),
    tensors: new Map([...original.tensors, ...Object.entries(tensors)]),
  });
}

function decode(bytes: Uint8Array): unknown {
  return decodeDataset(bytes, { name: "tiny", sha256: sha256Hex(bytes) });
}

describe("encodeDataset", () => {
  test.each([
    ["bytes", bytesContent],
    ["floats", floatContent],
  ])("returns 3 + 1 samples of %s as they went in, as views of the bytes", (_what, content) => {
    const { bytes, dataset } = encodeDataset(content);
    expect(dataset).toEqual({ ...content, featureCount: 2, sha256: sha256Hex(bytes) });
    expect(dataset.train.features.buffer).toBe(bytes.buffer);
    expect(decodeDataset(bytes, dataset)).toEqual(dataset);
  });

  test("gives equal data under 2 names one hash", () => {
    const renamed = encodeDataset({ ...bytesContent, name: "other" }).dataset;
    expect(renamed.sha256).toBe(encodeDataset(bytesContent).dataset.sha256);
    expect(renamed.name).toBe("other");
  });

  test("pins the hash of 4 known samples, because run configs and caches contain it", () => {
    expect(encodeDataset(bytesContent).dataset.sha256).toBe(
      "90b0990bc500ae28f993031d5a0aa6404dc5c5d2db38b9fea0e24dba9b49b335",
    );
  });

  const many: DatasetContent = {
    ...bytesContent,
    target: { kind: "classes", count: 65_536 },
    train: { ...bytesContent.train, targets: Uint16Array.of(65_535, 0, 256) },
    test: { ...bytesContent.test, targets: Uint16Array.of(300) },
  };
  const values: DatasetContent = {
    ...floatContent,
    target: {
      kind: "values",
      count: 2,
      names: ["x", "y"],
      scales: [
        { mean: 1, scale: 2 },
        { mean: -1, scale: 0.5 },
      ],
    },
    train: { ...floatContent.train, targets: Float32Array.of(1, -1, 0.5, 3, -0, 1e-40) },
    test: { ...floatContent.test, targets: Float32Array.of(1, 2) },
  };
  const flags: DatasetContent = {
    ...bytesContent,
    target: { kind: "flags", count: 2 },
    train: { ...bytesContent.train, targets: Uint8Array.of(1, 0, 0, 0, 1, 1) },
    test: { ...bytesContent.test, targets: Uint8Array.of(0, 1) },
  };
  test.each([
    ["65,536 classes", many],
    ["2 values with names and scales", values],
    ["2 flags", flags],
    ["a validation split", { ...bytesContent, validation: bytesContent.test }],
    ["a validation split of values", { ...values, validation: values.test }],
    [
      "named classes and a picture's size",
      {
        ...bytesContent,
        target: { kind: "classes", count: 3, names: ["a", 'b"', "ñ"] },
        preprocessing: { kind: "image", height: 1, width: 2, channels: 1 },
      },
    ],
  ] satisfies [string, DatasetContent][])("returns a dataset of %s as it went in", (_, content) => {
    const { bytes, dataset } = encodeDataset(content);
    expect(dataset).toEqual({ ...content, featureCount: 2, sha256: sha256Hex(bytes) });
    expect(decodeSafetensors(bytes).metadata.get("format")).toBe("promedio-dataset-2");
  });

  const wrongContents: [string, DatasetContent, string][] = [
    [
      "3 names for 2 values",
      { ...values, target: { kind: "values", count: 2, names: ["a", "b", "c"] } },
      "one name and one scale per class",
    ],
    [
      "a scale of 0",
      { ...values, target: { kind: "values", count: 1, scales: [{ mean: 0, scale: 0 }] } },
      "target.scales.0.scale is wrong",
    ],
    ["65,537 classes", { ...many, target: { kind: "classes", count: 65_537 } }, "target.count"],
    [
      "bytes for 300 classes",
      { ...bytesContent, target: { kind: "classes", count: 300 } },
      "train.labels must be U16",
    ],
    [
      "3 values where 2 are meant",
      { ...values, target: { kind: "values", count: 3 } },
      "shape [1, 3] has 2",
    ],
    ["a flag of 2", withTest(flags, Uint8Array.of(0, 2)), "sample 0 of test has a flag 2"],
    ["a value of ∞", withTest(values, Float32Array.of(0, Infinity)), "sample 0 holds Infinity"],
    [
      "names of 3 MB",
      {
        ...many,
        target: {
          kind: "classes",
          count: 65_536,
          names: Array.from({ length: 65_536 }, (_, i) => `class ${i} `.repeat(4)),
        },
      },
      "at most 400,000",
    ],
  ];
  test.each(wrongContents)("refuses %s", (_what, content, message) => {
    expect(() => encodeDataset(content)).toThrow(message);
  });

  test("refuses label 3 of 3 classes", () => {
    expect(() => encodeDataset({ ...bytesContent, target: { kind: "classes", count: 2 } })).toThrow(
      "sample 0 of train has label 2, labels are below 2",
    );
  });
});

describe("decodeDataset", () => {
  test("refuses bytes with 1 bit flipped", () => {
    const { bytes, dataset } = encodeDataset(bytesContent);
    bytes[bytes.length - 1]! ^= 1;
    expect(() => decodeDataset(bytes, dataset)).toThrow(`expected ${dataset.sha256}`);
  });

  test("refuses more bytes than the limit before hashing any", () => {
    const bytes = new Uint8Array(datasetBytesMax + 1);
    expect(() => decodeDataset(bytes, { name: "", sha256: "" })).toThrow(
      "a dataset of 1,073,741,825 bytes, at most 1,073,741,824 are accepted",
    );
  });

  const features = Uint8Array.of(1, 2);
  const nan: Record<string, Tensor> = {
    "train.features": { shape: [3, 2], data: Float32Array.of(0, 0, 0, NaN, 0, 0) },
    "test.features": { shape: [1, 2], data: Float32Array.of(0, 0) },
  };
  const refused: [string, Uint8Array, string][] = [
    ["a fifth tensor", altered({ extra: { shape: [2], data: features } }), "test.labels, got"],
    [
      "another format",
      altered({}, { format: "pt" }),
      "expected format promedio-dataset-1, promedio-dataset-2, got pt",
    ],
    ["257 classes", altered({}, { classCount: "257" }), `1…256, got "257"`],
    ["classes in hex", altered({}, { classCount: "0x3" }), `got "0x3"`],
    ["NaN", altered(nan), "train.features: sample 1 holds NaN"],
    [
      "features of int8",
      altered({ "test.features": { shape: [1, 1, 2], data: new Int8Array(2) } }),
      "test.features must be U8 or F32",
    ],
    [
      "floats in one split",
      altered({ "test.features": { shape: [1, 1, 2], data: new Float32Array(2) } }),
      "one split has bytes as features",
    ],
    [
      "a split of 0 samples",
      altered({ "test.features": { shape: [0, 1, 2], data: new Uint8Array(0) } }),
      "at least one sample",
    ],
    [
      "samples without a shape",
      altered({ "test.features": { shape: [2], data: features } }),
      "1…4 sizes",
    ],
    [
      "samples of 5 dimensions",
      altered({ "test.features": { shape: [1, 1, 1, 1, 1, 2], data: features } }),
      "1…4 sizes",
    ],
    [
      "samples of another shape",
      altered({ "test.features": { shape: [1, 2, 1], data: features } }),
      "[1, 2] and [2, 1]",
    ],
    [
      "2 labels for 1 sample",
      altered({ "test.labels": { shape: [2], data: features } }),
      "test.labels must have shape [1], got [2]",
    ],
    [
      "labels of float32",
      altered({ "test.labels": { shape: [1], data: new Float32Array(1) } }),
      "test.labels must be U8",
    ],
  ];
  test.each(refused)("refuses %s", (_what, bytes, message) => {
    expect(() => decode(bytes)).toThrow(FormatError);
    expect(() => decode(bytes)).toThrow(message);
  });
});

const tokensOf = (...tokens: number[]) => tokenSplit(Uint8Array.from(tokens), 2, tokens.length > 3);

describe("tokens", () => {
  const preprocessing = { kind: "text", tokens: "char", vocabulary: "ab", context: 2 } as const;
  const content: DatasetContent = {
    name: "text",
    featureShape: [2],
    target: { kind: "tokens", count: 3 },
    preprocessing,
    train: tokensOf(0, 1, 0, 0, 1, 1, 0),
    test: tokensOf(1, 2, 0),
  };

  test("come back, with windows that move by up to a token in the training split", () => {
    const { bytes, dataset } = encodeDataset(content);
    expect(decode(bytes)).toEqual({ ...dataset, name: "tiny" });
    expect([dataset.train.count, dataset.test.count]).toEqual([2, 1]);
    expect([...decodeSafetensors(bytes).tensors.keys()].toSorted()).toEqual([
      "test.tokens",
      "train.tokens",
    ]);
  });

  const wrong: readonly (readonly [string, Partial<DatasetContent>, string])[] = [
    [
      "a token that is none",
      { test: tokensOf(1, 3, 0) },
      "token 1 of test is 3, tokens are below 3",
    ],
    [
      "too few of them",
      { test: tokensOf(1, 1) },
      "test.tokens must hold at least 3 tokens for a context of 2, got shape [2]",
    ],
    [
      "another number of them",
      { target: { kind: "tokens", count: 4 } },
      "it describes 3 tokens, the targets have 4",
    ],
    [
      "16 bits without need",
      { train: tokenSplit(Uint16Array.of(0, 1, 0, 1), 2, true) },
      "train.tokens must be U8",
    ],
    [
      "a vocabulary out of order",
      { preprocessing: { ...preprocessing, vocabulary: "ba" } },
      "different code points, ascending",
    ],
  ];
  test.each(wrong)("are refused with %s", (_what, change, line) => {
    expect(() => encodeDataset({ ...content, ...change })).toThrow(line);
  });

  test("are refused without what they are", () => {
    const { preprocessing: _, ...rest } = content;
    expect(() => encodeDataset(rest)).toThrow("it describes 0 tokens, the targets have 3");
  });
});
