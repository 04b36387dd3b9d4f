/**
 * @file How long a step takes on a link that all workers share, as arithmetic. With n workers,
 *
 *     T(n) = L + n · 2 · (q·V + m) · h / B + C / min(n, cores)
 *
 * V values travel each way (parameters, and an optimizer's tensors with local steps), q bytes each; m and h are headers; B is
 * the link's bytes per second, C the time of all samples of a step on one core, L latency and what a step costs besides.
 */
export interface StepCost {
  /** Values of a tensor that travels: to each worker, and back from it. */
  readonly values: number;
  readonly bytesPerValue: number;
  /** Seconds of one core for all samples of a step. */
  readonly computeSeconds: number;
}

export interface LinkOfAll {
  readonly megabits: number;
  /** That the workers have together. */
  readonly cores: number;
}

/** A message's own header, in bytes. */
const headerBytes = 100;
/** Ethernet, IP and TCP: 1,514 bytes carry 1,448. */
const packetHeaders = 1514 / 1448;
/** Of handing over a step, without load. */
const latencySeconds = 0.001;

/** Seconds of a step in which so many workers take part. */
export function stepSeconds(
  { values, bytesPerValue, computeSeconds }: StepCost,
  { megabits, cores }: LinkOfAll,
  workers: number,
): number {
  const bytes = 2 * workers * (values * bytesPerValue + headerBytes) * packetHeaders;
  return latencySeconds + bytes / (megabits * 125_000) + computeSeconds / Math.min(workers, cores);
}

/**
 * With so many samples per exchange, one worker computes as long as the exchange takes.
 *
 * @param samplesPerSecond - Of the worker, without the link.
 */
export function breakEvenSamples(
  { values, bytesPerValue }: Pick<StepCost, "values" | "bytesPerValue">,
  megabits: number,
  samplesPerSecond: number,
): number {
  const cost = { values, bytesPerValue, computeSeconds: 0 };
  return samplesPerSecond * stepSeconds(cost, { megabits, cores: 1 }, 1);
}

/** The number of workers up to `connected` with which a step is fastest, and its seconds. */
export function fastest(
  cost: StepCost,
  link: LinkOfAll,
  connected: number,
): { readonly workers: number; readonly seconds: number } {
  let best = { workers: 1, seconds: stepSeconds(cost, link, 1) };
  for (let workers = 2; workers <= connected; workers++) {
    const seconds = stepSeconds(cost, link, workers);
    if (seconds < best.seconds) best = { workers, seconds };
  }
  return best;
}
