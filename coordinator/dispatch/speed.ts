/**
 * @file Estimates a worker's speed from its work. It decides shares and deadlines, never results. Pure: the caller
 * passes durations.
 */

/** Weight of the newest measurement. The estimate follows a change of speed within about five rounds. */
const newestWeight = 0.2;

/** A share is late if it takes this many times longer than predicted … */
const lateFactor = 3;
/** … plus this much. Anything less is a garbage collection or a scheduler's slice, not a straggler. */
const lateGraceMs = 25;
/** Before this many measurements the prediction is a guess (just-in-time compilers warm up), so be patient. */
const measurementsMin = 5;
const firstGraceMs = 2_000;

/**
 * The speed estimate of a worker without work slowly rises, because without work there is no measurement, and a
 * single hiccup would exclude it for good. It is tried again after this many times the predicted time of a leaf. So
 * a worker that really is that slow costs at most one part in this many.
 */
const restFactor = 20;
/**
 * In one round it falls to this fraction at the least. A share may have many leaves, and a worker that seems many times
 * faster than it is gets all of them, so that the others are idle, and seem fast in the next round.
 */
const keptMin = 0.5;

/** Limits for a claimed speed, in milliseconds per sample. */
const sampleMsMin = 1e-6;
const sampleMsMax = 1e6;

/** What one finished share tells about its worker. */
export interface Measurement {
  /** From handing out the share to its last result. */
  readonly elapsedMs: number;
  /** Time spent computing, as reported by the worker; at most `elapsedMs` is believed. */
  readonly computeMs: number;
  readonly samples: number;
}

/** A running estimate of `elapsed = overhead + samples · sampleMs`. */
export class SpeedEstimate {
  #overheadMs: number;
  #sampleMs: number;
  #measurements = 0;

  /** @param samplesPerSecond - The worker's own measurement from its `ready`; 0 if it has none. */
  constructor(samplesPerSecond: number) {
    this.#overheadMs = 1;
    this.#sampleMs = samplesPerSecond > 0 ? inRange(1000 / samplesPerSecond) : 0.01;
  }

  /** Whether it is based on finished work, not only on a claim. */
  get isMeasured(): boolean {
    return this.#measurements > 0;
  }

  /** Limits a worker's claim. Measurements are not affected. */
  limitClaim(sampleMsLeast: number): void {
    if (!this.isMeasured) this.#sampleMs = Math.max(this.#sampleMs, sampleMsLeast);
  }

  get overheadMs(): number {
    return this.#overheadMs;
  }

  get sampleMs(): number {
    return this.#sampleMs;
  }

  /**
   * Learns from a share. A late one shows that the old estimate was far off, so it is discarded. But at most the
   * deadline is believed, so that a worker that only slept is soon tried again.
   */
  observe({ elapsedMs, computeMs, samples }: Measurement): void {
    const isFirst = this.#measurements === 0;
    const deadlineMs = this.deadlineMs(samples);
    if (isFirst || elapsedMs <= deadlineMs) {
      return this.#observe({ elapsedMs, computeMs, samples }, isFirst ? 1 : newestWeight);
    }
    const part = deadlineMs / elapsedMs;
    this.#observe({ elapsedMs: deadlineMs, computeMs: part * computeMs, samples }, 1);
  }

  #observe({ elapsedMs, computeMs, samples }: Measurement, weight: number): void {
    const believedMs = Math.min(Math.max(computeMs, 0), elapsedMs);
    this.#overheadMs += weight * (elapsedMs - believedMs - this.#overheadMs);
    this.#sampleMs += weight * (inRange(believedMs / samples) - this.#sampleMs);
    this.#measurements += 1;
  }

  /**
   * Notes that the worker could have worked but got nothing.
   *
   * @param elapsedMs - For how long.
   * @param samples - Size of the smallest possible share: one leaf.
   */
  rest(elapsedMs: number, samples: number): void {
    const kept = Math.max(keptMin, 1 - elapsedMs / (restFactor * this.predictMs(samples)));
    this.#overheadMs *= kept;
    this.#sampleMs = Math.max(sampleMsMin, this.#sampleMs * kept);
  }

  predictMs(samples: number): number {
    return this.#overheadMs + samples * this.#sampleMs;
  }

  /** After this time a share counts as late, and a backup of it goes to another worker. */
  deadlineMs(samples: number): number {
    const graceMs = this.#measurements < measurementsMin ? firstGraceMs : lateGraceMs;
    return lateFactor * this.predictMs(samples) + graceMs;
  }
}

function inRange(sampleMs: number): number {
  return Math.min(Math.max(sampleMs, sampleMsMin), sampleMsMax);
}
