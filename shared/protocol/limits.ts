/**
 * @file Every limit of the protocol, each with its reason. A peer that goes over one is refused with a code; the
 * run does not notice (invariant 5). Where something is counted by address, an IPv6 network of 64 bits is one address.
 */

/** Raised when a message changes its meaning; peers with another number are refused at `hello`. */
export const protocolVersion = 2;

/** A header is a few numbers and short texts; the largest, `run`, carries the run config (≈ 1 KiB). */
export const headerBytesMax = 4096;

/**
 * A header is a map of maps or of short lists. The deepest is `run` → config → model → layers → layer → a setting, 6
 * levels; a setting may be a list, and layers may nest in two blocks of two levels each.
 */
export const headerDepthMax = 11;

/** What a socket may send before it has shown its token, frames and all: one header. A `hello` has about 400 bytes. */
export const unauthenticatedBytesMax = headerBytesMax;

/** A `hello` takes one round trip; 5 s is a slow phone on a crowded network, not an attack that holds a socket. */
export const helloTimeoutMs = 5_000;

/** After a close frame the peer gets this long to answer before its connection is cut. */
export const closeGraceMs = 2_000;

/** An HTTP request whose headers are not complete by then is dropped (slowloris): a slow phone needs 2 s. */
export const httpHeaderTimeoutMs = 10_000;

/** How often requests are looked at for that: what holds a connection too long holds it at most this much longer. */
export const httpCheckMs = 1_000;

/** A request line and its headers: a browser sends 1 KiB without cookies, and there are none. */
export const httpHeaderBytesMax = 8 * 1024;

/** Fields of one request: a browser sends about 20. */
export const httpHeaderFieldsMax = 64;

/** A request has no body: nothing is ever uploaded over HTTP. One that announces a body is answered with 413. */
export const httpBodyBytesMax = 0;

/** After this many requests a connection is closed: a page needs ten, a flood has to connect again. */
export const httpRequestsPerConnectionMax = 1_000;

/**
 * Requests of one connection that have no answer yet, the one under way included: browsers send the next one when they
 * have read the last, and 8 leaves room for a proxy that is ahead of itself. Whoever sends one more is cut.
 */
export const httpUnansweredMax = 8;

/** An idle connection that is kept for the next request. */
export const httpKeepAliveMs = 5_000;

/** Who takes nothing of an answer for this long is gone, or holds a place and the bytes that wait for it: it is cut. */
export const httpStalledMs = 60_000;

/** A TLS handshake that is not done by then is dropped, for the same reason as headers. */
export const tlsHandshakeTimeoutMs = 10_000;

/** A ping goes out this often: a cable pulled or a lid closed is noticed within `silenceMaxMs`. */
export const pingIntervalMs = 2_000;

/** A socket that sent nothing, not even a pong, for this long is dead: five pings and a breath. */
export const silenceMaxMs = 12_000;

/** The longest name of a worker: what fits a column of the dashboard. */
export const workerNameLengthMax = 40;

/** A browser's user agent is at most a few hundred characters; the rest is cut off by the worker. */
export const agentLengthMax = 200;

/** Texts of a sentence, their names and its code, all together: 3,000 bytes at worst, so that it fits a header. */
export const sentenceLengthMax = 1_000;

/** Of a sentence's code. Ours have at most 30 characters. */
export const sentenceCodeLengthMax = 40;

/** What a sentence is about: ours have at most six values. */
export const sentenceValuesMax = 8;

/** Of a list in a sentence. */
export const sentenceItemsMax = 16;

/** More threads than any machine that joins from a browser has. */
export const threadsMax = 256;

/** Connected workers. 10,000 idle sockets fit 200 MB at 20 kB each. */
export const workersMax = 10_000;

/** One address may hold this many sockets: a classroom behind one router, not a flood. */
export const workersPerAddressMax = 2_000;

/**
 * TCP connections of any kind: every worker, every dashboard, and as many more for pages and downloads as come at once.
 * One more is told 503 (over TLS nothing: a handshake costs more than a place) and cut before a byte of it is read. From
 * one address: its workers, and half as many pages.
 */
export const connectionPlaces = {
  inAll: workersMax + 2_000,
  perAddress: workersPerAddressMax + 1_000,
};

/**
 * WebSockets that have not shown a token yet. They leave within `helloTimeoutMs`, an honest one after one round trip:
 * a whole class that starts at the same moment fits, and strangers hold at most 1,000 × 4 KiB.
 */
export const strangerPlaces = { inAll: 1_000, perAddress: 250 };

/** Datasets on their way at once: each holds one chunk of 256 KiB. Who finds no place is told to come again. */
export const downloadQuota = { inAll: 200, perAddress: 100 };

/** Who finds no place is asked to come again after this. */
export const retryAfterSeconds = 2;

/**
 * Messages, pings and pongs of one socket that are not answers to something asked: an honest worker sends a few a
 * second, and late results when it was overtaken. Answers that were asked for are limited by the asking. For dashboards
 * it counts pings and pongs; their orders have a rate of their own.
 */
export const messageRate = { perSecond: 500, burst: 1_000 };

/** A message comes in one or two fragments; each one costs memory of its own while the message is not whole. */
export const fragmentsMax = 16;

/**
 * Pieces in which the bytes of one message may lie in memory until it is whole: a TCP segment carries 536 bytes or more,
 * so what comes in pieces of 256 is no network's doing. `ws` counts them.
 */
export function chunksMax(messageBytes: number): number {
  return Math.ceil(messageBytes / 256) + 64;
}

/** Pings that wait for their pong to be taken; whoever sends one more without reading is cut off. */
export const pongsPendingMax = 16;

/** Orders of one dashboard: faster than anybody clicks. */
export const commandRate = { perSecond: 5, burst: 20 };

/** Copies of the parameters on their way to who downloads them: each is whole in memory until it is sent. */
export const exportQuota = { inAll: 32, perAddress: 16 };

/** Lines about peers that were refused: enough to read along. The rest is counted, and the count is told. */
export const refusalLines = { perSecond: 2, burst: 10 };

/** Lines about workers that join and leave: a whole school at once, and no member that does nothing else. */
export const comingLines = { perSecond: 20, burst: 1_000 };

/**
 * Blocks named in one `work` message. A share is a contiguous range of shards, which is at most 2·log2(64) = 12
 * blocks by default; 64 leaves room for the largest trees.
 */
export const blocksPerWorkMax = 64;

/**
 * Dashboards of members that watch: a lecture hall of them, each costs a few kilobytes five times a second. From one
 * address half of them: a class behind one router, and nobody shuts the others out alone.
 */
export const watcherQuota = { inAll: 100, perAddress: 50 };

/** Dashboards with the admin token have places of their own: no crowd of members locks the teacher out of the run. */
export const adminQuota = { inAll: 20, perAddress: 20 };

/** What a dashboard may send in one message: a token, or one order to the run. */
export const watcherMessageBytesMax = 1024;

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
