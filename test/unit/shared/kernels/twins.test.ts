import { describe, expect, test } from "vitest";

import { permutation, Random, stateOf } from "../../../../shared/random.ts";
import { drawFloats, edgeValues, strideOf, Twins } from "../../../support/fixtures/kernel-twins.ts";

const sizes = Array.from({ length: 33 }, (_, i) => i + 1);

test("the WASM kernel exports the functions of the plain twins and nothing else except its memory", () => {
  const { wasm, plain } = new Twins();
  const exported = Object.keys(wasm.functions).filter((name) => name !== "memory");
  expect(exported.toSorted()).toEqual(Object.keys(plain.functions).toSorted());
});

test("the constants of the WASM kernel are below the arena's memory, 64-byte aligned", () => {
  const { wasm } = new Twins();
  const constantsEnd = wasm.views.u8.findLastIndex((byte) => byte !== 0) + 1;
  expect(constantsEnd).toBeGreaterThan(0);
  const pointers = [1, 100, 200_000, 4].map((length) => wasm.arena.allocate(length));
  expect(pointers[0]).toBeGreaterThanOrEqual(constantsEnd);
  expect(pointers.map((pointer) => pointer % 64)).toEqual([0, 0, 0, 0]);
  expect(pointers.map((pointer) => pointer - pointers[0]!)).toEqual([0, 64, 192, 200_192]);
});

describe("vectors: the SIMD kernel equals its plain twin byte for byte", () => {
  test("addVectors on 1…33 values with every edge value, in place too", () => {
    for (const count of sizes) {
      const twins = new Twins();
      const left = twins.put(drawFloats(new Random(count, 1), count, 3));
      const right = twins.put(drawFloats(new Random(count, 2), count, 5));
      const target = twins.allocate(4 * 64);
      twins.call("addVectors", target, left, right, count);
      twins.call("addVectors", left, left, right, count);
      expect(twins.differences(target, 64), `${count} values`).toEqual([]);
      expect(twins.differences(left, count), `${count} values in place`).toEqual([]);
    }
  });

  test("allFinite finds one NaN or infinity at each of 33 positions, and none if there is none", () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const at of sizes) {
        const values = drawFloats(new Random(at), 33);
        values[at - 1] = bad;
        const twins = new Twins();
        const pointer = twins.put(values);
        expect(twins.call("allFinite", pointer, 33)).toEqual([0, 0]);
        expect(twins.call("allFinite", pointer, at - 1)).toEqual([1, 1]);
      }
    }
  });

  test.each(["expVector", "logVector"] as const)("%s on edge values and 4,000 others", (name) => {
    const twins = new Twins();
    const values = drawFloats(new Random(7), 4000).map((value) => value * 60);
    const source = twins.put(Float32Array.of(...edgeValues, ...values, 0, 0));
    const count = edgeValues.length + 4002;
    twins.call(name, source, source, count);
    expect(twins.differences(source, count)).toEqual([]);
  });
});

describe("activations: the SIMD kernel equals its plain twin byte for byte", () => {
  test.each(["sigmoid", "tanh", "relu"] as const)("%s on edge values and 4,000 others", (name) => {
    const twins = new Twins();
    const source = twins.put(drawFloats(new Random(3), 4000, 9).map((value) => value * 20));
    const deltas = twins.put(drawFloats(new Random(4), 4000, 7));
    twins.call(name, source, source, 4000);
    expect(twins.differences(source, 4000)).toEqual([]);
    twins.call(`${name}Backward`, deltas, source, 4000);
    expect(twins.differences(deltas, 4000), `${name}Backward`).toEqual([]);
  });

  test("softmax and its derivative on 3 rows of 1…33 outputs, subnormal powers included", () => {
    for (const outputs of sizes) {
      const twins = new Twins();
      const logits = drawFloats(new Random(outputs), 3 * outputs).map((value) => value * 50);
      const rows = twins.putRows(logits, outputs);
      const deltas = twins.putRows(drawFloats(new Random(outputs, 1), 3 * outputs), outputs);
      twins.call("softmax", rows, rows, strideOf(outputs), 3, outputs);
      expect(twins.rowDifferences(rows, 3, outputs), `softmax of ${outputs}`).toEqual([]);
      twins.call("softmaxBackward", deltas, rows, strideOf(outputs), 3, outputs);
      expect(twins.rowDifferences(deltas, 3, outputs), `softmaxBackward of ${outputs}`).toEqual([]);
    }
  });
});

function logitsOf(outputs: number): Float32Array {
  return drawFloats(new Random(outputs), 5 * outputs).map((value, i) =>
    i % 4 === 0 ? value * 200 : value,
  );
}

