/**
 * @file A fast parser for the headers of the two messages of every step, `work` and `gradient`, as this project's
 * own encoder writes them: fields in a fixed order, numbers in msgpack's usual forms. For anything else it returns
 * `undefined`, and the general parser with the schema takes over. It never accepts what the schema would refuse and
 * never reads it differently; a test compares the two. It is twenty times as fast, which saves a tenth of a core at
 * thousands of steps per second.
 */

/** A header and the offset after it. */
export interface HotHeader<Header> {
  readonly header: Header;
  readonly end: number;
}

/** As typed by the schema. Where the general parser takes over, the compiler compares the two. */
interface GradientHeader {
  readonly type: "gradient";
  run: string;
  step: number;
  block: [number, number];
  computeMs: number;
  lossSum: number;
  correct: number;
}

interface WorkHeader {
  readonly type: "work";
  run: string;
  kind: "gradient";
  step: number;
  blocks: [number, number][];
}

/** As in the schema: at most 2³². */
const indexMax = 2 ** 32;
/** The longest name of a run. */
const identifierLengthMax = 40;

export function readGradientHeader(bytes: Uint8Array): HotHeader<GradientHeader> | undefined {
  const cursor = new Cursor(bytes);
  if (!cursor.skip(gradientStart)) return undefined;
  const run = cursor.identifier();
  const step = cursor.skip(stepField) ? cursor.index() : undefined;
  const block = cursor.skip(blockField) ? cursor.block() : undefined;
  const computeMs = cursor.skip(computeMsField) ? cursor.number() : undefined;
  const lossSum = cursor.skip(lossSumField) ? cursor.number() : undefined;
  const correct = cursor.skip(correctField) ? cursor.index() : undefined;
  if (run === undefined || step === undefined || block === undefined) return undefined;
  if (computeMs === undefined || computeMs < 0) return undefined;
  if (lossSum === undefined || correct === undefined) return undefined;
  const header = { type: "gradient", run, step, block, computeMs, lossSum, correct } as const;
  return { header, end: cursor.offset };
}

export function readWorkHeader(bytes: Uint8Array): HotHeader<WorkHeader> | undefined {
  const cursor = new Cursor(bytes);
  if (!cursor.skip(workStart)) return undefined;
  const run = cursor.identifier();
  const kind = cursor.skip(gradientKindField) ? "gradient" : undefined;
  const step = cursor.skip(stepField) ? cursor.index() : undefined;
  const blocks = cursor.skip(blocksField) ? cursor.blocks() : undefined;
  if (run === undefined || kind === undefined || step === undefined || blocks === undefined) {
    return undefined;
  }
  return { header: { type: "work", run, kind, step, blocks }, end: cursor.offset };
}

// The start of the map and its keys, which msgpack encodes to the same bytes in every message.
const gradientStart = encoded(0x87, "type", "gradient", "run");
const workStart = encoded(0x85, "type", "work", "run");
const gradientKindField = encoded("kind", "gradient");
const stepField = encoded("step");
const blockField = encoded("block");
const blocksField = encoded("blocks");
const computeMsField = encoded("computeMs");
const lossSumField = encoded("lossSum");
const correctField = encoded("correct");

/** Bytes unchanged, and short ASCII texts as msgpack's fixstr. */
function encoded(...parts: readonly (number | string)[]): Uint8Array {
  const bytes = parts.flatMap((part) => {
    if (typeof part === "number") return [part];
    return [0xa0 | part.length, ...Array.from(part, (character) => character.charCodeAt(0))];
  });
  return Uint8Array.from(bytes);
}

/** A position in the bytes, and what can be read there. Methods return `undefined` for anything unusual. */
class Cursor {
  readonly #bytes: Uint8Array;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Skips these bytes, if they are there. */
  skip(expected: Uint8Array): boolean {
    for (let i = 0; i < expected.length; i++) {
      if (this.#bytes[this.offset + i] !== expected[i]) return false;
    }
    this.offset += expected.length;
    return true;
  }

  /** Letters, digits, `_` and `-`. */
  identifier(): string | undefined {
    const length = this.#textLength();
    if (length < 1 || length > identifierLengthMax) return undefined;
    let text = "";
    for (let i = 0; i < length; i++) {
      const code = this.#bytes[this.offset++] ?? 0;
      if (!isWordCharacter(code)) return undefined;
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** An integer from 0 to 2³². */
  index(): number | undefined {
    const value = this.number();
    return value !== undefined && Number.isInteger(value) && value >= 0 && value <= indexMax
      ? value
      : undefined;
  }

  block(): [number, number] | undefined {
    if (this.#bytes[this.offset++] !== 0x92) return undefined;
    const start = this.index();
    const end = this.index();
    return start === undefined || end === undefined ? undefined : [start, end];
  }

  /** Up to 15 blocks, which one byte counts; more are rare. */
  blocks(): [number, number][] | undefined {
    const count = (this.#bytes[this.offset++] ?? 0) ^ 0x90;
    if (count < 1 || count > 15) return undefined;
    const blocks: [number, number][] = [];
    for (let i = 0; i < count; i++) {
      const block = this.block();
      if (block === undefined) return undefined;
      blocks.push(block);
    }
    return blocks;
  }

  /** A finite number ≥ 0 in 7, 8, 16 or 32 bits, or of any sign in float64. */
  number(): number | undefined {
    const marker = this.#bytes[this.offset++];
    if (marker === undefined) return undefined;
    if (marker <= 0x7f) return marker;
    if (marker === 0xcc) return this.#unsigned(1);
    if (marker === 0xcd) return this.#unsigned(2);
    if (marker === 0xce) return this.#unsigned(4);
    return marker === 0xcb ? this.#float64() : undefined;
  }

  #unsigned(byteLength: number): number | undefined {
    let value = 0;
    for (let i = 0; i < byteLength; i++) {
      const byte = this.#bytes[this.offset++];
      if (byte === undefined) return undefined;
      value = 256 * value + byte;
    }
    return value;
  }

  #float64(): number | undefined {
    const { buffer, byteOffset, length } = this.#bytes;
    if (this.offset + 8 > length) return undefined;
    const value = new DataView(buffer, byteOffset + this.offset).getFloat64(0);
    this.offset += 8;
    return Number.isFinite(value) ? value : undefined;
  }

  /** The length of a text in fixstr or str 8; −1 for anything else. */
  #textLength(): number {
    const marker = this.#bytes[this.offset++] ?? 0;
    if (marker >= 0xa0 && marker <= 0xbf) return marker & 0x1f;
    return marker === 0xd9 ? (this.#bytes[this.offset++] ?? -1) : -1;
  }
}

function isWordCharacter(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39;
  const isUpper = code >= 0x41 && code <= 0x5a;
  const isLower = code >= 0x61 && code <= 0x7a;
  return isDigit || isUpper || isLower || code === 0x5f || code === 0x2d;
}
