/**
 * @file How a pool and one of its threads communicate through shared memory: the pool writes a request and raises a
 * number; the thread answers under that number. Nothing is copied into messages and no event loop is involved. An
 * idle thread sleeps in `Atomics.wait`.
 *
 * What holds:
 * 1. `wanted` only rises. An answer to an older number is ignored; this is how a thread learns of a cancel.
 * 2. The fields of a request are written before `wanted` rises, those of an answer before `answered` follows it.
 */
import { known } from "../../shared/assert.ts";
import { roundKindNames } from "../../shared/run/kinds.ts";
import type { Unit, UnitResult } from "../../shared/run/unit.ts";
import { sayInEnglish, quoted, type Sentence } from "../../shared/words/sentence.ts";

/** Size of one mailbox in bytes. */
export const mailboxBytes = 512;

/** Positions of the 32-bit words. */
const wanted = 0;
const answered = 1;
const kindWord = 2;
const stepWord = 3;
const startWord = 4;
const endWord = 5;
const correctWord = 6;
const pointerWord = 7;
const bytesWord = 8;
const reasonLengthWord = 9;
/** As float64, at the next multiple of 8 bytes. */
const lossSumBytes = 40;
/** The reason of a failure in UTF-8, up to the end. */
const reasonBytes = 64;

/**
 * Instead of a kind. `nothing`: no work for now. `dismissal`: return to the event loop, because a message waits
 * there.
 */
const nothing = -1;
const dismissal = -2;

/** A thread's answer about a part. `values` is a view, good until the next request. */
export type PartAnswer = UnitResult | { readonly reason: Sentence };

export class Mailbox {
  readonly #buffer: ArrayBufferLike;
  readonly #words: Int32Array;
  readonly #lossSum: Float64Array;
  readonly #reason: Uint8Array;
  /** Every thread of the pool rings this bell when it has answered; the pool sleeps on it. */
  readonly #bell: Int32Array;

  /**
   * @param pointer - To `mailboxBytes` zeroed bytes of the memory, aligned to 64.
   * @param bell - Pointer to one int32, the same for all threads of the pool.
   */
  constructor(buffer: ArrayBufferLike, pointer: number, bell: number) {
    this.#buffer = buffer;
    this.#words = new Int32Array(buffer, pointer, reasonBytes / 4);
    this.#lossSum = new Float64Array(buffer, pointer + lossSumBytes, 1);
    this.#reason = new Uint8Array(buffer, pointer + reasonBytes, mailboxBytes - reasonBytes);
    this.#bell = new Int32Array(buffer, bell, 1);
  }

  // ── the pool's side ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Requests one unit, which replaces the previous request. */
  ask({ kind, step, block }: Unit): void {
    this.#words[stepWord] = step;
    this.#words[startWord] = block.start;
    this.#words[endWord] = block.end;
    this.#want(roundKindNames.indexOf(kind));
  }

  /** Withdraws the request. */
  cancel(): void {
    this.#want(nothing);
  }

  /** Sends the thread back to its event loop. */
  dismiss(): void {
    this.#want(dismissal);
  }

  /** The answer to the last request; `undefined` while there is none. */
  answer(): PartAnswer | undefined {
    if (Atomics.load(this.#words, answered) !== Atomics.load(this.#words, wanted)) return undefined;
    const reasonLength = this.#word(reasonLengthWord);
    if (reasonLength > 0) {
      return { reason: JSON.parse(new TextDecoder().decode(this.#reason.slice(0, reasonLength))) };
    }
    const values = new Uint8Array(this.#buffer, this.#word(pointerWord), this.#word(bytesWord));
    return { lossSum: this.#lossSum[0] ?? 0, correct: this.#word(correctWord), values };
  }

  #want(kind: number): void {
    this.#words[kindWord] = kind;
    Atomics.add(this.#words, wanted, 1);
    Atomics.notify(this.#words, wanted);
  }

  // ── the thread's side ───────────────────────────────────────────────────────────────────────────────────────────

  /** Sleeps until the request is another one than `last`. Returns its number. */
  next(last: number): number {
    Atomics.wait(this.#words, wanted, last);
    return Atomics.load(this.#words, wanted);
  }

  isWanted(number: number): boolean {
    return Atomics.load(this.#words, wanted) === number;
  }

  /** The current request: a unit, nothing, or a return to the event loop. */
  request(): Unit | "nothing" | "dismissal" {
    const kind = this.#word(kindWord);
    if (kind === nothing) return "nothing";
    if (kind === dismissal) return "dismissal";
    return {
      kind: known(roundKindNames[kind], "a kind of round"),
      step: this.#word(stepWord),
      block: { start: this.#word(startWord), end: this.#word(endWord) },
    };
  }

  /** @param values - In the shared memory, so that they need not be copied. */
  deliver(number: number, { lossSum, correct, values }: UnitResult): void {
    this.#lossSum[0] = lossSum;
    this.#words[correctWord] = correct;
    this.#words[pointerWord] = values.byteOffset;
    this.#words[bytesWord] = values.length;
    this.#answer(number, 0);
  }

  fail(number: number, reason: Sentence): void {
    const bytes = encodeWithin(reason, this.#reason.length);
    this.#reason.set(bytes);
    this.#answer(number, bytes.length);
  }

  #answer(number: number, reasonLength: number): void {
    this.#words[reasonLengthWord] = reasonLength;
    Atomics.store(this.#words, answered, number);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  #word(place: number): number {
    return this.#words[place] ?? 0;
  }
}

/** Encodes a reason as JSON; if it has no room, the beginning of its English text is used. */
function encodeWithin(reason: Sentence, byteLength: number): Uint8Array {
  const whole = new TextEncoder().encode(JSON.stringify(reason));
  if (whole.length <= byteLength) return whole;
  const beginning = quoted(sayInEnglish(reason).slice(0, beginningLength));
  return new TextEncoder().encode(JSON.stringify(beginning));
}

/** In JSON a character takes at most six bytes. */
const beginningLength = 64;
