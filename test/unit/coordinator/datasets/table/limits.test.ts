import { describe, expect, test } from "vitest";

import { encodeFrom } from "../../../../../coordinator/datasets/loader.ts";
import type { Row, TableSource } from "../../../../../coordinator/datasets/table/read/source.ts";
import { tableDataset } from "../../../../../coordinator/datasets/table/table-dataset.ts";
import { quoted } from "../../../../../shared/words/sentence.ts";

/** A table that is made while it is read. Each row is a number, a category of 50, and a class. */
function endless(rowCount: number, onRow: () => void = () => undefined): TableSource {
  return {
    path: "t",
    columns: ["a", "b", "c"],
    decimal: ".",
    format: quoted("made"),
    notes: [],
    hasLines: true,
    async *rows() {
      for (let at = 0; at < rowCount; at++) {
        onRow();
        const row: Row = { place: at + 2, cells: [at % 7, `b${at % 50}`, at % 2 ? "x" : "y"] };
        yield [row];
      }
    },
  };
}

const request = { values: {}, origins: {} };

/** 40 rows of so many numbers and a class. */
function wide(count: number): TableSource {
  return {
    ...endless(0),
    columns: [...Array.from({ length: count }, (_, at) => `gene_${at}`), "class"],
    async *rows() {
      for (let place = 2; place < 42; place++) {
        const cells = Array.from({ length: count }, (_, at) => Math.sin(at + place));
        yield [{ place, cells: [...cells, place % 2 ? "x" : "y"] }];
      }
    },
  };
}

test("a table of 5,000 columns is refused in one line with what to do; one of 3,000 is trained on", async () => {
  const { content } = await tableDataset(wide(3_000), request);
  expect(encodeFrom("wide.csv", content).dataset.featureCount).toBe(3_000);
  const wider = await tableDataset(wide(5_000), request);
  expect(() => encodeFrom("wide.csv", wider.content)).toThrow(
    /^the dataset in wide\.csv can't be used: .* at most 400,000 are accepted: leave columns out with --ignore, shorten names, or give numbers/u,
  );
});

describe("a table that takes more than the limit", () => {
  test("of rows alone is refused as soon as that is clear, and nothing more is read", async () => {
    let read = 0;
    const source = endless(1_000_000, () => (read += 1));
    await expect(tableDataset(source, request, 4000)).rejects.toThrow(
      "t has more than 500 rows; with 2 columns they take more than the 4,000 bytes of a dataset: leave columns out with --ignore, or take fewer rows",
    );
    expect(read).toBe(501);
  });

  test("because of its categories is refused after one look, before anything is allocated", async () => {
    let read = 0;
    const source = endless(400, () => (read += 1));
    await expect(tableDataset(source, request, 4000)).rejects.toThrow(
      "t: 400 rows of 51 features take 81,600 bytes, and a dataset has at most 4,000; leave columns out with --ignore, or take fewer rows",
    );
    expect(read).toBe(400);
  });

  test("by one byte is refused, and one of exactly the limit is not", async () => {
    const { content } = await tableDataset(endless(400), request, 81_600);
    expect(content.featureShape).toEqual([51]);
    await expect(tableDataset(endless(400), request, 81_599)).rejects.toThrow("81,600 bytes");
  });
});

test("a table that has changed between its two readings is refused", async () => {
  for (const change of [-1, 1]) {
    let times = 0;
    const source = endless(100);
    const rows = () => endless(times++ === 0 ? 100 : 100 + change).rows();
    await expect(tableDataset({ ...source, rows }, request)).rejects.toThrow(
      "t changed while it was being read; try again",
    );
  }
});

test("more columns than a description can have are refused", async () => {
  const columns = Array.from({ length: 65_537 }, (_, at) => `c${at}`);
  await expect(tableDataset({ ...endless(1), columns }, request)).rejects.toThrow(
    "t has 65,537 columns; at most 65,536 are read",
  );
});
