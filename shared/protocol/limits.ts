/**
 * @file Every limit of the protocol, each with its reason. A peer that goes over one is refused with a code; the
 * run does not notice (invariant 5).
 */
import type { ModelConfig } from "../run/config.ts";

/** Raised when a message changes its meaning; peers with another number are refused at `hello`. */
export const protocolVersion = 1;

/** A header is a few numbers and short texts; the largest, `run`, carries the run config (≈ 1 KiB). */
export const headerBytesMax = 4096;

/** A header is a map of maps or of short lists: `run` → config → model → layers is the deepest. */
export const headerDepthMax = 6;

/** What a socket may send before it has said a valid `hello`: one header. */
export const unauthenticatedBytesMax = headerBytesMax;

/** A `hello` takes one round trip; 5 s is a slow phone on a crowded network, not an attack that holds a socket. */
export const helloTimeoutMs = 5_000;

/** After a close frame the peer gets this long to answer before its connection is cut. */
export const closeGraceMs = 2_000;

/** An HTTP request whose headers are not complete by then is dropped (slowloris). */
export const httpHeaderTimeoutMs = 10_000;

/** A ping goes out this often: a cable pulled or a lid closed is noticed within `silenceMaxMs`. */
export const pingIntervalMs = 2_000;

/** A socket that sent nothing, not even a pong, for this long is dead: five pings and a breath. */
export const silenceMaxMs = 12_000;

/** The longest name of a worker: what fits a column of the dashboard. */
export const workerNameLengthMax = 40;

/** A browser's user agent is at most a few hundred characters; the rest is cut off by the worker. */
export const agentLengthMax = 200;

/** A human sentence in `failed`, `leave`, `wait`, `error` and `end`. */
export const reasonLengthMax = 300;

/** More threads than any machine that joins from a browser has. */
export const threadsMax = 256;

/** Connected workers. 10,000 idle sockets fit 200 MB at 20 kB each. */
export const workersMax = 10_000;

/** One address may hold this many sockets: a classroom behind one router, not a flood. */
export const workersPerAddressMax = 2_000;

/**
 * Blocks named in one `work` message. A share is a contiguous range of shards, which is at most 2·log2(64) = 12
 * blocks by default; 64 leaves room for the largest trees.
 */
export const blocksPerWorkMax = 64;

/** Dashboards that watch: a lecture hall of them, each costs a few kilobytes four times a second. */
export const watchersMax = 100;

/** Bytes that wait in one socket's send queue before it gets no further work: two parameter versions. */
export function queuedBytesMax(parameterCount: number): number {
  return 2 * messageBytesMax(parameterCount);
}

/** The largest message of a run: a header, the bin's marker and length, one float32 per parameter. */
export function messageBytesMax(parameterCount: number): number {
  const tensorBytes = 4 * Math.max(parameterCount, 256 * 256);
  return headerBytesMax + 5 + tensorBytes;
}

/** Invalid results (non-finite, unknown block …) that a worker may send before its socket is closed. */
export const offencesMax = 3;

/** A run may have this many parameters: 4 bytes each, below the 2 GiB of one message. */
export const parametersMax = 100_000_000;

/** Confusion counts of an evaluation are `[label, predicted]`. */
export function confusionLength(model: ModelConfig): number {
  const classCount = model.layers.at(-1) ?? 0;
  return classCount * classCount;
}
