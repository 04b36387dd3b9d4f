/**
 * @file How fast a worker is, estimated from what it did. Decides shares and deadlines, never results. Pure: the
 * caller passes durations.
 */

/** Weight of the newest measurement: an estimate follows a change of speed within about five rounds. */
const newestWeight = 0.2;

/** A share is late when it takes this many times longer than predicted … */
const lateFactor = 3;
/** … and this much on top: less than that is a garbage collection or a scheduler's slice, not a straggler. */
const lateGraceMs = 25;
/** Before this many measurements the prediction is a guess (just-in-time compilers warm up): be patient. */
const measurementsMin = 5;
const firstGraceMs = 2_000;

/** What one finished share told about its worker. */
export interface Measurement {
  /** From handing out the share to its last result. */
  readonly elapsedMs: number;
  /** Time spent computing, as the worker says; at most `elapsedMs` is believed. */
  readonly computeMs: number;
  readonly samples: number;
}

/** A running estimate of `elapsed = overhead + samples · sampleMs`. */
export class SpeedEstimate {
  #overheadMs: number;
  #sampleMs: number;
  #measurements = 0;

  /** @param samplesPerSecond - The worker's own measurement from its `ready`; 0 when it has none. */
  constructor(samplesPerSecond: number) {
    this.#overheadMs = 1;
    this.#sampleMs = samplesPerSecond > 0 ? 1000 / samplesPerSecond : 0.01;
  }

  get overheadMs(): number {
    return this.#overheadMs;
  }

  get sampleMs(): number {
    return this.#sampleMs;
  }

  observe({ elapsedMs, computeMs, samples }: Measurement): void {
    const believedMs = Math.min(Math.max(computeMs, 0), elapsedMs);
    const weight = this.#measurements === 0 ? 1 : newestWeight;
    this.#overheadMs += weight * (elapsedMs - believedMs - this.#overheadMs);
    this.#sampleMs += weight * (Math.max(believedMs, 1e-6) / samples - this.#sampleMs);
    this.#measurements += 1;
  }

  predictMs(samples: number): number {
    return this.#overheadMs + samples * this.#sampleMs;
  }

  /** After this long a share counts as late and a backup of it goes to another worker. */
  deadlineMs(samples: number): number {
    const graceMs = this.#measurements < measurementsMin ? firstGraceMs : lateGraceMs;
    return lateFactor * this.predictMs(samples) + graceMs;
  }
}