/** Calls a loss on both kernels. @returns Where they differ. */
function compare(
  name: Parameters<Twins["call"]>[0],
  outputs: number,
  putTargets: (twins: Twins, random: Random) => number,
): string[] {
  const twins = new Twins();
  const rows = twins.putRows(logitsOf(outputs), outputs);
  const targets = putTargets(twins, new Random(outputs, 1));
  const losses = twins.allocate(20);
  twins.call(name, rows, rows, strideOf(outputs), 5, outputs, targets, losses);
  return [...twins.rowDifferences(rows, 5, outputs), ...twins.differences(losses, 5)];
}

describe("losses: the SIMD kernel equals its plain twin byte for byte", () => {
  test("softmaxCrossEntropy on 5 rows of 1…33 outputs, extreme logits included", () => {
    for (const outputs of sizes) {
      const found = compare("softmaxCrossEntropy", outputs, (twins, random) =>
        twins.put(Uint16Array.from({ length: 5 }, () => random.below(outputs))),
      );
      expect(found, `${outputs} outputs`).toEqual([]);
    }
  });

  const kinds: readonly [string, (random: Random, count: number) => Float32Array][] = [
    ["flags", (random, count) => Float32Array.from({ length: count }, () => random.below(2))],
    ["numbers", (random, count) => drawFloats(random, count)],
  ];
  test.each(
    (
      ["softCrossEntropy", "sigmoidCrossEntropy", "meanSquaredError", "meanAbsoluteError"] as const
    ).flatMap((name) => kinds.map(([kind, draw]) => ({ name, kind, draw }))),
  )("$name against $kind on 5 rows of 1…33 outputs, extreme logits included", ({ name, draw }) => {
    for (const outputs of sizes) {
      const found = compare(name, outputs, (twins, random) =>
        twins.putRows(draw(random, 5 * outputs), outputs),
      );
      expect(found, `${outputs} outputs`).toEqual([]);
    }
  });

  test("tokenCrossEntropy on 3 samples of 1…9 steps without a gap, of 1…33 tokens", () => {
    for (const outputs of sizes) {
      const twins = new Twins();
      const random = new Random(outputs, 2);
      const steps = 1 + (outputs % 9);
      const width = steps * outputs;
      const values = drawFloats(random, 3 * width).map((value, i) =>
        i % 5 === 0 ? value * 200 : value,
      );
      const logits = twins.putRows(values, width);
      const deltas = twins.allocate(4 * 3 * strideOf(width) + 64);
      const labels = twins.put(
        Uint16Array.from({ length: 3 * steps }, () => random.below(outputs)),
      );
      const losses = twins.allocate(12);
      const stride = strideOf(width);
      twins.call("tokenCrossEntropy", deltas, logits, stride, 3, steps, outputs, labels, losses);
      const found = [...twins.rowDifferences(deltas, 3, width), ...twins.differences(losses, 3)];
      expect(found, `${steps} steps, ${outputs} tokens`).toEqual([]);
    }
  });

  test("tokenCrossEntropy of one step is softmaxCrossEntropy, and of several their mean", () => {
    const twins = new Twins();
    const logits = twins.putRows(drawFloats(new Random(4), 4 * 16), 16);
    const labels = twins.put(Uint16Array.of(3, 0, 15, 7));
    const [steps, whole, apart] = [0, 1, 2].map(() => twins.allocate(4 * 4 * 16 + 64));
    const [stepLosses, wholeLoss, losses] = [16, 4, 16].map((bytes) => twins.allocate(bytes));
    twins.call("softmaxCrossEntropy", apart!, logits, 16, 4, 16, labels, losses!);
    twins.call("tokenCrossEntropy", steps!, logits, 16, 4, 1, 16, labels, stepLosses!);
    twins.call("tokenCrossEntropy", whole!, logits, 64, 1, 4, 16, labels, wholeLoss!);
    const { f32 } = twins.wasm.views;
    const read = (pointer: number | undefined, count: number) => [
      ...f32.subarray(pointer! / 4, pointer! / 4 + count),
    ];
    expect(read(steps, 64)).toEqual(read(apart, 64));
    expect(read(stepLosses, 4)).toEqual(read(losses, 4));
    // A quarter is exact.
    expect(read(whole, 64)).toEqual(read(apart, 64).map((delta) => delta / 4));
    const sum = read(losses, 4).reduce((total, loss) => Math.fround(total + loss), 0);
    expect(read(wholeLoss, 1)).toEqual([sum / 4]);
  });

  test("argmaxRows takes the first of equal values and never NaN", () => {
    const twins = new Twins();
    const rows = [1, 3, 3, 0, -0, 0, NaN, 1, 2, -1, NaN, -Infinity];
    const values = twins.putRows(Float32Array.from(rows), 3);
    const predicted = twins.allocate(8);
    twins.call("argmaxRows", predicted, values, 16, 4, 3);
    for (const { views } of [twins.wasm, twins.plain]) {
      expect([...views.u16.subarray(predicted / 2, predicted / 2 + 4)]).toEqual([1, 0, 0, 0]);
    }
  });
});

