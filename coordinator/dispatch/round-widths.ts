/**
 * @file Plans the shares of a round. The estimates of `width.ts`, one for each kind and size of round, say how many workers
 * it uses. Of all workers, those that are expected to be fastest are used. Pure: the caller passes the clock.
 */
import type { RunConfig } from "../../shared/run/config.ts";
import { layoutOfResult, type ModelSizes, modelSizes, roundKinds } from "../../shared/run/kinds.ts";
import { tensorBytes } from "../../shared/run/wire.ts";
import { planShares, type Share, type WorkerSpeed } from "./assignment.ts";
import { type CrewWorker, speedsOf } from "./crew.ts";
import { endOf, oneBlockEach } from "./relay-shares.ts";
import type { OpenRound, Round } from "./round.ts";
import { type Candidate, type LinkView, Width } from "./width.ts";

/** Kinds and sizes of rounds that are remembered. In a relay, sizes change with the shares that it gets. */
const widthsMax = 16;

/**
 * Relays may take this many times longer by their predicted speeds if each of them then sends only one sum. They will not
 * really take that long: the workers of a relay compute side by side, so its time grows less than its share.
 */
const wholeBlocksCost = 1.5;

/** A round's shares, and the workers among which it was split. */
export interface SharePlan {
  readonly shares: readonly Share[];
  readonly speeds: readonly WorkerSpeed[];
}

/** What can take work in a round. */
export interface Available {
  /** At least one worker, in a stable order. */
  readonly workers: readonly CrewWorker[];
  /** Samples of one leaf. */
  readonly leafSamples: number;
  readonly isTwice: boolean;
  /** Whether all take part alike, fast or slow. */
  readonly isShown: boolean;
}

interface Observed {
  readonly width: Width;
  readonly candidate: Candidate;
  /** Whether fewer workers than could be used have a share. */
  readonly isNarrow: boolean;
  readonly sinceMs: number;
}

export class RoundWidths {
  readonly #config: RunConfig;
  readonly #sizes: ModelSizes;
  readonly #widths = new Map<string, Width>();
  /** Of the latest round that trains. */
  #training: Width | undefined;
  /** Open rounds, by who holds what. */
  readonly #observed = new WeakMap<Round["holdings"], Observed>();

  constructor(config: RunConfig) {
    this.#config = config;
    this.#sizes = modelSizes(config);
  }

  /** Plans a round from its first share on. If every block is computed twice, all workers are used. */
  plan(round: OpenRound, available: Available, nowMs: number): SharePlan {
    const { workers, leafSamples, isTwice, isShown } = available;
    this.#observed.delete(round.holdings);
    if (isShown) return evenly(round, workers);
    if (isTwice) return split(round, workers, leafSamples);
    const leaves = round.roots.reduce((sum, { start, end }) => sum + end - start, 0);
    const width = this.#widthOf(round, leaves);
    const most = Math.min(workers.length, leaves);
    const planFor = (count: number) => {
      const samples = leafSamples * Math.ceil(leaves / count);
      if (count === most) return split(round, workers, leafSamples);
      // Chosen with their overheads, which differ because one waited for the link and another rested: the next round is the same for all.
      return split(round, fastest(workers, count, samples), leafSamples, { isAlike: true });
    };
    const sizeOf = (count: number) => this.#candidate(round, planFor(count));
    const count = width.choose(most, sizeOf);
    const plan = planFor(count);
    const candidate = this.#candidate(round, plan);
    const isNarrow = count < most;
    this.#observed.set(round.holdings, { width, candidate, isNarrow, sinceMs: nowMs });
    return plan;
  }

  /**
   * A round is over. Its time counts even if a worker was late or left, because that is a price of using so many workers. One
   * round in nine does not move a median.
   */
  close({ holdings, openedMs }: Round, nowMs: number): void {
    const observed = this.#observed.get(holdings);
    if (observed === undefined) return;
    const held = [...holdings.byWorker.values()];
    if (!held.every(({ outstanding }) => outstanding.size === 0)) return;
    const elapsedMs = nowMs - Math.max(observed.sinceMs, openedMs);
    // A worker is not believed to have computed for longer than the round took.
    const longestMs = Math.max(0, ...held.map(({ computeMs }) => computeMs));
    const computeMs = Math.min(longestMs, elapsedMs);
    observed.width.observe({ ...observed.candidate, computeMs }, elapsedMs);
  }

  /** Whether a round leaves workers out because of the link, and not because they are slow. */
  isNarrow({ holdings }: Round): boolean {
    return this.#observed.get(holdings)?.isNarrow === true;
  }

  /** What is known of the link from the rounds that train; `undefined` if nothing is. */
  get link(): LinkView | undefined {
    return this.#training?.link;
  }

  #widthOf({ kind }: Round, leaves: number): Width {
    const key = `${kind} ${leaves}`;
    const width = this.#widths.get(key) ?? new Width();
    // The latest is the last, and the first is forgotten.
    this.#widths.delete(key);
    this.#widths.set(key, width);
    for (const oldest of this.#widths.keys()) {
      if (this.#widths.size > widthsMax) this.#widths.delete(oldest);
    }
    if (roundKinds[kind].trains) this.#training = width;
    return width;
  }

  #candidate({ kind, tensor, version }: OpenRound, { shares, speeds }: SharePlan): Candidate {
    let bytes = 0;
    for (const { blocks } of shares) {
      bytes += (version?.update?.tensor ?? tensor).length;
      for (const block of blocks) {
        bytes += tensorBytes(layoutOfResult(kind, block, this.#config, this.#sizes));
      }
    }
    return { workers: shares.length, bytes, computeMs: endOf(shares, speeds) };
  }
}

function isRelay({ isRelay: is }: CrewWorker): boolean {
  return is;
}

/** As if all were equally fast. */
function evenly(round: Round, workers: readonly CrewWorker[]): SharePlan {
  const speeds = workers.map(({ id }) => ({ workerId: id, overheadMs: 0, leafMs: 1 }));
  return { speeds, shares: planShares(round, speeds) };
}

function split(
  round: Round,
  workers: readonly CrewWorker[],
  leafSamples: number,
  { isAlike = false }: { readonly isAlike?: boolean } = {},
): SharePlan {
  const measured = speedsOf(workers, leafSamples);
  const speeds = isAlike ? measured.map((speed) => ({ ...speed, overheadMs: 0 })) : measured;
  const shares = planShares(round, speeds);
  const [root, ...others] = round.roots;
  const isForRelays = root !== undefined && others.length === 0 && workers.every(isRelay);
  if (!isForRelays) return { speeds, shares };
  const whole = oneBlockEach(root, speeds);
  const [wholeMs, sharesMs] = [endOf(whole, speeds), endOf(shares, speeds)];
  // The least overhead of a share is that of one copy of the parameters and one sum, and further sums come one by one.
  const sumMs = Math.min(...workers.map(({ speed }) => speed.overheadMs)) / 2;
  const saved = shares.reduce((sum, { blocks }) => sum + blocks.length, 0) - whole.length;
  const isWorthIt = wholeMs <= Math.max(wholeBlocksCost * sharesMs, sharesMs + saved * sumMs);
  return { speeds, shares: isWorthIt ? whole : shares };
}
/** So many workers, those that would finish so many samples first, in the order of all. */
function fastest(workers: readonly CrewWorker[], count: number, samples: number): CrewWorker[] {
  const ranked = workers.toSorted(
    (a, b) => a.speed.predictMs(samples) - b.speed.predictMs(samples),
  );
  const chosen = new Set(ranked.slice(0, count));
  return workers.filter((worker) => chosen.has(worker));
}
