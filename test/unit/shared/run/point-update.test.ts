import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { bytesOf } from "../../../../shared/bytes.ts";
import { Random } from "../../../../shared/random.ts";
import { addUpdate, digestOf, HeldPoint } from "../../../../shared/run/point-update.ts";
import { bitsOf, drawFloats } from "../../../support/fixtures/kernel-twins.ts";

/** An update of 300 values, 308 bytes: 127, 126 … and exponents −7 and −3. */
const update = Uint8Array.from({ length: 304 }, (_, i) =>
  i < 300 ? 127 - i : [249, 253][i - 300]!,
);
const point = drawFloats(new Random(1), 300);

function moved(from: Float32Array): Float32Array {
  const target = new Float32Array(from.length);
  addUpdate(target, from, update);
  return target;
}

describe("an update", () => {
  test("adds each int8 times the power of two of its chunk, rounded once", () => {
    const expected = point.map(
      (value, i) => value + (((127 - i) << 24) >> 24) * (i < 256 ? 2 ** -7 : 2 ** -3),
    );
    expect(bitsOf(moved(point))).toEqual(bitsOf(expected));
  });

  test("is read at any alignment, and may change its own point", () => {
    const shifted = new Uint8Array(311).subarray(7);
    shifted.set(update);
    const own = point.slice();
    addUpdate(own, own, shifted);
    expect(bitsOf(own)).toEqual(bitsOf(moved(point)));
  });
});

describe("a digest", () => {
  test("is that of the wire page", () => {
    const page = readFileSync(
      new URL("../../../../shared/protocol/ARITHMETIC.md", import.meta.url),
      "utf8",
    );
    expect(page).toContain(`1, −2 and 0.5 is \`${digestOf(Float32Array.of(1, -2, 0.5))}\``);
  });

  test("changes with any one bit, and if two values change places", () => {
    const digests = new Set([digestOf(point)]);
    for (let bit = 0; bit < 32; bit++) {
      const other = point.slice();
      new Uint32Array(other.buffer)[(11 * bit) % 300]! ^= 1 << bit;
      digests.add(digestOf(other));
    }
    const swapped = point.slice();
    [swapped[3], swapped[4]] = [swapped[4]!, swapped[3]!];
    digests.add(digestOf(swapped));
    expect(digests.size).toBe(34);
  });
});

describe("the point that a worker has", () => {
  const target = moved(point);

  test("moves to the digest, and stays there if the same update comes again", () => {
    const held = new HeldPoint(300);
    expect(held.keep(bytesOf(point))).toEqual({ digest: digestOf(point) });
    const version = { digest: digestOf(target), update: { from: digestOf(point), tensor: update } };
    for (let time = 0; time < 2; time++) {
      const found = held.move(update, digestOf(target))!;
      expect(found.version).toEqual(version);
      expect(new Float32Array(new Uint8Array(found.parameters).buffer)).toEqual(target);
    }
  });

  test("is not changed in place, because a job may still compute at it", () => {
    const held = new HeldPoint(300);
    held.keep(bytesOf(point));
    const first = held.move(update, digestOf(target))!.parameters;
    const before = first.slice();
    held.move(update, digestOf(moved(target)));
    expect(first).toEqual(before);
  });

  test("is given up if the update does not lead to the digest, or nothing was there", () => {
    const held = new HeldPoint(300);
    expect(held.move(update, digestOf(target))).toBeUndefined();
    const other = point.slice();
    new Uint32Array(other.buffer)[299]! ^= 1 << 22;
    held.keep(bytesOf(other));
    expect(held.move(update, digestOf(target))).toBeUndefined();
    expect(held.move(update, digestOf(moved(other)))).toBeUndefined();
    held.keep(bytesOf(point));
    expect(held.move(update, digestOf(target))).toBeDefined();
  });

  test("of a run with local steps has behind it what comes behind the update", () => {
    const held = new HeldPoint(300);
    held.keep(bytesOf(point));
    const tensor = new Uint8Array([...update, 1, 2, 3, 4]);
    const { parameters } = held.move(tensor, digestOf(target))!;
    expect(parameters).toEqual(new Uint8Array([...bytesOf(target), 1, 2, 3, 4]));
  });
});