describe("labels of 16 bits", () => {
  test("softmaxCrossEntropy and argmaxRows reach output 65,535", () => {
    const outputs = 65_536;
    const twins = new Twins();
    const logits = drawFloats(new Random(1), outputs);
    logits[outputs - 1] = 40;
    const rows = twins.putRows(logits, outputs);
    const label = twins.put(Uint16Array.of(outputs - 1));
    const losses = twins.allocate(4);
    const predicted = twins.allocate(2);
    twins.call("argmaxRows", predicted, rows, strideOf(outputs), 1, outputs);
    twins.call("softmaxCrossEntropy", rows, rows, strideOf(outputs), 1, outputs, label, losses);
    expect(twins.differences(losses, 1)).toEqual([]);
    expect(twins.rowDifferences(rows, 1, outputs)).toEqual([]);
    expect(twins.wasm.views.f32[losses / 4]).toBeLessThan(1e-6);
    for (const { views } of [twins.wasm, twins.plain]) {
      expect(views.u16[predicted / 2]).toBe(outputs - 1);
    }
  });
});

describe("sha256Blocks: the WASM kernel equals its plain twin", () => {
  test("on 0 to 5 blocks of any bytes, and changes nothing but the state and the scratch", () => {
    for (let count = 0; count <= 5; count++) {
      const twins = new Twins();
      const random = new Random(count);
      const words = (length: number) => Float32Array.from({ length }, () => random.uniform());
      const state = twins.put(words(8));
      const blocks = twins.put(words(16 * count));
      const scratch = twins.allocate(256);
      twins.call("sha256Blocks", state, blocks, count, scratch);
      expect(twins.differences(state, 8), `${count} blocks`).toEqual([]);
      expect(twins.differences(blocks, 16 * count), `${count} blocks`).toEqual([]);
    }
  });
});

describe("drawPermutation: the WASM kernel draws as `permutation` does", () => {
  test.each([0, 1, 2, 3, 1000, 60_000])("%i numbers, 20 epochs", (count) => {
    for (let epoch = 0; epoch < 20; epoch++) {
      const twins = new Twins();
      const order = twins.allocate(4 * count + 4);
      const [s0, s1, s2, s3] = stateOf([7, epoch]);
      twins.call("drawPermutation", order, count, s0!, s1!, s2!, s3!);
      const drawn = twins.wasm.views.u32.subarray(order / 4, order / 4 + count);
      const expected = permutation(count, 7, epoch);
      expect(drawn.findIndex((sample, i) => sample !== expected[i])).toBe(-1);
      expect(twins.differences(order, count)).toEqual([]);
    }
  });
});

describe("dropout: the SIMD kernel equals its plain twin byte for byte", () => {
  test.each([0, 0.1, 0.5, 0.999])("a share of %d is dropped, edge values too", (rate) => {
    const count = 4000;
    const twins = new Twins();
    const kept = twins.allocate(4 * count + 4);
    const [s0, s1, s2, s3] = stateOf([1, 2, 3]);
    twins.call("drawKept", kept, count - 1, Math.floor(rate * 2 ** 32), s0!, s1!, s2!, s3!);
    expect(twins.wasm.views.u32.slice(kept / 4, kept / 4 + count + 1)).toEqual(
      twins.plain.views.u32.slice(kept / 4, kept / 4 + count + 1),
    );
    const dropped = twins.wasm.views.u32
      .subarray(kept / 4, kept / 4 + count - 1)
      .filter((word) => word === 0);
    expect(Math.abs(dropped.length / count - rate)).toBeLessThan(0.03);
    const values = twins.put(drawFloats(new Random(5), count, 7));
    twins.call("keepValues", values, kept, count, 1 / (1 - rate));
    expect(twins.differences(values, count)).toEqual([]);
  });
});

describe("sparse rows: the SIMD kernel packs them as its plain twin does", () => {
  test.each([1, 15, 16, 17, 31, 32, 784])("rows of %i bytes, two at a time", (width) => {
    const random = new Random(width);
    const rows = Uint8Array.from({ length: 6 * width }, () => {
      return random.below(3) === 0 ? random.below(256) : 0;
    });
    rows.fill(0, width, 2 * width).fill(255, 2 * width, 3 * width);
    const twins = new Twins();
    const source = twins.put(rows);
    const [found, plain] = twins.call("countNonZero", source, rows.length);
    expect(found).toBe(rows.filter((byte) => byte !== 0).length);
    expect(plain).toBe(found);
    const parts = [4 * 7, 2 * 6 * width, 6 * width].map((bytes) => twins.allocate(bytes));
    const matrix = twins.put(Uint32Array.from(parts));
    for (let row = 0; row < 6; row += 2) {
      twins.call("packRows", matrix, row, 2, source + row * width, width);
    }
    const all = parts.at(-1)! + 8 * width;
    expect(twins.wasm.views.u8.slice(source, all)).toEqual(twins.plain.views.u8.slice(source, all));
    expect(twins.wasm.views.u32[parts[0]! / 4 + 6]).toBe(found);
  });
});

