/**
 * @file All limits of the protocol, with reasons. A peer that exceeds one is refused with a code, and the run does
 * not notice (invariant 5). Where something is counted per address, an IPv6 network of 64 bits counts as one
 * address.
 */

/** Raised when a message changes its meaning. Peers with another version are refused at `hello`. */
export const protocolVersion = 7;

/** A header is a few numbers and short texts; the largest, `run`, carries the run config (≈ 1 KiB). */
export const headerBytesMax = 4096;

/**
 * A header is a map of maps or of short lists. The deepest is `run` → config → model → layers → layer → a setting, 6
 * levels; a setting may be a list, and layers may nest in two blocks of two levels each.
 */
export const headerDepthMax = 11;

/**
 * Bytes that a socket may send before it has shown its token, including frames: one header. A `hello` has about 400
 * bytes.
 */
export const unauthenticatedBytesMax = headerBytesMax;

/**
 * A `hello` takes one round trip. 5 s allows for a slow phone on a crowded network, but not for an attack that
 * holds a socket.
 */
export const helloTimeoutMs = 5_000;

/** The time a peer has to answer a close frame before its connection is cut. */
export const closeGraceMs = 2_000;

/** An HTTP request whose headers are incomplete after this time is dropped (slowloris). A slow phone needs 2 s. */
export const httpHeaderTimeoutMs = 10_000;

/** The interval of that check, so a connection may exceed its time by at most this much. */
export const httpCheckMs = 1_000;

/** A request line and its headers. A browser sends 1 KiB without cookies, and there are none. */
export const httpHeaderBytesMax = 8 * 1024;

/** Fields per request. A browser sends about 20. */
export const httpHeaderFieldsMax = 64;

/**
 * Requests have no body, because nothing is ever uploaded over HTTP. One that announces a body is answered with
 * 413.
 */
export const httpBodyBytesMax = 0;

/** A connection is closed after this many requests: a page needs ten, and a flood has to reconnect. */
export const httpRequestsPerConnectionMax = 1_000;

/**
 * Unanswered requests per connection, including the current one. Browsers send the next request after reading the
 * last response; 8 leaves room for a proxy that sends ahead. One more, and the connection is cut.
 */
export const httpUnansweredMax = 8;

/** How long an idle connection is kept for the next request. */
export const httpKeepAliveMs = 5_000;

/**
 * A client that reads nothing of a response for this long is gone, or occupies a place and the waiting bytes: it is
 * cut.
 */
export const httpStalledMs = 60_000;

/** A TLS handshake that takes longer is dropped, for the same reason as slow headers. */
export const tlsHandshakeTimeoutMs = 10_000;

/** The interval of pings. A pulled cable or a closed lid is noticed within `silenceMaxMs`. */
export const pingIntervalMs = 2_000;

/** A socket that sent nothing, not even a pong, for this long is dead: five pings and some slack. */
export const silenceMaxMs = 12_000;

/** The longest name of a worker; it fits a column of the dashboard. */
export const workerNameLengthMax = 40;

/** A browser's user agent has at most a few hundred characters; the worker cuts off the rest. */
export const agentLengthMax = 200;

/** Total length of a sentence's texts, names and code: 3,000 bytes at worst, so that it fits into a header. */
export const sentenceLengthMax = 1_000;

/** Length of a sentence's code. Ours have at most 30 characters. */
export const sentenceCodeLengthMax = 40;

/** Values per sentence. Ours have at most six. */
export const sentenceValuesMax = 8;

/** Items per list in a sentence. */
export const sentenceItemsMax = 16;

/** More threads than any machine that joins from a browser has. */
export const threadsMax = 256;

/** Connected workers. 10,000 idle sockets fit 200 MB at 20 kB each. */
export const workersMax = 10_000;

/** Sockets per address: enough for a classroom behind one router, too few for a flood. */
export const workersPerAddressMax = 2_000;

/**
 * TCP connections of any kind: every worker, every dashboard, and some more for concurrent pages and downloads. One
 * more gets 503 (over TLS nothing, because a handshake costs more than a place) and is cut before a byte of it is
 * read. Per address: its workers, and half as many pages.
 */
export const connectionPlaces = {
  inAll: workersMax + 2_000,
  perAddress: workersPerAddressMax + 1_000,
};

/**
 * WebSockets that have not shown a token yet. They leave within `helloTimeoutMs`, honest ones after one round trip.
 * So a whole class that starts at the same moment fits, and strangers hold at most 1,000 × 4 KiB.
 */
export const strangerPlaces = { inAll: 1_000, perAddress: 250 };

/** Concurrent downloads of datasets; each holds one chunk of 256 KiB. A client that gets no place is asked to retry. */
export const downloadQuota = { inAll: 200, perAddress: 100 };

/** The delay after which a client without a place is asked to retry. */
export const retryAfterSeconds = 2;

