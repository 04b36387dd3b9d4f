/** @file The schema of every message: the values of each field, and that nothing else is accepted. */
import { describe, expect, test } from "vitest";

import { encodeHead, encodeMessage } from "../../../../shared/protocol/codec.ts";
import { ProtocolError } from "../../../../shared/protocol/errors.ts";
import {
  agentLengthMax,
  blocksPerWorkMax,
  doorsMax,
  sentenceCodeLengthMax,
  sentenceItemsMax,
  sentenceLengthMax,
  sentenceValuesMax,
  threadsMax,
  crewBranchesMax,
  crewDepthMax,
  pathLevelsMax,
  protocolVersion,
  workerNameLengthMax,
} from "../../../../shared/protocol/limits.ts";
import {
  decodeCoordinatorMessage,
  decodeWorkerMessage,
} from "../../../../shared/protocol/messages.ts";
import { badFields } from "../../../support/attacks/bad-messages.ts";
import { messageFields } from "../../../support/fixtures/message-fields.ts";
import {
  sampleCoordinatorMessages,
  sampleTensorFor,
  sampleWorkerMessages,
} from "./sample-messages.ts";

type Header = Readonly<Record<string, unknown>>;

interface Direction {
  readonly from: string;
  readonly samples: readonly (Header & { readonly type: string })[];
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const directions: readonly Direction[] = [
  {
    from: "worker",
    samples: sampleWorkerMessages,
    fields: messageFields.worker,
    decode: decodeWorkerMessage,
  },
  {
    from: "coordinator",
    samples: sampleCoordinatorMessages,
    fields: messageFields.coordinator,
    decode: decodeCoordinatorMessage,
  },
];

describe.each(directions)("a $from's messages", ({ samples, fields, decode }) => {
  const refusalOf = (header: Header) =>
    codeOf(() => decode(encodeMessage(header, sampleTensorFor(String(header["type"])))));

  test("have one sample of every type, with exactly the fields of its schema", () => {
    const ofSamples = samples.map((header) => [header.type, Object.keys(header)]);
    expect(Object.fromEntries(ofSamples)).toEqual(Object.fromEntries(fields));
  });

  test.each(samples)("$type: the sample passes unchanged, with its tensor", (header) => {
    const tensor = sampleTensorFor(header.type);
    expect(decode(encodeMessage(header, tensor))).toEqual({ header, tensor });
  });

  test.each(samples)("$type: any field that is wrong in any way is refused", (header) => {
    const numbers = new Float32Array(sampleTensorFor(header.type).slice().buffer);
    const tensor = numbers.length > 0 ? numbers : undefined;
    const right = { header: new Map(Object.entries(header)), tensor };
    for (const { what, of } of badFields(right)) {
      expect([what, codeOf(() => decode(of(right))) ?? "taken"]).toEqual([
        what,
        expect.stringMatching(codeFor(what)),
      ]);
    }
  });

  test("of the other direction, of no type and of an unknown one are ERR_HEADER", () => {
    const others = directions.filter((one) => one.decode !== decode).flatMap((one) => one.samples);
    for (const header of others) expect(refusalOf(header)).toBe("ERR_HEADER");
    for (const type of ["", "Hello", "constructor", "__proto__", 1, null]) {
      expect(refusalOf({ type })).toBe("ERR_HEADER");
    }
  });
});

function crewOf(count: number, depth: number) {
  const branches = Array.from({ length: count }, () => ({ depth, name: "a", workers: 1 }));
  return { type: "crew", workers: 30, relays: 30, branches };
}

function hashesOf(levels: number): string[] {
  return Array.from({ length: 3 * levels }, () => "0".repeat(64));
}

describe("bounds", () => {
  const [hello, ready, gradient, , , , , path, , failed] = sampleWorkerMessages;
  const [, , work, , evaluate, challenge, wait] = sampleCoordinatorMessages;

  test("texts: name 40 and agent 200 characters, not one more", () => {
    const bounds = { name: workerNameLengthMax, agent: agentLengthMax };
    for (const [field, max] of Object.entries(bounds)) {
      expect(workerTakes({ ...hello, [field]: "x".repeat(max) })).toBe(true);
      expect(workerTakes({ ...hello, [field]: "x".repeat(max + 1) })).toBe(false);
    }
  });

  test("paths: 1 to 16 levels of 3 hashes, and 16 levels above", () => {
    for (const levels of [0, pathLevelsMax + 1]) {
      expect(workerTakes({ ...path, digests: hashesOf(levels) })).toBe(false);
    }
    for (const levels of [1, pathLevelsMax]) {
      expect(workerTakes({ ...path, digests: hashesOf(levels) })).toBe(true);
    }
    expect(coordinatorTakes({ ...challenge, above: pathLevelsMax })).toBe(true);
    expect(coordinatorTakes({ ...challenge, above: pathLevelsMax + 1 })).toBe(false);
  });

  test("crews: 24 relays below, 15 levels deep", () => {
    expect(workerTakes(crewOf(crewBranchesMax, crewDepthMax))).toBe(true);
    expect(workerTakes(crewOf(crewBranchesMax + 1, 1))).toBe(false);
    expect(workerTakes(crewOf(1, crewDepthMax + 1))).toBe(false);
    expect(workerTakes(crewOf(1, 0))).toBe(false);
  });

  const inner = reason({ a: 1 });

  test.each<[string, unknown, boolean]>([
    ["no values", reason({}), true],
    [
      "texts, numbers, truths, lists and a reason",
      reason({ a: "", b: 1.5, c: true, d: [1, "x"], e: inner }),
      true,
    ],
    ["an unknown code", reason({}, "not-ofThisVersion-2"), true],
    ["1,000 characters", reason({ a: "x".repeat(sentenceLengthMax - 10) }), true],
    [
      "8 values, 16 items",
      reason({ a: Array.from({ length: sentenceItemsMax }, () => 1), ...numbered(7) }),
      true,
    ],
    ["a text", "paused", false],
    ["no code", { values: {} }, false],
    ["no values at all", { code: "paused" }, false],
    ["a further field", { ...inner, text: "" }, false],
    ["1,001 characters", reason({ a: "x".repeat(sentenceLengthMax - 9) }), false],
    ["1,001 characters in two places", reason({ a: ["x".repeat(500), "x".repeat(491)] }), false],
    ["9 values", reason(numbered(sentenceValuesMax + 1)), false],
    ["17 items", reason({ a: Array.from({ length: sentenceItemsMax + 1 }, () => 1) }), false],
    ["a reason of a reason", reason({ a: reason({ a: inner }) }), false],
    ["a list in a list", reason({ a: [[1]] }), false],
    ["a nil", reason({ a: null }), false],
    ["NaN", reason({ a: NaN }), false],
    ["a code of 41 characters", reason({}, "x".repeat(sentenceCodeLengthMax + 1)), false],
    ["an empty code", reason({}, ""), false],
    ["a code with a space", reason({}, "some code"), false],
    ["a name with a space", reason({ "a b": 1 }), false],
    ["__proto__ as a name", reason(JSON.parse('{"__proto__":1}')), false],
  ])("sentences: %s", (_, told, isTaken) => {
    expect(workerTakes({ ...failed, reason: told })).toBe(isTaken);
    expect(coordinatorTakes({ ...wait, reason: told })).toBe(isTaken);
  });

  test("an error is read whatever its reason and its other fields, because another version may have sent it", () => {
    const error = { type: "error", code: "ERR_VERSION" };
    for (const more of [
      {},
      { reason: inner },
      { reason: "old words" },
      { message: "old words", extra: 1 },
    ]) {
      const { header } = decodeCoordinatorMessage(encodeMessage({ ...error, ...more }));
      expect(header).toEqual({ ...error, reason: more.reason === inner ? inner : undefined });
    }
  });

  test("a hello of another version is ERR_VERSION, whatever its other fields; without a version it is ERR_HEADER", () => {
    expect(refusal({ type: "hello", protocol: protocolVersion + 1, colour: "red" })).toBe(
      "ERR_VERSION",
    );
    expect(refusal({ type: "hello", protocol: 1 })).toBe("ERR_VERSION");
    expect(refusal({ type: "hello", colour: "red" })).toBe("ERR_HEADER");
    expect(refusal({ type: "hello", protocol: protocolVersion, colour: "red" })).toBe("ERR_HEADER");
  });

  test("threads: whole numbers in 1…256", () => {
    const taken = [1, threadsMax].map((threads) => workerTakes({ ...hello, threads }));
    const refused = [0, -1, 1.5, threadsMax + 1].map((threads) =>
      workerTakes({ ...hello, threads }),
    );
    expect([taken, refused]).toEqual([
      [true, true],
      [false, false, false, false],
    ]);
  });

  test("steps and counts: whole numbers in 0…2^32", () => {
    const numbers = [0, 2 ** 32, -1, 0.5, 2 ** 32 + 1, 2 ** 60];
    const taken = numbers.filter((step) => workerTakes({ ...gradient, step, correct: step }, 2));
    expect(taken).toEqual([0, 2 ** 32]);
  });

  test("blocks: pairs of whole numbers", () => {
    const blocks = [
      [0, 2 ** 32],
      [0],
      [0, 1, 2],
      [-1, 1],
      [0.5, 1],
      ["0", "1"],
      { start: 0, end: 1 },
    ];
    const taken = blocks.filter((block) => workerTakes({ ...gradient, block }, 2));
    expect(taken).toEqual([[0, 2 ** 32]]);
  });

  test.each([work, evaluate])("$type: 1…64 blocks", (header) => {
    const counts = [0, 1, blocksPerWorkMax, blocksPerWorkMax + 1];
    const taken = counts.filter((count) => {
      const blocks = Array.from({ length: count }, (_, i) => [i, i + 1]);
      return coordinatorTakes({ ...header, blocks }, 2);
    });
    expect(taken).toEqual([1, blocksPerWorkMax]);
  });

  const doors = { type: "doors", term: 1 };

  test("doors: 1…32 addresses of coordinators, without a fragment, a query or a password", () => {
    const counts = [0, 1, doorsMax, doorsMax + 1];
    const taken = counts.filter((count) =>
      coordinatorTakes({ ...doors, urls: Array.from({ length: count }, () => "http://a") }),
    );
    expect(taken).toEqual([1, doorsMax]);
    const wrong = [
      "",
      "a",
      "ftp://a",
      "http://a b",
      "http://a#token=x",
      "http://a?x",
      "http://u:p@a",
      1,
    ];
    expect(wrong.filter((url) => coordinatorTakes({ ...doors, urls: [url] }))).toEqual([]);
  });

  test("times and speeds: not negative, not infinite, not NaN", () => {
    for (const bad of [-1e-9, Infinity, Number.NaN]) {
      expect(workerTakes({ ...ready, samplesPerSecond: bad })).toBe(false);
      expect(workerTakes({ ...gradient, computeMs: bad }, 2)).toBe(false);
    }
  });

  test("identifiers: 1…40 of A–Z a–z 0–9 _ -, so that they are safe in a path; a session may be empty", () => {
    for (const run of ["", "../x", "a b", "a/b", "a\n", "é", "x".repeat(41)]) {
      expect(workerTakes({ ...ready, run })).toBe(false);
    }
    expect(workerTakes({ ...ready, run: "x".repeat(40) })).toBe(true);
    expect(workerTakes({ ...hello, session: "" })).toBe(true);
    expect(workerTakes({ ...hello, session: "a/b" })).toBe(false);
  });
});

describe("a message in fragments", () => {
  const work = { type: "work", run: "r1", kind: "gradient", step: 7, blocks: [[0, 4]] };
  const tensor = Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64);
  const whole = encodeMessage(work, tensor);
  const decoded = { header: work, tensor };

  test("is the same whatever the boundaries: cut once or twice at every byte", () => {
    for (let one = 0; one <= whole.length; one++) {
      const pieces = [whole.subarray(0, one), whole.subarray(one)];
      expect(decodeCoordinatorMessage(pieces)).toEqual(decoded);
      for (let two = one; two <= whole.length; two++) {
        const [first, second] = [whole.subarray(0, one), whole.subarray(one, two)];
        const three = [first, second, whole.subarray(two)];
        expect(decodeCoordinatorMessage(three)).toEqual(decoded);
      }
    }
  });

  test("is not copied if the tensor is its own fragment", () => {
    const head = encodeHead(work, tensor.length);
    expect(decodeCoordinatorMessage([head, tensor]).tensor).toBe(tensor);
  });

  test("is refused if the second is longer or shorter than the first says, or not a list of float32", () => {
    for (const said of [4, 7, 9, 12, 2 ** 32 - 1]) {
      const fragments = [encodeHead(work, said), tensor];
      expect(() => decodeCoordinatorMessage(fragments)).toThrow(ProtocolError);
    }
    const odd = [encodeHead(work, 7), tensor.subarray(1)];
    expect(() => decodeCoordinatorMessage(odd)).toThrow("a tensor of 7 bytes");
    expect(() => decodeCoordinatorMessage([])).toThrow(ProtocolError);
    expect(() => decodeCoordinatorMessage([encodeHead(work, 0)])).toThrow("work without a tensor");
  });
});

