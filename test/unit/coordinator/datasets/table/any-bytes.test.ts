import * as fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";

import { assert } from "../../../../../shared/assert.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { cases } from "../../../../support/fixtures/effort.ts";
import { csv, load, type Table } from "./load-table.ts";

/** Whether a table is loaded, or refused in one line. Anything else is thrown. */
async function outcome(table: Table): Promise<"loaded" | "refused"> {
  try {
    const { dataset } = await load(table);
    assert(dataset.train.features.every(Number.isFinite), "features are finite");
    return "loaded";
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    assert(/^[^\n]{10,}$/u.test(error.message), `one line, got ${error.message}`);
    return "refused";
  }
}

const usual = ["0", "1", "2.5", "x", "y", "yes", "no", "2024-01-02"];
const odd = ["", "1e308", "-1e308", "NA", "1/2/2024", '"', '"a"', "0,5", ";", "\t", "ä", "\u0000"];
const odder = ["1,234", "constructor", "__proto__"];
const cell = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...usual) },
  { weight: 1, arbitrary: fc.constantFrom(...odd, ...odder) },
);
const settings = fc.record(
  {
    missing: fc.constantFrom("refuse" as const, "mean" as const, "mode" as const, "drop" as const),
    task: fc.constantFrom("classification" as const, "regression" as const),
    header: fc.constantFrom("yes" as const, "no" as const),
    validation: fc.constantFrom(0, 0.3),
    target: fc.constantFrom(["1"], ["1", "2"], ["x"]),
    ignore: fc.constantFrom(["2"], ["1"]),
  },
  { requiredKeys: [] },
);

describe("a file is loaded or refused in one line, whatever is in it:", () => {
  test("tables of odd cells, with any settings", async () => {
    const counts = { loaded: 0, refused: 0 };
    // A few values per column that come back, as in real columns.
    const column = fc.array(cell, { minLength: 1, maxLength: 4 });
    const table = fc
      .tuple(
        fc.constantFrom(",", ";", "\t"),
        fc.array(column, { minLength: 2, maxLength: 5 }),
        fc.array(fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }), {
          minLength: 10,
          maxLength: 40,
        }),
      )
      .map(([delimiter, columns, picks]) =>
        picks
          .map((row) => columns.map((values, at) => values[(row[at] ?? 0) % values.length]))
          .map((cells) => `${cells.join(delimiter)}\n`)
          .join(""),
      );
    await fc.assert(
      fc.asyncProperty(table, settings, async (bytes, data) => {
        counts[await outcome({ bytes, data })] += 1;
      }),
      { numRuns: cases(300) },
    );
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.loaded).toBeGreaterThan(0);
  });

  test("bytes, as every kind of file", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom("csv" as const, "tsv" as const, "jsonl" as const, "parquet" as const),
        async (bytes, kind) => {
          expect(await outcome({ bytes, kind })).toBe("refused");
        },
      ),
      { numRuns: cases(300) },
    );
  });

  test("a good table with any one byte changed", async () => {
    const good = Buffer.from(csv());
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        expect(["loaded", "refused"]).toContain(await outcome({ bytes }));
      }),
      { numRuns: cases(150) },
    );
  });

  test("a good Parquet file, cut short or with any one byte changed", async () => {
    const values = Array.from({ length: 40 }, (_, at) => at);
    const columnData = [
      { name: "a", data: values.map((at) => at * 1.5), type: "DOUBLE" as const },
      { name: "b", data: values.map((at) => (at % 3 ? "x" : "y")), type: "STRING" as const },
    ];
    const good = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect(await outcome({ bytes: good, kind: "parquet" })).toBe("loaded");
    await fc.assert(
      fc.asyncProperty(
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bytes = Uint8Array.from(good);
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          expect(["loaded", "refused"]).toContain(await outcome({ bytes, kind: "parquet" }));
          const cut = await outcome({ bytes: good.subarray(0, at), kind: "parquet" });
          expect(cut).toBe("refused");
        },
      ),
      { numRuns: cases(100) },
    );
  });
});
