/**
 * @file What a leader has ready for its standbys, over HTTP: the files of its current run, and the newest and the best
 * checkpoint, whose hashes it announced. They stay in memory, because their files may be replaced before a standby has read
 * them; while the newest is the best, they are one.
 *
 * The key for it is derived from the admin token, so that an address in the cluster's engine that is not a coordinator's
 * gets no token that is worth anything elsewhere.
 */
import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

import { sameSecret, tokenIn } from "../edge/access.ts";
import { sendBody, sendText } from "../edge/http-body.ts";
import type { Route } from "../edge/server.ts";
import type { SavedCheckpoint } from "../run/view.ts";
import { type Disk, isMissing } from "../storage/disk.ts";
import { bestName, checkpointsName } from "../storage/run-folder.ts";
import type { Claim } from "./cluster.ts";

export const shelfPrefix = "/cluster/";
/** The files of a run's folder that a standby copies besides the checkpoints, in the order in which it writes them. */
export const runFiles = ["config.json", "metrics.jsonl", "handover.json"] as const;
const chunkBytes = 256 * 1024;

/** The current run, as the cluster sees it. */
export interface LedRun {
  readonly id: string;
  /** Path of its folder. */
  readonly folder: string;
  readonly saved: SavedCheckpoint | null;
  readonly isOver: boolean;
}

/** A checkpoint's file. */
interface Stored {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What the coordinators of a cluster show each other. */
export function clusterKey(adminToken: string): string {
  return createHmac("sha256", adminToken).update("promedio cluster").digest("hex");
}

export class Shelf {
  readonly #disk: Pick<Disk, "readFile">;
  readonly #key: string;
  #current: () => LedRun | undefined = () => undefined;
  #newest: (Stored & { readonly path: string; readonly step: number }) | undefined;
  #best: Stored | undefined;

  constructor(disk: Pick<Disk, "readFile">, adminToken: string) {
    this.#disk = disk;
    this.#key = clusterKey(adminToken);
  }

  /** Says where to look for the current run. */
  attach(current: () => LedRun | undefined): void {
    this.#current = current;
  }

  /** Puts the checkpoints on the shelf. A file that is gone was replaced by a newer one. */
  async refresh(): Promise<void> {
    const run = this.#current();
    const saved = run?.saved ?? null;
    if (run === undefined || saved === null) {
      this.#newest = undefined;
      this.#best = undefined;
      return;
    }
    if (saved.path === this.#newest?.path) return;
    try {
      const newest = stored(await this.#disk.readFile(saved.path));
      // Read later, it may be of a later step than the newest here. Then a standby computes up to it again, to the same bits.
      const best = await this.#bestOf(run.folder);
      this.#newest = { ...newest, ...saved };
      this.#best = best?.sha256 === newest.sha256 ? newest : best;
    } catch {
      // The next look finds a newer one.
    }
  }

  /** A run has no best checkpoint before its first evaluation. */
  async #bestOf(folder: string): Promise<Stored | undefined> {
    try {
      return stored(await this.#disk.readFile(join(folder, checkpointsName, bestName)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** What the leader says of its run. */
  get claim(): Pick<Claim, "run" | "checkpoint" | "best" | "isOver"> {
    const run = this.#current();
    const newest = this.#newest;
    return {
      run: run?.id ?? "",
      checkpoint: newest === undefined ? null : { step: newest.step, sha256: newest.sha256 },
      best: this.#best?.sha256 ?? null,
      // A run whose last checkpoint is not announced yet must not be taken as done.
      isOver: run?.isOver === true && run.saved?.path === newest?.path,
    };
  }

  get route(): Route {
    return {
      prefix: shelfPrefix,
      role: "anybody",
      handle: (request, response) => {
        const name = (request.url ?? "").split("?", 1)[0]?.slice(shelfPrefix.length);
        response.setHeader("Cache-Control", "no-store");
        if (!sameSecret(tokenIn(request), this.#key))
          sendText(response, 401, "no key, or a wrong one");
        else if (request.method !== "GET") sendText(response, 405, "only GET");
        else if (name === "checkpoint") sendStored(response, this.#newest);
        else if (name === "best") sendStored(response, this.#best);
        else if (name === "run") void this.#sendRun(response);
        else sendText(response, 404, "not found");
        return true;
      },
    };
  }

  async #sendRun(response: Parameters<Route["handle"]>[1]): Promise<void> {
    const run = this.#current();
    if (run === undefined) return sendText(response, 404, "no run yet");
    try {
      const read = runFiles.map((name) => this.#text(join(run.folder, name)));
      const texts = await Promise.all(read);
      const files = Object.fromEntries(runFiles.map((name, index) => [name, texts[index]]));
      const body = JSON.stringify({ run: run.id, files });
      send(response, "application/json", new TextEncoder().encode(body));
    } catch {
      sendText(response, 503, "the run's folder cannot be read");
    }
  }

  /** A run has no metrics before its first epoch. */
  async #text(path: string): Promise<string> {
    try {
      return new TextDecoder().decode(await this.#disk.readFile(path));
    } catch (error) {
      if (isMissing(error)) return "";
      throw error;
    }
  }
}

function stored(bytes: Uint8Array): Stored {
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function sendStored(response: Parameters<Route["handle"]>[1], found: Stored | undefined): void {
  if (found === undefined) return sendText(response, 404, "no such checkpoint yet");
  send(response, "application/octet-stream", found.bytes);
}

function send(response: Parameters<Route["handle"]>[1], type: string, body: Uint8Array): void {
  response.writeHead(200, { "Content-Type": type, "Content-Length": body.length });
  sendBody(body, response, chunkBytes);
}
