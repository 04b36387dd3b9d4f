/**
 * @file What a leader has ready for its standbys, over HTTP: the files of its current run, and the newest checkpoint whose
 * hash it announced. The checkpoint stays in memory, because its file may be replaced before a standby has read it.
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
import type { Claim } from "./cluster.ts";

export const shelfPrefix = "/cluster/";
/** The files of a run's folder that a standby copies besides the checkpoint, in the order in which it writes them. */
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

/** What the coordinators of a cluster show each other. */
export function clusterKey(adminToken: string): string {
  return createHmac("sha256", adminToken).update("promedio cluster").digest("hex");
}

export class Shelf {
  readonly #disk: Pick<Disk, "readFile">;
  readonly #key: string;
  #current: () => LedRun | undefined = () => undefined;
  #checkpoint:
    | { readonly path: string; readonly bytes: Uint8Array; readonly announced: Claim["checkpoint"] }
    | undefined;

  constructor(disk: Pick<Disk, "readFile">, adminToken: string) {
    this.#disk = disk;
    this.#key = clusterKey(adminToken);
  }

  /** Says where to look for the current run. */
  attach(current: () => LedRun | undefined): void {
    this.#current = current;
  }

  /** Puts the newest checkpoint on the shelf. A file that is gone was replaced by a newer one. */
  async refresh(): Promise<void> {
    const saved = this.#current()?.saved ?? null;
    if (saved === null) this.#checkpoint = undefined;
    if (saved === null || saved.path === this.#checkpoint?.path) return;
    const { path, step } = saved;
    try {
      const bytes = await this.#disk.readFile(path);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      this.#checkpoint = { path, bytes, announced: { step, sha256 } };
    } catch {
      // The next look finds a newer one.
    }
  }

  /** What the leader says of its run. */
  get claim(): Pick<Claim, "run" | "checkpoint" | "isOver"> {
    const run = this.#current();
    const checkpoint = this.#checkpoint?.announced ?? null;
    // A run whose last checkpoint is not announced yet must not be taken as done.
    const isOver = run?.isOver === true && run.saved?.path === this.#checkpoint?.path;
    return { run: run?.id ?? "", checkpoint, isOver };
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
        else if (name === "checkpoint") this.#sendCheckpoint(response);
        else if (name === "run") void this.#sendRun(response);
        else sendText(response, 404, "not found");
        return true;
      },
    };
  }

  #sendCheckpoint(response: Parameters<Route["handle"]>[1]): void {
    const bytes = this.#checkpoint?.bytes;
    if (bytes === undefined) return sendText(response, 404, "no checkpoint yet");
    send(response, "application/octet-stream", bytes);
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

function send(response: Parameters<Route["handle"]>[1], type: string, body: Uint8Array): void {
  response.writeHead(200, { "Content-Type": type, "Content-Length": body.length });
  sendBody(body, response, chunkBytes);
}