describe("gather: the SIMD kernel equals its plain twin byte for byte", () => {
  test("bytes and floats of 1…33 features", () => {
    for (const features of sizes) {
      const twins = new Twins();
      const random = new Random(features);
      const bytes = twins.put(Uint8Array.from({ length: 6 * features }, () => random.below(256)));
      const floats = twins.put(drawFloats(random, 6 * features, 5));
      const samples = twins.put(Uint32Array.of(5, 0, 3, 3));
      const target = twins.allocate(4 * 4 * strideOf(features));
      twins.call("gatherBytes", target, strideOf(features), bytes, features, samples, 4);
      expect(twins.rowDifferences(target, 4, features), `${features} bytes`).toEqual([]);
      twins.call("gatherFloats", target, strideOf(features), floats, features, samples, 4);
      expect(twins.rowDifferences(target, 4, features), `${features} floats`).toEqual([]);
    }
  });

  test("rows of an embedding, and their gradient, of 1…33 values, with ids outside of the vocabulary", () => {
    for (const width of sizes) {
      const [twins, random] = [new Twins(), new Random(width)];
      const [samples, steps, vocabulary] = [3, 5, 4];
      const odd = [-1, -0, 0.9, 3.5, 4, 1e30, -Infinity, Infinity, NaN];
      const drawn = Array.from({ length: samples * steps - odd.length }, () => random.below(4));
      const ids = twins.putRows(Float32Array.of(...odd, ...drawn), steps);
      const weights = twins.put(drawFloats(random, vocabulary * width, 7));
      const rows = twins.allocate(4 * samples * strideOf(steps * width));
      const stride = strideOf(steps * width);
      const shape = [vocabulary, width];
      const place = [ids, strideOf(steps)];
      twins.call("embeddingForward", rows, stride, ...place, samples, steps, weights, ...shape);
      expect(twins.rowDifferences(rows, samples, steps * width), `${width}`).toEqual([]);
      const named = twins.wasm.views.f32.slice(rows / 4, rows / 4 + width);
      expect(named).toEqual(twins.wasm.views.f32.slice(weights / 4, weights / 4 + width));
      const gradient = twins.put(new Float32Array(vocabulary * width + 4).fill(7));
      for (const first of [1, 0]) {
        twins.call(
          "embeddingGradient",
          gradient,
          ...place,
          rows,
          stride,
          samples,
          steps,
          ...shape,
          first,
        );
        expect(twins.differences(gradient, vocabulary * width + 4), `${width}`).toEqual([]);
      }
    }
  });

  test("windows of 8- and 16-bit tokens of 1…33 steps, from any token on", () => {
    for (const steps of sizes) {
      const twins = new Twins();
      const random = new Random(steps, 1);
      const values = Array.from({ length: 6 * steps + 1 }, () => random.below(65_536));
      const wide = twins.put(Uint16Array.from(values));
      const narrow = twins.put(Uint8Array.from(values));
      const samples = twins.put(Uint32Array.of(5, 0, 3, 3));
      const target = twins.allocate(4 * 4 * strideOf(steps));
      const window = (sample: number) => values.slice(1 + sample * steps, 1 + (sample + 1) * steps);
      for (const [name, pointer, most] of [
        ["gatherTokens8", narrow + 1, 256],
        ["gatherTokens16", wide + 2, 65_536],
      ] as const) {
        twins.call(name, target, strideOf(steps), pointer, steps, samples, 4);
        expect(twins.rowDifferences(target, 4, steps), `${name} of ${steps}`).toEqual([]);
        const third = target / 4 + 2 * strideOf(steps);
        const found = [...twins.wasm.views.f32.subarray(third, third + steps)];
        expect(found).toEqual(window(3).map((token) => token % most));
      }
    }
  });

  test("every byte b means fround(b / 255)", () => {
    const { wasm } = new Twins();
    const features = wasm.arena.allocate(256);
    for (let byte = 0; byte < 256; byte++) wasm.views.u8[features + byte] = byte;
    const samples = wasm.arena.allocate(4);
    const target = wasm.arena.allocate(1024);
    wasm.functions.gatherBytes(target, 256, features, 256, samples, 1);
    const expected = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
    expect(wasm.views.f32.slice(target / 4, target / 4 + 256)).toEqual(expected);
  });
});
