/**
 * @file How reliably an audit finds the smallest possible lie, one value of one gradient off by one unit in the
 * last place: counted over many seeded runs and compared with the policy's promise. No network and no time: every
 * result is examined.
 */
import { fingerprintOf } from "../../coordinator/storage/checkpoint.ts";
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { Random } from "../../shared/random.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { oneUnitInTheLastPlace } from "../support/attacks/lies.ts";
import { loadKernelWasm } from "../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../support/fixtures/run-config.ts";
import { tinyDataset } from "../support/fixtures/tiny-dataset.ts";
import { DirectRun, type DirectRunOptions, type Told } from "../support/trainers/direct-run.ts";
import { trainSequentially } from "../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const dataset = tinyDataset();
const liarId = "w2";

/** One row: the number of lies told, and of those found. */
export interface Detection {
  readonly what: string;
  readonly told: number;
  readonly found: number;
  /** The policy's probability of finding one lie, or one liar. */
  readonly probability: number;
  /** `found` must be in this range. If the probability is right, it is outside less than once in a million. */
  readonly bounds: readonly [number, number];
}

export interface DetectionOptions {
  readonly seeds: number;
  /** The first seed. */
  readonly from: number;
}

/** Every promise, row by row; each takes `seeds` runs. Throws if an honest worker is disconnected. */
export function* detections(options: DetectionOptions): Generator<Detection> {
  yield quorum(options);
  for (const nth of [1, 10, 11, 25, 50, 120]) yield sampleOnce(nth, options);
  yield* sampleFrom(11, [20, 50, 150], options);
  // All of these are audited with the minimum probability; a probability half as large would show here.
  yield* sampleFrom(51, [150], options);
}

/** The probability that `sample` recomputes a worker's n-th result: the design's schedule, written independently. */
function probabilityOf(nth: number): number {
  return nth <= 10 ? 1 : Math.max(1 / nth, 0.02);
}

// ── quorum: a lie is always found ─────────────────────────────────────────────────────────────────────────────────

const short = configOf(3);
const expected = fingerprintOf(trainSequentially(short, dataset).parameters);
/** Fewer results than any of five workers gives in three epochs. */
const resultsMin = 8;

/** One of 2 to 5 workers lies once, anywhere in the run. Answers arrive in any order. */
function quorum({ seeds, from }: DetectionOptions): Detection {
  let found = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const random = new Random(seed, 1);
    const lie = new Lie({ at: 1 + random.below(resultsMin), place: random.below(83) });
    const direct = start({
      config: short,
      audit: "quorum",
      workers: 2 + random.below(4),
      choose: (count) => random.below(count),
      tell: lie.tell,
    });
    direct.finish();
    if (!lie.isTold) throw new Error(`seed ${seed}: ${liarId} never came to lie`);
    const isRight = fingerprintOf(direct.store.parameters) === expected;
    if (isRight && isFound(direct, seed)) found += 1;
  }
  const what = "quorum: one lie in a run, and the fingerprint is right";
  return detection(what, { told: seeds, found, probability: 1 });
}

// ── sample: found with the stated probability ─────────────────────────────────────────────────────────────────────

/** The n-th result of a worker is a lie, and no other. */
function sampleOnce(nth: number, { seeds, from }: DetectionOptions): Detection {
  let found = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const lie = new Lie({ at: nth, place: new Random(seed, 2).below(83) });
    const direct = sampled(seed, nth, lie.tell);
    while (!lie.isTold) direct.work();
    if (isFound(direct, seed)) found += 1;
  }
  const probability = probabilityOf(nth);
  return detection(`sample: result ${nth} is a lie`, { told: seeds, found, probability });
}

/** All results from the `first` on are lies. Counts the liars found by their `ends[i]`-th result. */
function sampleFrom(
  first: number,
  ends: readonly number[],
  { seeds, from }: DetectionOptions,
): Detection[] {
  const last = Math.max(...ends);
  const foundAt: number[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    let told = 0;
    const direct = sampled(seed, last, (workerId, result) => {
      if (workerId !== liarId || ++told < first) return result;
      return oneUnitInTheLastPlace(result, seed + told);
    });
    const isOver = () => told >= last || direct.expelled.length > 0;
    while (!isOver()) direct.work();
    foundAt.push(isFound(direct, seed) ? told : Infinity);
  }
  return ends.map((end) => {
    let escapes = 1;
    for (let nth = first; nth <= end; nth++) escapes *= 1 - probabilityOf(nth);
    const found = foundAt.filter((nth) => nth <= end).length;
    const what = `sample: lies from result ${first} on, found by ${end}`;
    return detection(what, { told: seeds, found, probability: 1 - escapes });
  });
}

/** A run of two workers, long enough that each gives this many results. */
function sampled(seed: number, results: number, tell: NonNullable<DirectRunOptions["tell"]>) {
  const epochs = 1 + Math.ceil(results / 4);
  return start({ config: configOf(epochs), audit: "sample", auditSeed: seed, workers: 2, tell });
}

// ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The liar's only lie. */
class Lie {
  readonly #at: number;
  readonly #place: number;
  #told = 0;

  /** @param at - Which of its results is a lie; `place`: which value of it. */
  constructor({ at, place }: { readonly at: number; readonly place: number }) {
    this.#at = at;
    this.#place = place;
  }

  get isTold(): boolean {
    return this.#told >= this.#at;
  }

  readonly tell = (workerId: string, result: Told): Told => {
    if (workerId !== liarId || ++this.#told !== this.#at) return result;
    return oneUnitInTheLastPlace(result, this.#place);
  };
}

function start(options: Pick<DirectRunOptions, "config" | "workers"> & Partial<DirectRunOptions>) {
  return new DirectRun({ dataset, createKernel: () => instantiateKernel(wasm), ...options });
}

/** Batches of 20 in shards of 3: 4 steps per epoch. */
function configOf(epochs: number): RunConfig {
  return testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3, epochs });
}

function isFound({ expelled }: DirectRun, seed: number): boolean {
  const honest = expelled.filter(({ workerId }) => workerId !== liarId);
  if (honest.length > 0) throw new Error(`seed ${seed}: ${honest[0]?.workerId} is honest`);
  return expelled.length > 0;
}

// ── what chance allows ────────────────────────────────────────────────────────────────────────────────────────────

function detection(
  what: string,
  counts: Pick<Detection, "told" | "found" | "probability">,
): Detection {
  return { what, ...counts, bounds: binomialBounds(counts.told, counts.probability) };
}

/** The range in which the number of successes among `count` draws is, except once in a million. */
export function binomialBounds(count: number, probability: number): readonly [number, number] {
  if (probability === 1) return [count, count];
  const tail = 0.5e-6;
  const odds = Math.log(probability / (1 - probability));
  let logTerm = count * Math.log(1 - probability);
  let below = 0;
  let low = 0;
  for (let successes = 0; successes <= count; successes++) {
    const upTo = below + Math.exp(logTerm);
    if (upTo <= tail) low = successes + 1;
    if (1 - upTo <= tail) return [low, successes];
    below = upTo;
    logTerm += odds + Math.log((count - successes) / (successes + 1));
  }
  return [low, count];
}

/** One line for people. */
export function sayDetection({ what, told, found, probability, bounds }: Detection): string {
  const counts = `${found} of ${told}`.padStart(14);
  const [low, high] = bounds;
  return `${what.padEnd(56)} ${counts} ${percent(found / told)}  promised ${percent(probability)}, chance allows ${low} … ${high}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`.padStart(7);
}
