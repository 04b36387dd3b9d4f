/** @file Decodes a text piece by piece, because a table need not fit into memory. */
import type { TextEncoding } from "../../../../shared/decode-text.ts";

/** Windows-1252 is what old programs write, and what a text is taken for if it is nothing else. */
export type Encoding = TextEncoding | "windows-1252";

export const encodingNames: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 LE",
  "utf-16be": "UTF-16 BE",
  "windows-1252": "Windows-1252",
};

/** Decodes pieces of a text. The byte order mark is not part of it. */
export interface Decoder {
  /** @throws TypeError if a piece is not of the encoding. */
  readonly decode: (piece: Uint8Array) => string;
  /** What is left. @throws TypeError if the text ends within a character. */
  readonly end: () => string;
}

export function decoderOf(encoding: Encoding): Decoder {
  if (encoding === "windows-1252") return { decode: windows1252, end: () => "" };
  const decoder = new TextDecoder(encoding, { fatal: true });
  return {
    decode: (piece) => decoder.decode(piece, { stream: true }),
    end: () => decoder.decode(),
  };
}

/** The characters of the bytes 0x80 to 0x9F. The others are those of Latin-1. */
const specials =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

/** Not `TextDecoder`, because some versions of Node take these bytes for Latin-1. */
function windows1252(piece: Uint8Array): string {
  const latin1 = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString("latin1");
  return latin1.replaceAll(/[\u0080-\u009f]/gu, (character) => {
    return specials[character.charCodeAt(0) - 0x80] ?? character;
  });
}
