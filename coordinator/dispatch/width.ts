/**
 * @file Decides how many of the available workers a round uses. Each further worker computes a part, but its copy of the
 * parameters and its result cross a link that it may share with the others, such as the air around an access point.
 * Pure: times and bytes in, a number out. It can't change the result of a run (invariants 1 and 2), only how soon it is
 * ready.
 *
 * The time of a round with n workers is modelled as
 *
 *     T(n) = latency + bytes(n) · msPerByte + compute(n)
 *
 * `compute(n)` follows from the workers' speeds, and `bytes(n)` from their shares. But the speeds were measured while all workers
 * computed side by side. If they share the cores of one machine, half as many are twice as fast. Only the numbers of workers that
 * were tried show whether they do.
 *
 * The time for a number of workers that has been tried is the median of its last rounds. For any other number the model
 * predicts it. So a wrong model costs a few rounds, but never overrules a measurement.
 */
import { known } from "../../shared/assert.ts";

/** A plan for a round, or a round as it was planned. */
export interface Candidate {
  /** How many workers have a share. It may be fewer than the plan allows. */
  readonly workers: number;
  /** Bytes to all of them and back. */
  readonly bytes: number;
  /** The longest computation of a worker: as its speed predicts it, or as it was. */
  readonly computeMs: number;
}

/** What the estimate says of the link, for people. */
export interface LinkView {
  /** Workers that a round uses now, and that it could use. */
  readonly used: number;
  readonly available: number;
  /** Of a round with the workers used: in all, with bytes on the link, and the longest computation. */
  readonly roundMs: number;
  readonly transferMs: number;
  readonly computeMs: number;
  /** All workers together, both ways. */
  readonly bytesPerSecond: number;
}

/**
 * Less than this is latency and scheduling, whatever the bytes are: the link is not examined. A batch for two workers in
 * float16 (104 kB) takes 8.3 ms at 100 Mbit/s.
 */
const transferMsMin = 8;
const transferBytesMin = 64_000;
/** Above this speed (1 Gbit/s) the link is not what the workers wait for; the machine is busy. */
const bytesPerMsMax = 125_000;
/** Rounds before anything is tried, while compilers warm up. Only few, because all workers may be far too many. */
const roundsMin = 3;
/** A decision costs some time too, and one round changes little. */
const roundsBetweenDecisions = 8;
/** Rounds of a trial, of which the median counts. Fewer if the first is hopeless. */
const trialRounds = 3;
const hopeless = 2;
/** The median of so many rounds is the time of a number of workers. */
const roundsKept = 9;
/** Another number is tried if it promises this fraction of the present time or less. */
const promising = 0.9;
/** More workers are preferred at this many times the least time: people see them work, and a loss of one costs less. */
const preference = 1.03;
/**
 * Links change, so a number that is not in use is forgotten after some rounds and then tried again. If it takes r times as long
 * as the one in use, that is within r times this many rounds. So the trials of each number cost one part in this many.
 */
const forgetRounds = 300;

/** The rounds with one number of workers. */
interface Track {
  /** The newest, with the median of the times of computing. */
  readonly candidate: Candidate;
  /** The newest last. */
  readonly times: readonly number[];
  /** Of the same rounds. */
  readonly computeTimes: readonly number[];
  /** Rounds since it was last used. */
  age: number;
}

/** Numbers of workers worth comparing: powers of two, and all. Between two of them, times differ by a few per cent. */
export function widthsUpTo(available: number): number[] {
  const widths = [];
  for (let width = 1; width < available; width *= 2) widths.push(width);
  return [...widths, available];
}

/** Rounds of one kind and size. */
export class Width {
  /** By the number of workers that had a share. */
  readonly #tracks = new Map<number, Track>();
  #rounds = 0;
  #available = 0;
  /** How many workers a plan may use. */
  #most = 0;
  /** How many had a share in the last round. */
  #used = 0;
  /** Rounds until the next decision. */
  #kept = 0;

