/**
 * @file A copy of the run's state that a lesson works on, served at `/class/parameters` and `/class/config`: all pages compute
 * with the same parameters while the run continues.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import { momentParametersMax } from "../../shared/protocol/limits.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { sendBody, sendText } from "../edge/http-body.ts";
import type { Moment } from "./messages.ts";

/** What a moment needs of the current run. */
export interface MomentSource {
  readonly number: number;
  readonly run: {
    readonly step: number;
    readonly config: RunConfig;
    /** Little-endian float32. */
    encodeParameters(): Uint8Array;
  };
}

/** Size of one write; a network of the lecture is one. */
const chunkBytes = 64 * 1024;

export class MomentKeeper {
  readonly #current: () => MomentSource | undefined;
  #kept: (Moment & { readonly config: RunConfig; readonly parameters: Uint8Array }) | undefined;

  /** @param current - Returns the current run, in progress or over. */
  constructor(current: () => MomentSource | undefined) {
    this.#current = current;
  }

  /** Replaces the copy by the run's current state. @returns `null` if there is no run, or its model is too large. */
  take(): Moment | null {
    this.#kept = undefined;
    const current = this.#current();
    if (current === undefined) return null;
    const { number, run } = current;
    const bytes = run.encodeParameters();
    if (bytes.length > 4 * momentParametersMax) return null;
    const moment = { run: number, step: run.step };
    // Not the run's own bytes, which it writes over.
    this.#kept = { ...moment, config: run.config, parameters: bytes.slice() };
    return moment;
  }

  /** Answers a request whose path begins with `/class/`. Returns false for any other, without touching it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url?.split("?", 1)[0] ?? "";
    if (!path.startsWith("/class/")) return false;
    const kept = this.#kept;
    response.setHeader("Cache-Control", "no-store");
    if (request.method !== "GET") {
      response.setHeader("Allow", "GET");
      sendText(response, 405, "only GET");
    } else if (kept === undefined) sendText(response, 404, "no moment is kept");
    else if (path === "/class/parameters") send(response, kept, kept.parameters, binary);
    else if (path === "/class/config") {
      send(response, kept, Buffer.from(JSON.stringify(kept.config)), "application/json");
    } else sendText(response, 404, "not found");
    return true;
  }
}

const binary = "application/octet-stream";

function send(
  response: ServerResponse,
  { run, step }: Moment,
  body: Uint8Array,
  contentType: string,
): void {
  response.writeHead(200, {
    "Content-Type": contentType,
    "Content-Length": body.length,
    "Promedio-Run": run,
    "Promedio-Step": step,
  });
  sendBody(body, response, chunkBytes);
}