describe("the text of a refusal", () => {
  test("names the field, and stays within 300 characters whatever the peer called its fields", () => {
    expect(messageOf({ type: "pause" })).toBe("header field reason: invalid or missing");
    expect(messageOf({ type: "resume", colour: 1 })).toBe("the header has unknown fields: colour");
    const long = messageOf({ type: "resume", ["x".repeat(3_000)]: 1, ["\uFFFD".repeat(300)]: 1 });
    expect(long.length).toBeLessThan(300);
  });
});

/** The code for one of the ways in which a message can be wrong. */
function codeFor(what: string): RegExp {
  // An error is read whatever is in it, because another version may have sent it; only a hello's version decides.
  if (/^error(?:\.reason: | with (?!its))|^welcome\.protocol: −1$/u.test(what))
    return /^(?:taken|ERR_DECODE)$/u;
  if (what.endsWith("swapped")) return /^ERR_SHAPE$/u;
  return /: missing$| with /u.test(what) ? /^ERR_HEADER$/u : /^ERR_(?:HEADER|DECODE|VERSION)$/u;
}

function numbered(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, i]));
}

function reason(values: object, code = "some-code"): object {
  return { code, values };
}

/** The code of the refusal, or `undefined` if it is accepted. */
function codeOf(decode: () => unknown): string | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

function refusal(header: Header): string | undefined {
  return codeOf(() => decodeWorkerMessage(encodeMessage(header)));
}

function messageOf(header: Header): string {
  try {
    decodeWorkerMessage(encodeMessage(header));
    return "taken";
  } catch (error) {
    return error instanceof ProtocolError ? error.message : "another error";
  }
}

function workerTakes(header: object, numbers = 0): boolean {
  return takes(() => decodeWorkerMessage(encodeMessage(header, new Uint8Array(4 * numbers))));
}

function coordinatorTakes(header: object, numbers = 0): boolean {
  return takes(() => decodeCoordinatorMessage(encodeMessage(header, new Uint8Array(4 * numbers))));
}

function takes(decode: () => unknown): boolean {
  const code = codeOf(decode);
  expect([undefined, "ERR_HEADER"]).toContain(code);
  return code === undefined;
}
