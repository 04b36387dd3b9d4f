/**
 * @file Points that move by updates: in a run in int8, workers keep the point of the last step, and a step sends what it has
 * changed by. Coordinator and workers compute the new point by the same line, so both have the same bits; a digest tells
 * if not. Pure.
 */
import { assert } from "../assert.ts";
import { bytesOf } from "../bytes.ts";
import { allIn, chunkValues, exponentsAt, tensorBytes } from "./wire.ts";

/** Which point a whole tensor is, and how whoever has the one before can get it. */
export interface PointVersion {
  /** Of its parameters. */
  readonly digest: string;
  readonly update?: {
    /** The digest of the point before. */
    readonly from: string;
    readonly tensor: Uint8Array;
  };
}

/**
 * `target[i] ← point[i] + q · 2ᵉ`, one addition in float32.
 *
 * @param target - Shape `[parameterCount]`; written. May be `point`.
 * @param update - The int8 q of all values, then the exponents e of the chunks; what follows is not read.
 */
export function addUpdate(target: Float32Array, point: Float32Array, update: Uint8Array): void {
  const count = point.length;
  const { buffer, byteOffset } = update;
  const integers = new Int8Array(buffer, byteOffset, update.length);
  const exponents = exponentsAt({ form: "int8", count });
  for (let start = 0; start < count; start += chunkValues) {
    const scale = 2 ** (integers[exponents + start / chunkValues] ?? 0);
    const end = Math.min(count, start + chunkValues);
    for (let i = start; i < end; i++) target[i] = (point[i] ?? 0) + (integers[i] ?? 0) * scale;
  }
}

/**
 * Tells two points apart; no protection from an attacker. With h[i] = mix(bits(point[i]) ^ i · 0x9e3779b9), the sum of all
 * h[i] and the sum of the sums up to each i, modulo 2³², as 16 hex digits.
 */
export function digestOf(point: Float32Array): string {
  const bits = new Uint32Array(point.buffer, point.byteOffset, point.length);
  let [sum, sumOfSums] = [0, 0];
  for (let i = 0; i < bits.length; i++) {
    let x = (bits[i] ?? 0) ^ Math.imul(i, 0x9e3779b9);
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    sum = (sum + (x ^ (x >>> 15))) | 0;
    sumOfSums = (sumOfSums + sum) | 0;
  }
  return [sum, sumOfSums].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The point that a worker has. */
export class HeldPoint {
  readonly #parameterCount: number;
  /** Never changed: a job may still compute at it. */
  #values: Float32Array | undefined;
  #digest = "";
  #before = "";

  constructor(parameterCount: number) {
    this.#parameterCount = parameterCount;
  }

  /** Keeps a point that came whole. @param tensor - Begins with the parameters, float32. */
  keep(tensor: Uint8Array): PointVersion {
    const values = new Float32Array(this.#parameterCount);
    bytesOf(values).set(tensor.subarray(0, 4 * this.#parameterCount));
    this.#values = values;
    this.#digest = digestOf(values);
    this.#before = "";
    return { digest: this.#digest };
  }

  /** The digest of the point from which an update leads to this one; `undefined` if no point is held. */
  before(digest: string): string | undefined {
    if (this.#values === undefined) return undefined;
    return digest === this.#digest ? this.#before : this.#digest;
  }

  /**
   * Goes on to the point with this digest, unless it is there already.
   *
   * @param tensor - The update and, behind it, what the whole point has behind the parameters.
   * @returns The whole point, or `undefined`, and nothing is kept, if that digest is not reached from here.
   */
  move(
    tensor: Uint8Array,
    digest: string,
  ): { readonly parameters: Uint8Array; readonly version: PointVersion } | undefined {
    const values = this.#values;
    if (values === undefined) return undefined;
    let moved = values;
    if (digest !== this.#digest) {
      moved = new Float32Array(values.length);
      addUpdate(moved, values, tensor);
      this.#values = digestOf(moved) === digest ? moved : undefined;
      if (this.#values === undefined) return undefined;
      this.#before = this.#digest;
      this.#digest = digest;
    }
    const version = { digest, update: { from: this.#before, tensor } };
    return { parameters: withRest(moved, tensor), version };
  }
}

/** A whole point: parameters, and what is behind the update in `tensor`. */
function withRest(parameters: Float32Array, tensor: Uint8Array): Uint8Array {
  const rest = tensor.subarray(tensorBytes(allIn("int8", parameters.length)));
  assert(rest.length % 4 === 0, "parts have a multiple of four bytes");
  if (rest.length === 0) return bytesOf(parameters);
  const whole = new Uint8Array(4 * parameters.length + rest.length);
  whole.set(bytesOf(parameters));
  whole.set(rest, 4 * parameters.length);
  return whole;
}
