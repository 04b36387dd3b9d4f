/**
 * @file Samples of the run's dataset, read from `/data/<sha256>` with range requests: the header once, then only
 * the samples shown.
 *
 * @see shared/data/canonical.ts for the tensors in the file.
 */

import type { SplitName, Target } from "../../../shared/data/dataset.ts";
import type { Preprocessing } from "../../../shared/data/preprocessing.ts";
import { windowCount } from "../../../shared/data/text/windows.ts";
import { tokenField } from "../../../shared/protocol/token-field.ts";

type Targets = Uint8Array | Uint16Array | Float32Array;

const targetTypes: Readonly<
  Record<string, Uint8ArrayConstructor | Uint16ArrayConstructor | Float32ArrayConstructor>
> = { U8: Uint8Array, U16: Uint16Array, F32: Float32Array };

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Offset in the file. */
  readonly start: number;
}

export class RemoteDataset {
  readonly #url: string;
  readonly #token: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  /** What the targets mean. */
  readonly target: Target;
  /** How a raw record becomes the features of a sample, if the data say so. */
  readonly preprocessing: Preprocessing | undefined;

  private constructor(url: string, token: string, header: Header, bufferStart: number) {
    this.#url = url;
    this.#token = token;
    this.#entries = entriesOf(header, bufferStart);
    const { __metadata__: metadata = {} } = header;
    const { target, preprocessing, classCount } = metadata;
    this.target =
      target === undefined ? { kind: "classes", count: Number(classCount) } : JSON.parse(target);
    this.preprocessing = preprocessing === undefined ? undefined : JSON.parse(preprocessing);
  }

  /** @throws If the coordinator refuses it or cannot be reached. */
  static async open(sha256: string, token: string): Promise<RemoteDataset> {
    const url = `data/${sha256}`;
    const head = new DataView(await readRange(url, token, 0, 8));
    const headerLength = Number(head.getBigUint64(0, true));
    const header = new TextDecoder().decode(await readRange(url, token, 8, headerLength));
    return new RemoteDataset(url, token, JSON.parse(header), 8 + headerLength);
  }

  /** The number of samples in a split. */
  count(split: SplitName): number {
    if (this.#context === undefined) return this.#entry(`${split}.features`).shape[0] ?? 0;
    const [length = 0] = this.#entry(`${split}.tokens`).shape;
    return windowCount(length, this.#context, split === "train");
  }

  /** The split that training is watched with: the test split only waits until the end if there is another. */
  get watched(): "validation" | "test" {
    const names = ["validation.features", "validation.tokens"];
    return names.some((name) => this.#entries.has(name)) ? "validation" : "test";
  }

  /** The shape of one sample, such as `[28, 28]`. */
  get featureShape(): readonly number[] {
    if (this.#context !== undefined) return [this.#context];
    return this.#entry("train.features").shape.slice(1);
  }

  /** Tokens of a sample of a text; `undefined` if the data are no text. */
  get #context(): number | undefined {
    return this.preprocessing?.kind === "text" ? this.preprocessing.context : undefined;
  }

  /**
   * Samples [first, first + count) in the network's input form: shape `[count, featureCount]`.
   *
   * @param offset - Of a text, how many tokens later its windows begin.
   */
  async features(
    split: SplitName,
    first: number,
    count: number,
    offset = 0,
  ): Promise<Float32Array> {
    if (this.#context !== undefined) {
      return Float32Array.from(await this.#windows(split, first, { count, later: offset }));
    }
    const { dtype, start } = this.#entry(`${split}.features`);
    const featureCount = this.featureShape.reduce((product, size) => product * size, 1);
    const bytesEach = dtype === "F32" ? 4 : 1;
    const begin = start + first * featureCount * bytesEach;
    const bytes = await this.#read(begin, count * featureCount * bytesEach);
    if (dtype === "F32") return new Float32Array(bytes);
    return Float32Array.from(new Uint8Array(bytes), (byte) => byte / 255);
  }

  /** The classes of samples [first, first + count), or their values or flags row by row. */
  async targets(split: SplitName, first: number, count: number, offset = 0): Promise<Targets> {
    if (this.#context !== undefined) {
      return await this.#windows(split, first, { count, later: offset + 1 });
    }
    const name = this.#entries.has(`${split}.labels`) ? `${split}.labels` : `${split}.targets`;
    const { dtype, shape, start } = this.#entry(name);
    const type = targetTypes[dtype] ?? Uint8Array;
    const each = type.BYTES_PER_ELEMENT * shape.slice(1).reduce((size, n) => size * n, 1);
    return new type(await this.#read(start + first * each, count * each));
  }

  /** Windows of a text that begin `later` tokens later. */
  async #windows(
    split: SplitName,
    first: number,
    { count, later }: { readonly count: number; readonly later: number },
  ): Promise<Targets> {
    const { dtype, start } = this.#entry(`${split}.tokens`);
    const type = targetTypes[dtype] ?? Uint8Array;
    const { BYTES_PER_ELEMENT: bytesEach } = type;
    const context = this.#context ?? 0;
    const from = start + (first * context + later) * bytesEach;
    return new type(await this.#read(from, count * context * bytesEach));
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`the dataset has no ${name}`);
    return entry;
  }

  async #read(start: number, length: number): Promise<ArrayBuffer> {
    return await readRange(this.#url, this.#token, start, length);
  }
}

async function readRange(
  url: string,
  token: string,
  start: number,
  length: number,
): Promise<ArrayBuffer> {
  const headers = new Headers({ Range: `bytes=${start}-${start + length - 1}` });
  if (token !== "") headers.set(tokenField, token);
  // The browser's cache may hold the whole file, but browsers do not serve ranges from it.
  const response = await fetch(url, { headers, cache: "no-store" });
  if (response.status !== 206) throw new Error(`${url}: ${response.status}`);
  return await response.arrayBuffer();
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The header of a safetensors file that the coordinator wrote and checked. */
interface Header {
  readonly __metadata__?: Readonly<Record<string, string | undefined>>;
  readonly [tensor: string]: HeaderEntry | Readonly<Record<string, string | undefined>> | undefined;
}

function entriesOf(header: Header, bufferStart: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, entry] of Object.entries(header)) {
    if (!isTensor(entry)) continue;
    const { dtype, shape, data_offsets: offsets } = entry;
    entries.set(name, { dtype, shape, start: bufferStart + offsets[0] });
  }
  return entries;
}

function isTensor(entry: Header[string]): entry is HeaderEntry {
  return Array.isArray(entry?.["data_offsets"]);
}