/**
 * Messages, pings and pongs per socket that do not answer a request. An honest worker sends a few per second, plus
 * late results if it was overtaken. Requested answers are limited by the requests. For dashboards this counts pings
 * and pongs; their commands have their own rate.
 */
export const messageRate = { perSecond: 500, burst: 1_000 };

/**
 * Fragments of a message. Each one costs memory while the message is incomplete. Most libraries send one; Chromium cuts
 * a long message every 131,000 bytes.
 */
export function fragmentsMax(messageBytes: number): number {
  return Math.ceil(messageBytes / 16_384) + 16;
}

/**
 * Pieces in which the bytes of one incomplete message may be in memory. A TCP segment carries 536 bytes or more, so
 * no network produces pieces of 256. `ws` counts them.
 */
export function chunksMax(messageBytes: number): number {
  return Math.ceil(messageBytes / 256) + 64;
}

/** Pings whose pong has not been read yet. A peer that sends one more without reading is cut. */
export const pongsPendingMax = 16;

/** Orders per dashboard: faster than anybody clicks. */
export const commandRate = { perSecond: 5, burst: 20 };

/** Concurrent downloads of the parameters. Each copy is in memory until it is sent. */
export const exportQuota = { inAll: 32, perAddress: 16 };

/** Lines about refused peers: enough to read along. The rest is counted, and the count is reported. */
export const refusalLines = { perSecond: 2, burst: 10 };

/**
 * Lines about workers that join and leave: enough for a whole school at once, too few for a worker that does
 * nothing else.
 */
export const comingLines = { perSecond: 20, burst: 1_000 };

/**
 * Blocks per `work` message. A share is a contiguous range of shards, at most 2·log2(64) = 12 blocks by default; 64
 * leaves room for the largest trees.
 */
export const blocksPerWorkMax = 64;

/**
 * Levels of a path that a relay reveals, three hashes each: 3,200 bytes of a header. A relay with 10,000 workers that hold
 * one block each has 14.
 */
export const pathLevelsMax = 16;

/** Relays below a relay that it names in its `crew`: names of 40 characters of three bytes each fit into a header. */
export const crewBranchesMax = 24;

/** Levels of relays below a relay: more than anybody needs for 10,000 workers. */
export const crewDepthMax = 15;

/** Coordinators and relays that a worker is told of: more than anybody needs to find one that answers. */
export const doorsMax = 32;

/**
 * Dashboards of viewers: a lecture hall of them; each costs a few kilobytes five times per second. One address gets
 * half of them: enough for a class behind one router, and no address can shut out the others alone.
 */
export const watcherQuota = { inAll: 100, perAddress: 50 };

/**
 * Dashboards with the admin token have separate places, so that no crowd of viewers can lock the teacher out of the
 * run.
 */
export const adminQuota = { inAll: 20, perAddress: 20 };

/** The largest message from a dashboard: a token, or one command. */
export const watcherMessageBytesMax = 1024;

/**
 * Pages that take part in a lesson: the largest lecture hall. One address gets most of them, because a whole school may be
 * behind one router. Lecturers have the places of `adminQuota`.
 */
export const classQuota = { inAll: 500, perAddress: 400 };

/** The largest message of a lesson: a link with its frame. */
export const classMessageBytesMax = 4_096;

/** The fragment of a link to a page of a lesson. A page's whole state takes less, and so do QR codes. */
export const classLinkLengthMax = 2_000;

/** Messages of a page that takes part: a finger taps more slowly for long, and a drawing is sent when it is done. */
export const answerRate = { perSecond: 2, burst: 10 };

/** Answers in one round of an activity: one for each place, and as many for devices that came and left. */
export const classAnswersMax = 1_000;

/** Seats that a lesson remembers for pages that reconnect. The oldest empty one is forgotten first. */
export const classSeatsMax = 2_000;

/** Rows of the table of averages, of which each device fills in a column. */
export const classRowsMax = 8;

/** Parameters of a run whose state is kept for a lesson: the network in the pictures has 13,002. */
export const momentParametersMax = 100_000;

/** Bytes that may wait in one socket's send queue before it gets no further work: two versions of the parameters. */
export function queuedBytesMax(parameterCount: number): number {
  return 2 * messageBytesMax(parameterCount);
}

/** The largest message of a run: a header, the bin's marker and length, one float32 per parameter. */
export function messageBytesMax(parameterCount: number): number {
  const tensorBytes = 4 * Math.max(parameterCount, 256 * 256);
  return headerBytesMax + 5 + tensorBytes;
}

/** Invalid results (non-finite, unknown block …) before a worker's socket is closed. */
export const offencesMax = 3;

/**
 * A slice of a tensor; a longer tensor is sent to relays in slices. Each level of relays delays it by the time of one slice, 52 ms
 * at 10 Mbit/s, and a slice costs both ends some 20 µs. The reference network's 52,008 bytes still travel in one message.
 */
export const sliceBytesMax = 64 * 1024;

/** Parameters of a run: 4 bytes each, below the 2 GiB of one message. */
export const parametersMax = 100_000_000;
