/**
 * @file Samples of the run's dataset, read from `/data/<sha256>` with range requests: the header once, then only
 * the samples shown.
 *
 * @see shared/data/canonical.ts for the tensors in the file.
 */

type SplitName = "train" | "test";

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

  private constructor(url: string, token: string, entries: ReadonlyMap<string, Entry>) {
    this.#url = url;
    this.#token = token;
    this.#entries = entries;
  }

  /** @throws If the coordinator refuses it or cannot be reached. */
  static async open(sha256: string, token: string): Promise<RemoteDataset> {
    const url = `/data/${sha256}`;
    const head = new DataView(await readRange(url, token, 0, 8));
    const headerLength = Number(head.getBigUint64(0, true));
    const header = new TextDecoder().decode(await readRange(url, token, 8, headerLength));
    return new RemoteDataset(url, token, entriesOf(JSON.parse(header), 8 + headerLength));
  }

  /** The number of samples in a split. */
  count(split: SplitName): number {
    return this.#entry(`${split}.features`).shape[0] ?? 0;
  }

  /** The shape of one sample, such as `[28, 28]`. */
  get featureShape(): readonly number[] {
    return this.#entry("train.features").shape.slice(1);
  }

  /** Samples [first, first + count) in the network's input form: shape `[count, featureCount]`. */
  async features(split: SplitName, first: number, count: number): Promise<Float32Array> {
    const { dtype, start } = this.#entry(`${split}.features`);
    const featureCount = this.featureShape.reduce((product, size) => product * size, 1);
    const bytesEach = dtype === "F32" ? 4 : 1;
    const offset = start + first * featureCount * bytesEach;
    const bytes = await this.#read(offset, count * featureCount * bytesEach);
    if (dtype === "F32") return new Float32Array(bytes);
    return Float32Array.from(new Uint8Array(bytes), (byte) => byte / 255);
  }

  /** The classes of samples [first, first + count). */
  async labels(split: SplitName, first: number, count: number): Promise<Uint8Array | Uint16Array> {
    const { dtype, start } = this.#entry(`${split}.labels`);
    if (dtype !== "U16") return new Uint8Array(await this.#read(start + first, count));
    return new Uint16Array(await this.#read(start + 2 * first, 2 * count));
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
  if (token !== "") headers.set("Authorization", `Bearer ${token}`);
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

function entriesOf(header: Record<string, HeaderEntry>, bufferStart: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    entries.set(name, { dtype, shape, start: bufferStart + offsets[0] });
  }
  return entries;
}
