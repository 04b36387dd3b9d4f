/**
 * @file Runs over HTTP: `/run/parameters`, the current run's committed parameters as little-endian float32 with their
 * step and run in the headers, and `/run/<number>/checkpoint`, a run's newest state as a file.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import { describeData } from "../../shared/data/description.ts";
import { sendBody, sendText } from "../edge/http-body.ts";
import type { CurrentRun } from "../runs.ts";
import { encodeCheckpoint } from "../storage/checkpoint.ts";
import { checkpointOf } from "../storage/run-job.ts";

const prefix = "/run/";
/**
 * Size of one write. For a client that does not read, it is in memory twice over TLS, but it is small compared with
 * the whole.
 */
const chunkBytes = 256 * 1024;

export interface RunRoute {
  /** Answers a request whose path begins with `/run/`. Returns false for any other request, without touching it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** @param current - Returns the current run, in progress or over. */
export function createRunRoute(current: () => CurrentRun | undefined): RunRoute {
  return {
    handle(request, response) {
      const path = request.url?.split("?", 1)[0] ?? "";
      if (!path.startsWith(prefix)) return false;
      const run = current();
      response.setHeader("Cache-Control", "no-store");
      if (request.method !== "GET") {
        response.setHeader("Allow", "GET");
        sendText(response, 405, "only GET");
      } else if (run === undefined) sendText(response, 404, "no run yet");
      else if (path === "/run/parameters") sendParameters(run, response);
      else if (path === `/run/${run.number}/checkpoint`) sendCheckpoint(run, response);
      else sendText(response, 404, "not found");
      return true;
    },
  };
}

function sendParameters({ number, run }: CurrentRun, response: ServerResponse): void {
  const body = run.encodeParameters();
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": body.length,
    "Promedio-Run": number,
    "Promedio-Step": run.step,
  });
  sendBody(body, response, chunkBytes);
}

function sendCheckpoint({ run, prepared }: CurrentRun, response: ServerResponse): void {
  const state = checkpointOf(run.config, run.snapshot());
  const data = describeData(prepared.dataset.dataset);
  const body = encodeCheckpoint({ ...state, data });
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": body.length,
    "Content-Disposition": `attachment; filename="${run.id}-step-${state.step}.safetensors"`,
  });
  sendBody(body, response, chunkBytes);
}
