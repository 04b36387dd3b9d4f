/**
 * @file Downloads one known file over an unreliable network. Bytes that have arrived stay in a part file, the next
 * attempt asks for the rest, and the file gets its name only once its hash is right.
 */
import { type FileHandle, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { createFetch } from "../../shared/node/fetch.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { connectionReason } from "../../shared/words/connection-reason.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { sha256OfParts } from "../sha256.ts";
import { nodeDisk, type DiskOutcome } from "../storage/disk.ts";
import { ownPart } from "./part-file.ts";

/** When to give up. */
export interface Patience {
  /** Attempts in a row without a new byte. */
  readonly attemptsMax: number;
  /** Wait after the first failure. It doubles after each further one. */
  readonly firstWaitMs: number;
  /** An attempt ends if the response or a part of it takes longer than this. */
  readonly stalledMs: number;
}

/** Survives half a minute without network. */
const patienceDefault: Patience = { attemptsMax: 6, firstWaitMs: 1_000, stalledMs: 20_000 };

export interface Download {
  readonly url: string;
  readonly path: string;
  readonly file: { readonly sizeBytes: number; readonly sha256: string };
  readonly patience?: Patience | undefined;
  /** Called with the number of bytes received so far. */
  readonly onProgress: (receivedBytes: number) => void;
}

/** How an attempt ended. `broken` may work next time; `refused` will not. */
type Attempt =
  | { readonly kind: "complete" }
  | { readonly kind: "broken"; readonly reason: Sentence }
  | { readonly kind: "refused"; readonly reason: Sentence };

/**
 * Downloads the file.
 *
 * @throws OperatorError if the environment names a proxy that is none.
 * @returns Success once the file has its name and the right hash and is flushed, or the reason why it never will.
 */
export async function download(request: Download): Promise<DiskOutcome> {
  const { attemptsMax, firstWaitMs } = request.patience ?? patienceDefault;
  const part = await ownPart(request.path);
  let failures = 0;
  for (;;) {
    const before = await sizeOf(part);
    const attempt = await fetchRest(request, part, before);
    if (attempt.kind === "refused") return { ok: false, reason: attempt.reason };
    if (attempt.kind === "complete") {
      const result = await accept(request, part);
      if (result.ok || before === 0) return result;
    } else {
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (failures >= attemptsMax) return { ok: false, reason: attempt.reason };
      await delay(firstWaitMs * 2 ** (failures - 1));
    }
  }
}

const fetchAnywhere = createFetch(process.env);

/** Makes one request for the missing bytes. */
async function fetchRest(request: Download, part: string, haveBytes: number): Promise<Attempt> {
  const { sizeBytes } = request.file;
  if (haveBytes === sizeBytes) return { kind: "complete" };
  if (haveBytes > sizeBytes) await rm(part, { force: true });
  const start = haveBytes > sizeBytes ? 0 : haveBytes;
  const watchdog = new Watchdog((request.patience ?? patienceDefault).stalledMs);
  try {
    const response = await fetchAnywhere(request.url, {
      headers: headersFor(start),
      signal: watchdog.signal,
    });
    const answer = judge(response, start);
    if (answer.kind !== "bytes") {
      await response.body?.cancel();
      if (answer.discard) await rm(part, { force: true });
      return { kind: answer.kind, reason: answer.reason };
    }
    const file = await open(part, answer.start === 0 ? "w" : "a");
    try {
      const attempt = await receive(response, file, answer.start, { ...request, watchdog });
      await file.sync();
      return attempt;
    } finally {
      await file.close();
    }
  } catch (error) {
    // A proxy's variable that is wrong stays wrong.
    if (error instanceof OperatorError) throw error;
    return { kind: "broken", reason: watchdog.expired ? watchdog.reason : reasonOf(error) };
  } finally {
    watchdog.stop();
  }
}

/** Without this, a server may compress the bytes again, and ranges would count compressed bytes. */
function headersFor(start: number): Record<string, string> {
  const identity = { "Accept-Encoding": "identity" };
  return start === 0 ? identity : { ...identity, Range: `bytes=${start}-` };
}

type Answer =
  /** The body starts at byte `start` of the file. */
  | { readonly kind: "bytes"; readonly start: number }
  | { readonly kind: "broken" | "refused"; readonly reason: Sentence; readonly discard: boolean };

function judge({ status, headers }: Response, start: number): Answer {
  const reason = sentence("server-answered", { status });
  if (status === 200) return { kind: "bytes", start: 0 };
  if (status === 206) {
    const continues = headers.get("content-range")?.startsWith(`bytes ${start}-`) === true;
    if (continues) return { kind: "bytes", start };
    return { kind: "broken", reason: sentence("other-range"), discard: true };
  }
  if (status === 416) return { kind: "broken", reason, discard: true };
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  return { kind: passing ? "broken" : "refused", reason, discard: false };
}

async function receive(
  { body }: Response,
  file: FileHandle,
  start: number,
  request: Download & { readonly watchdog: Watchdog },
): Promise<Attempt> {
  const { sizeBytes } = request.file;
  let received = start;
  for await (const chunk of body ?? []) {
    request.watchdog.feed();
    received += chunk.length;
    if (received > sizeBytes) {
      await file.truncate(0);
      return { kind: "refused", reason: sentence("server-sent-too-much", { bytes: sizeBytes }) };
    }
    await file.writeFile(chunk);
    request.onProgress(received);
  }
  if (received === sizeBytes) return { kind: "complete" };
  return { kind: "broken", reason: sentence("download-cut-off", { received, bytes: sizeBytes }) };
}

/**
 * Checks the hash and gives the file its name. A wrong file is removed, because continuing from it could never
 * succeed.
 */
async function accept({ path, file }: Download, part: string): Promise<DiskOutcome> {
  const sha256 = sha256OfParts(await readFile(part));
  if (sha256 !== file.sha256) {
    await rm(part, { force: true });
    return {
      ok: false,
      reason: sentence("file-hash-differs", { found: sha256, expected: file.sha256 }),
    };
  }
  await rename(part, path);
  await nodeDisk.syncDirectory(dirname(path));
  return { ok: true };
}

async function sizeOf(path: string): Promise<number> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.size ?? 0;
}

/** That is how `fetch` and its body fail; other errors are the disk's. */
function reasonOf(error: unknown): Sentence {
  return error instanceof TypeError ? connectionReason(error) : systemReason(error);
}

/** Aborts if no data arrives for a while. */
class Watchdog {
  readonly reason: Sentence;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(stalledMs: number) {
    this.reason = sentence("nothing-came", { seconds: stalledMs / 1000 });
    this.#timer = setTimeout(() => this.#controller.abort(), stalledMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get expired(): boolean {
    return this.#controller.signal.aborted;
  }

  feed(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
