import { describe, expect, test } from "vitest";

import { decodeText, encodingOf } from "../../../shared/decode-text.ts";
import { SentenceError } from "../../../shared/words/sentence.ts";

const text = "epochs: 10\r\nname: señal\r\n";
const utf8 = new TextEncoder().encode(text);
const utf16le = Uint8Array.from(Buffer.from(text, "utf16le"));
const utf16be = Uint8Array.from(Buffer.from(text, "utf16le").swap16());

describe("the same 2 lines", () => {
  test.each([
    ["UTF-8", utf8],
    ["UTF-8 with a mark, as Notepad saves it", Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8)],
    ["UTF-16 LE with a mark, as PowerShell's > writes it", Uint8Array.of(0xff, 0xfe, ...utf16le)],
    ["UTF-16 BE with a mark", Uint8Array.of(0xfe, 0xff, ...utf16be)],
    ["UTF-16 LE without a mark", utf16le],
    ["UTF-16 BE without a mark", utf16be],
  ])("in %s", (_encoding, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });
});

test("an empty file is an empty text, with a mark or without", () => {
  const files = [[], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]];
  expect(files.map((bytes) => decodeText(Uint8Array.from(bytes)))).toEqual(["", "", "", ""]);
});

test("a text in Japanese in UTF-16 is recognised by its mark", () => {
  expect(decodeText(Uint8Array.from(Buffer.from("\uFEFF平均", "utf16le")))).toBe("平均");
});

describe("refuses in one line", () => {
  const zeros = new Uint8Array(64);
  test.each([
    [
      "Latin-1",
      Buffer.from("a: 1\nb: señal", "latin1"),
      "line 2 is not UTF-8; save the file as UTF-8",
    ],
    ["UTF-8 cut inside a character", Buffer.from("é").subarray(0, 1), "line 1 is not UTF-8"],
    ["UTF-16 cut inside a character", utf16le.subarray(0, 41), "it is not text"],
    ["zeros", zeros, "it is not text in UTF-8 or UTF-16"],
    [
      "a gzip file",
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0),
      "it is not text in UTF-8 or UTF-16",
    ],
    ["UTF-32", Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0), "it is not text"],
    ["UTF-8 with one zero byte", Uint8Array.of(...utf8, 0), "it is not text"],
  ])("%s", (_what, bytes, reason) => {
    const decode = () => decodeText(Uint8Array.from(bytes));
    expect(decode).toThrow(SentenceError);
    expect(decode).toThrow(reason);
  });
});

test("encodingOf looks at no more than 256 bytes", () => {
  expect(encodingOf(Uint8Array.of(...Array.from({ length: 256 }, () => 65), 0))).toBe("utf-8");
});