  /**
   * How many workers the plan of the next round may use.
   *
   * @param available - How many could be used, ≥ 1.
   * @param candidateOf - The plan with this many at most. Called only when there is something to decide.
   */
  choose(available: number, candidateOf: (most: number) => Candidate): number {
    if (available === this.#available && this.#kept > 0) return this.#most;
    this.#available = available;
    const before = this.#most;
    this.#most = this.#decide(available, candidateOf);
    this.#kept = this.#most === before ? roundsBetweenDecisions : trialRounds;
    return this.#most;
  }

  #decide(available: number, candidateOf: (most: number) => Candidate): number {
    const now = this.#tracks.get(this.#used);
    if (this.#rounds < roundsMin || now === undefined || !this.#mayMatter(available)) {
      return available;
    }
    // With one number tried, nobody knows whether workers wait for the link or for its latency.
    if (this.#tracks.size === 1 && this.#most < available) return available;
    const model = modelOf([...this.#tracks.values()]);
    const plans = distinct(widthsUpTo(available).map((most) => ({ most, ...candidateOf(most) })));
    const values = plans.map((plan) => this.#valueOf(plan, model));
    const least = Math.min(...values);
    const best = plans.findLastIndex((_, i) => known(values[i], "a time") <= preference * least);
    const { most, workers } = known(plans[best], "one has the least time");
    const promisedMs = promising * medianOf(now.times);
    if (known(values[best], "its time") <= promisedMs || this.#most > available) return most;
    const trial =
      this.#tracks.size === 1 ? this.#firstTrial(plans, now, promisedMs, model) : undefined;
    return trial ?? (this.#isFresh(workers) ? most : this.#most);
  }

  /**
   * With one number tried, nobody knows whether the workers share their cores. If they do, half of them compute as fast.
   *
   * @returns How many workers the plan with half of them may use, if it were promising then.
   */
  #firstTrial(
    plans: readonly (Candidate & { readonly most: number })[],
    { candidate }: Track,
    promisedMs: number,
    model: Model,
  ): number | undefined {
    const half = plans.findLast(({ workers }) => workers <= candidate.workers / 2);
    if (half === undefined) return undefined;
    const { computeMs } = candidate;
    return predict({ ...half, computeMs }, model) <= promisedMs ? half.most : undefined;
  }

  /** Whether the most workers that were tried waited for a link. */
  #mayMatter(available: number): boolean {
    const tried = [...this.#tracks.keys()].filter((workers) => workers <= available);
    const most = this.#tracks.get(Math.max(...tried));
    return most !== undefined && mattersIn(most);
  }

  /** Whether a number was tried so recently that its times can be compared with those of now. */
  #isFresh(workers: number): boolean {
    const age = this.#tracks.get(workers)?.age ?? Infinity;
    return age <= 2 * roundsKept;
  }

  /** In milliseconds. What is remembered of a number loses weight with age. */
  #valueOf(candidate: Candidate, model: Model): number {
    const track = this.#tracks.get(candidate.workers);
    if (track === undefined) {
      return predict({ ...candidate, computeMs: model.computeMs(candidate) }, model);
    }
    const ms = medianOf(track.times);
    const used = this.#tracks.get(this.#used);
    if (used === undefined || used === track) return ms;
    return Math.max(0, ms - (track.age / forgetRounds) * medianOf(used.times));
  }

  /** A round took this long, from first to last, and its longest computation as long as it says. */
  observe(candidate: Candidate, elapsedMs: number): void {
    const { workers } = candidate;
    this.#rounds += 1;
    this.#used = workers;
    this.#kept = this.#isHopeless(workers, elapsedMs) ? 0 : Math.max(0, this.#kept - 1);
    for (const track of this.#tracks.values()) track.age += 1;
    const before = this.#tracks.get(workers);
    const kept = before !== undefined && before.age <= roundsKept ? before : undefined;
    const computeTimes = [...(kept?.computeTimes ?? []), candidate.computeMs].slice(-roundsKept);
    this.#tracks.set(workers, {
      candidate: { ...candidate, computeMs: medianOf(computeTimes) },
      times: [...(kept?.times ?? []), elapsedMs].slice(-roundsKept),
      computeTimes,
      age: 0,
    });
  }

  #isHopeless(workers: number, elapsedMs: number): boolean {
    const others = [...this.#tracks].filter(([width]) => width !== workers);
    return others.some(([, { times }]) => elapsedMs > hopeless * medianOf(times));
  }

  /** `undefined` while nothing is known of the link: too few rounds, or too little time in it. */
  get link(): LinkView | undefined {
    const track = this.#tracks.get(this.#used);
    if (track === undefined || this.#tracks.size < 2) return undefined;
    const { msPerByte } = fit([...this.#tracks.values()]);
    const transferMs = msPerByte * track.candidate.bytes;
    if (transferMs < transferMsMin / 2) return undefined;
    return {
      used: this.#used,
      available: this.#available,
      roundMs: medianOf(track.times),
      transferMs,
      computeMs: track.candidate.computeMs,
      bytesPerSecond: 1000 / msPerByte,
    };
  }
}

/** Of plans for the same number of workers, the one that allows the fewest. */
function distinct<Plan extends Candidate>(plans: readonly Plan[]): Plan[] {
  return plans.filter(
    ({ workers }, i) => plans.findIndex((plan) => plan.workers === workers) === i,
  );
}

/** Whether the time outside of computing is long enough, and its bytes slow enough, that a link may be the reason. */
function mattersIn({ candidate, times }: Track): boolean {
  const transferMs = medianOf(times) - candidate.computeMs;
  const { bytes } = candidate;
  return (
    transferMs >= transferMsMin && bytes >= transferBytesMin && bytes / transferMs <= bytesPerMsMax
  );
}

interface Line {
  readonly latencyMs: number;
  readonly msPerByte: number;
}

interface Model extends Line {
  /** The longest computation of a plan that was not tried. */
  readonly computeMs: (candidate: Candidate) => number;
}

function modelOf(tracks: readonly Track[]): Model {
  const tried = tracks
    .map(({ candidate }) => candidate)
    .toSorted((one, other) => one.workers - other.workers);
  return { ...fit(tracks), computeMs: (candidate) => computeMsOf(candidate, tried) };
}

/**
 * Speeds are those of workers that computed side by side. On the cores of one machine, fewer of them are faster, by as much as
 * the numbers that were tried show.
 */
function computeMsOf({ workers, computeMs }: Candidate, tried: readonly Candidate[]): number {
  const below = tried.findLast((other) => other.workers < workers);
  const above = tried.filter((other) => other.workers > workers);
  const [next, nextButOne] = above;
  if (next === undefined) return computeMs;
  // With machines of their own down to the cores that all share.
  if (below !== undefined) {
    return Math.min(
      computeMs,
      Math.max((below.workers * below.computeMs) / workers, next.computeMs),
    );
  }
  if (nextButOne === undefined) return computeMs;
  const shrinks = Math.log(next.computeMs / nextButOne.computeMs);
  const exponent = shrinks / Math.log(nextButOne.workers / next.workers);
  // Without a figure, or for one that no machine can explain, speeds are taken as they are.
  if (!Number.isFinite(exponent)) return computeMs;
  const grown = next.computeMs * (next.workers / workers) ** Math.min(Math.max(exponent, 0), 1);
  return Math.min(computeMs, grown);
}

/**
 * Least squares over the numbers that were tried. With a single one, everything outside of computing is taken for bytes
 * on a shared link: if that is wrong, the next trial shows it.
 */
function fit(tracks: readonly Track[]): Line {
  const points = tracks.map(({ candidate, times }) => ({
    x: candidate.bytes,
    y: Math.max(0, medianOf(times) - candidate.computeMs),
  }));
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, points.length);
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  if (points.length < 2) return { latencyMs: 0, msPerByte: x === 0 ? 0 : y / x };
  const spread = mean((point) => (point.x - x) ** 2);
  const slope = spread === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / spread;
  // A line through the origin, if the best one has a negative latency.
  if (y < slope * x) return { latencyMs: 0, msPerByte: y / x };
  const msPerByte = Math.max(0, slope);
  return { latencyMs: Math.max(0, y - msPerByte * x), msPerByte };
}

function predict({ bytes, computeMs }: Candidate, { latencyMs, msPerByte }: Line): number {
  return latencyMs + bytes * msPerByte + computeMs;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return known(sorted[Math.floor((sorted.length - 1) / 2)], "a measured time");
}
