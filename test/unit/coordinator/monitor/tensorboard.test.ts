/**
 * @file TensorBoard's event files: checksums by published vectors, and where Python's `tensorboard` is installed, a whole
 * file read by its own reader.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import {
  pictureEvent,
  scalarsEvent,
  startEvent,
  textEvent,
  versionEvent,
} from "../../../../coordinator/monitor/tensorboard/events.ts";
import { greyPng } from "../../../../coordinator/monitor/tensorboard/png.ts";
import { crc32c, recordOf } from "../../../../coordinator/monitor/tensorboard/record.ts";
import { weightsPicture } from "../../../../coordinator/monitor/tensorboard/weights-picture.ts";

const python = process.env["PROMEDIO_TENSORBOARD_PYTHON"] ?? "python3";
const hasTensorBoard = spawnSync(python, ["-c", "import tensorboard"]).status === 0;

describe("crc32c", () => {
  test.each([
    ["32 zeros", new Uint8Array(32), 0x8a_91_36_aa],
    ["32 ones", new Uint8Array(32).fill(0xff), 0x62_a8_ab_43],
    ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46_dd_79_4e],
    ["the check value", new TextEncoder().encode("123456789"), 0xe3_06_92_83],
  ])("of %s is as published (RFC 3720, B.4)", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

test("a record has its length, its data, and a checksum of each", () => {
  const record = recordOf(Uint8Array.of(7, 8));
  expect([...record.subarray(0, 8)]).toEqual([2, 0, 0, 0, 0, 0, 0, 0]);
  expect([...record.subarray(12, 14)]).toEqual([7, 8]);
  expect(record).toHaveLength(18);
});

describe("weightsPicture", () => {
  const model = {
    inputShape: [4],
    layers: [{ kind: "dense", units: 2 }],
  } as const;

  test("draws one tile per neuron, with zero in the middle", () => {
    const parameters = Float32Array.of(1, -1, 0, 0, 0.5, 0, 0, 0, 9, 9);
    const picture = weightsPicture(parameters, model, [2, 2]);
    expect([picture?.width, picture?.height]).toEqual([5, 2]);
    const pixels = [255, 128, 128, 1, 128, 192, 128, 128, 128, 128];
    expect(picture?.png).toEqual(greyPng(5, 2, Uint8Array.from(pixels)));
  });

  test("of samples that are no pictures there is none", () => {
    expect(weightsPicture(new Float32Array(10), model, [4])).toBe(undefined);
  });
});

function at(step: number): { wallSeconds: number; step: number } {
  return { wallSeconds: 1000 + step, step };
}

describe.skipIf(!hasTensorBoard)("a file, read by TensorBoard (python3 with tensorboard)", () => {
  const folder = mkdtempSync(join(tmpdir(), "promedio-tensorboard-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("has the scalars, the picture and the text that were written", () => {
    const png = greyPng(3, 2, new Uint8Array(6));
    const events = [
      versionEvent(1000),
      startEvent(at(0)),
      scalarsEvent(at(1), { "training/loss": 0.5, "validation/accuracy": 0.25 }),
      scalarsEvent(at(2), { "training/loss": 0.125 }),
      pictureEvent(at(2), "weights", { width: 3, height: 2, png }),
      textEvent(at(2), "sample", "to be *or*"),
    ];
    const bytes = Buffer.concat(events.map((event) => recordOf(event.encode())));
    writeFileSync(join(folder, "events.out.tfevents.1000.x.1.1"), bytes);
    const read = spawnSync(python, [join(import.meta.dirname, "read-events.py"), folder], {
      encoding: "utf8",
    });
    expect(read.stderr).not.toContain("Traceback");
    expect(JSON.parse(read.stdout)).toEqual({
      scalars: {
        "training/loss": [
          [1001, 1, 0.5],
          [1002, 2, 0.125],
        ],
        "validation/accuracy": [[1001, 1, 0.25]],
      },
      images: { weights: [[2, 3, 2]] },
      texts: { sample: [[2, "to be *or*"]] },
    });
  });
});
