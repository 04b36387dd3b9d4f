/** @file Both forms on the wire: the SIMD kernel and its plain twin write, round and read the same bytes. */
import { describe, expect, test } from "vitest";

import { Random } from "../../../../shared/random.ts";
import { bitsOf, drawFloats, Twins } from "../../../support/fixtures/kernel-twins.ts";

const forms = [
  {
    form: "float16",
    valueBytes: 2,
    unpack: "unpackHalves",
    /** Packing rounds by itself. */
    roundAndPack: (twins: Twins, values: number, packed: number, count: number) => {
      twins.call("packHalves", packed, values, count);
      twins.call("roundToHalves", values, count);
    },
  },
  {
    form: "int8",
    valueBytes: 1,
    unpack: "unpackBytes",
    roundAndPack: (twins: Twins, values: number, packed: number, count: number) => {
      twins.call("roundToBytes", values, count, 2 ** 32 - count, 7 * count);
      twins.call("packBytes", packed, values, count);
    },
  },
] as const;

/** Around the lanes of SIMD, and around whole chunks. */
const counts = [...Array.from({ length: 33 }, (_, i) => i + 1), 255, 256, 257, 511, 515, 1027];

describe.each(forms)(
  "$form: the SIMD kernel equals its plain twin byte for byte",
  ({ valueBytes, unpack, roundAndPack }) => {
    const bytesFor = (count: number) =>
      Math.ceil((valueBytes * count + Math.ceil(count / 256)) / 4) * 4;

    test("rounding, packing and unpacking on 1…1,027 values, edge values included", () => {
      for (const count of counts) {
        for (const edgeEvery of [2, 3, Infinity]) {
          const twins = new Twins();
          const drawn = drawFloats(new Random(count), count, edgeEvery);
          const values = twins.put(drawn.map((value) => (Number.isFinite(value) ? value : 7)));
          const packed = twins.allocate(bytesFor(count) + 64);
          const read = twins.allocate(4 * count + 64);
          roundAndPack(twins, values, packed, count);
          expect(twins.call(unpack, read, packed, count)).toEqual([1, 1]);
          const inAll = [
            ...twins.differences(values, count),
            ...twins.differences(packed, bytesFor(count) / 4 + 16),
            ...twins.differences(read, count + 16),
          ];
          expect(inAll, `${count} values, every ${edgeEvery}th an edge value`).toEqual([]);
          const { f32 } = twins.wasm.views;
          const at = (pointer: number) => bitsOf(f32.slice(pointer / 4, pointer / 4 + count));
          expect(at(read), `${count} values as they arrive`).toEqual(at(values));
        }
      }
    });

    test("unpacking any bytes at all, with the same opinion of them", () => {
      for (let seed = 0; seed < 100; seed++) {
        const random = new Random(seed);
        const count = 1 + random.below(600);
        const twins = new Twins();
        const bytes = Uint8Array.from({ length: bytesFor(count) }, () => random.below(256));
        const packed = twins.put(bytes);
        const read = twins.allocate(4 * count);
        const [wasm, plain] = twins.call(unpack, read, packed, count);
        expect(wasm, `seed ${seed}`).toBe(plain);
        expect(twins.differences(read, count), `seed ${seed}`).toEqual([]);
      }
    });
  },
);
