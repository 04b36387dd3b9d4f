/**
 * @file How long to wait before the next try to connect: exponential with full jitter, so that a room of workers
 * that lost its coordinator does not reconnect in one wave.
 *
 * @see Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.
 */

/** The first wait is at most this long: a coordinator that was only restarted is back in less than a second. */
const baseMs = 250;
/**
 * No wait is longer, so that a room of workers is back within 5 s of the coordinator's return, however long it was
 * away.
 */
const retryMaxMs = 4_000;

/**
 * A delay uniform in [0, min(4 s, 250 ms · 2^attempt)).
 *
 * @param attempt - Failed tries in a row before this wait, ≥ 0.
 * @param random - Uniform in [0, 1).
 */
export function retryDelayMs(attempt: number, random: () => number): number {
  return random() * Math.min(retryMaxMs, baseMs * 2 ** Math.min(attempt, 16));
}
