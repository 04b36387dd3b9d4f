import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CsvParser } from "../../../../../shared/data/table/csv-parser.ts";
import { type Sentence, sayInEnglish } from "../../../../../shared/words/sentence.ts";
import { cases } from "../../../../support/fixtures/effort.ts";

function fail(line: number, reason: Sentence): never {
  throw new Error(`${line}: ${sayInEnglish(reason)}`);
}

/** All records of a text that arrives in pieces. */
function recordsOf(pieces: readonly string[], delimiter = ",") {
  const parser = new CsvParser(delimiter, fail);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

function fieldsOf(text: string, delimiter = ","): readonly (readonly string[])[] {
  return recordsOf([text], delimiter).map(({ fields }) => fields);
}

const field = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r", " ", ";") });
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function written(rows: readonly (readonly string[])[], lineBreak: string): string {
  return rows.map((row) => `${row.map(quoted).join(",")}${lineBreak}`).join("");
}

describe("CsvParser", () => {
  test("gives back whatever was written in quotes, with any line break, cut into any pieces", () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.array(fc.nat(80), { maxLength: 5 }),
        (rows, lineBreak, cuts) => {
          const text = written(rows, lineBreak);
          const ends = [...cuts, text.length].toSorted((a, b) => a - b);
          const pieces = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
          expect(recordsOf(pieces).map(({ fields }) => fields)).toEqual(rows);
        },
      ),
      { numRuns: cases(500) },
    );
  });

  test("reads what csv-parse writes no error about as csv-parse does", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "1", ",", "\n", '"', '""', "x y"),
      maxLength: 30,
    });
    let compared = 0;
    fc.assert(
      fc.property(text, (given) => {
        let expected: string[][];
        try {
          expected = parse(given, {
            relax_column_count: true,
            relax_quotes: true,
            skip_empty_lines: true,
          });
        } catch {
          return;
        }
        // What follows a closing quote is an error here and part of the field there.
        if (/"[a1x]/u.test(given) || /[a1xy]"/u.test(given)) return;
        compared += 1;
        expect(fieldsOf(given)).toEqual(
          expected.filter((row) => row.join("") !== "" || row.length > 1),
        );
      }),
      { numRuns: cases(500) },
    );
    expect(compared).toBeGreaterThan(cases(500) / 10);
  });

  test("says on which line each record begins, also after quoted line breaks and empty lines", () => {
    const lines = recordsOf(['a,b\r\n\r\n"1\r\n2",x\n', '"3\n\n4",y\r5,z']).map(({ line }) => line);
    expect(lines).toEqual([1, 3, 5, 8]);
  });

  test("takes a quote within a field as it is, and spaces around a quoted one as nothing", () => {
    expect(fieldsOf('5" pipe,a\n 1, "b, c" \n')).toEqual([
      ['5" pipe', "a"],
      [" 1", "b, c"],
    ]);
  });

  test("keeps empty fields at both ends of a record", () => {
    expect(fieldsOf(",a,\n;", ",")).toEqual([["", "a", ""], [";"]]);
    expect(fieldsOf("\t\t", "\t")).toEqual([["", "", ""]]);
  });

  test.each([
    ['1,2\n3,"4\n5', "2: a quote is opened here and never closed"],
    [
      '1,2\n"a"b,3',
      "2: a closing quote is followed by b,3 instead of a delimiter; double each quote inside a quoted value",
    ],
  ])("refuses %j with its line", (text, message) => {
    expect(() => recordsOf([text])).toThrow(message);
  });

  test("refuses a quote that swallows more than 4 million characters", () => {
    const parser = new CsvParser(",", fail);
    expect(() => {
      parser.push('1,"');
      for (let i = 0; i < 50; i++) parser.push("x".repeat(100_000));
    }).toThrow("1: the row that starts here has more than 4,194,304 characters");
  });
});
