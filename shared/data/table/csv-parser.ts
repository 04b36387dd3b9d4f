/**
 * @file An incremental parser of comma-separated values: RFC 4180, and what programs really write. Pure: text in,
 * records out, with the line on which each begins.
 *
 * Beyond the RFC: any one-character delimiter; line breaks as CRLF, LF or CR; spaces around a quoted field; a quote
 * inside a field that does not begin with one is an ordinary character; empty lines are skipped.
 */
import type { Sentence } from "../../words/sentence.ts";
import { sentence } from "../../words/sentence.ts";

export interface CsvRecord {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Characters of one record. A quote that is never closed must not collect a whole file. */
const recordLengthMax = 2 ** 22;

const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const quote = 34;

/** How the next field ends. */
type End = "field" | "record" | "incomplete";

export class CsvParser {
  readonly #delimiter: number;
  readonly #fail: (line: number, reason: Sentence) => never;
  /** Begins with the first record that is not complete. */
  #text = "";
  #at = 0;
  #line = 1;
  /** Lines inside the quoted fields of the current record. */
  #linesWithin = 0;
  #isLast = false;
  #field = "";

  /**
   * @param delimiter - One character, neither a quote nor a line break.
   * @param fail - Throws an error that names the line.
   */
  constructor(delimiter: string, fail: (line: number, reason: Sentence) => never) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#fail = fail;
  }

  /** The records that are complete with this text. */
  push(text: string): CsvRecord[] {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    return this.#records();
  }

  /** The last record, which needs no line break. */
  end(): CsvRecord[] {
    this.#isLast = true;
    return this.push("");
  }

  #records(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const line = this.#line;
      const fields = this.#record();
      if (fields === undefined) {
        this.#at = start;
        this.#line = line;
        if (this.#text.length - start > recordLengthMax) {
          this.#fail(line, sentence("csv-record-too-long", { lengthMax: recordLengthMax }));
        }
        break;
      }
      if (fields.length > 1 || fields[0] !== "") records.push({ line, fields });
    }
    return records;
  }

  /** One record; `undefined` if the text ends within it. */
  #record(): string[] | undefined {
    const fields: string[] = [];
    this.#linesWithin = 0;
    for (;;) {
      const end = this.#next();
      if (end === "incomplete") return undefined;
      fields.push(this.#field);
      if (end === "record") {
        this.#line += 1 + this.#linesWithin;
        return fields;
      }
    }
  }

  #next(): End {
    let at = this.#at;
    while (this.#text.charCodeAt(at) === space && this.#delimiter !== space) at += 1;
    return this.#text.charCodeAt(at) === quote ? this.#quoted(at) : this.#plain();
  }

  #plain(): End {
    const text = this.#text;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === this.#delimiter || code === lineFeed || code === carriageReturn) break;
    }
    this.#field = text.slice(this.#at, at);
    return this.#close(at);
  }

  #quoted(open: number): End {
    const text = this.#text;
    let from = open + 1;
    let close = text.indexOf('"', from);
    let content = "";
    while (close !== -1 && text.charCodeAt(close + 1) === quote) {
      content += text.slice(from, close + 1);
      from = close + 2;
      close = text.indexOf('"', from);
    }
    if (close === -1) {
      if (!this.#isLast) return "incomplete";
      return this.#fail(this.#line + this.#linesWithin, sentence("csv-quote-open"));
    }
    // The next character may be the second of a doubled quote.
    if (close + 1 === text.length && !this.#isLast) return "incomplete";
    content += text.slice(from, close);
    this.#linesWithin += breaksIn(content);
    this.#field = content;
    let at = close + 1;
    while (text.charCodeAt(at) === space && this.#delimiter !== space) at += 1;
    const code = text.charCodeAt(at);
    const isEnd = at === text.length || code === lineFeed || code === carriageReturn;
    if (!isEnd && code !== this.#delimiter) {
      const found = text.slice(at, at + 10).split(/[\r\n]/u)[0] ?? "";
      return this.#fail(this.#line + this.#linesWithin, sentence("csv-after-quote", { found }));
    }
    return this.#close(at);
  }

  /** Moves behind what ends a field at `at`. */
  #close(at: number): End {
    const text = this.#text;
    if (at === text.length) {
      this.#at = at;
      return this.#isLast ? "record" : "incomplete";
    }
    const code = text.charCodeAt(at);
    if (code === carriageReturn) {
      // A line feed may follow in the next piece of text.
      if (at + 1 === text.length && !this.#isLast) return "incomplete";
      this.#at = text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1;
      return "record";
    }
    this.#at = at + 1;
    return code === lineFeed ? "record" : "field";
  }
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\n|\r/gu)?.length ?? 0;
}
