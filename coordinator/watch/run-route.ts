/**
 * @file Runs over HTTP: `/run/parameters`, the current run's committed parameters as little-endian float32 with their
 * step and run in the headers; `/run/<number>/config`, its settings and what its data are; `/run/<number>/checkpoint`, its
 * newest state as a file; and `/run/<number>/model.onnx` or `.safetensors`, its model for other programs.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import { describeData } from "../../shared/data/description.ts";
import { sendBody, sendText } from "../edge/http-body.ts";
import { formats } from "../export/formats.ts";
import type { ExportFormat } from "../options.ts";
import type { CurrentRun } from "../runs.ts";
import { type Checkpoint, encodeCheckpoint, fingerprintOf } from "../storage/checkpoint.ts";
import { checkpointOf } from "../storage/run-job.ts";
import type { RunDescription } from "./dashboard-messages.ts";

const prefix = "/run/";
/**
 * Size of one write. For a client that does not read, it is in memory twice over TLS, but it is small compared with
 * the whole.
 */
const chunkBytes = 256 * 1024;

/** JSON is not among them: to write a large model as text would hold up the run. */
const servedFormats = ["onnx", "safetensors"] as const satisfies readonly ExportFormat[];

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
      else if (path === `/run/${run.number}/config`) sendConfig(run, response);
      else if (path === `/run/${run.number}/checkpoint`) sendCheckpoint(run, response);
      else {
        const format = servedFormats.find((name) => path === `/run/${run.number}/model.${name}`);
        if (format === undefined) sendText(response, 404, "not found");
        else sendModel(run, format, response);
      }
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

function sendConfig({ run, prepared }: CurrentRun, response: ServerResponse): void {
  const data = describeData(prepared.dataset.dataset);
  const body = Buffer.from(JSON.stringify({ config: run.config, data } satisfies RunDescription));
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": body.length,
  });
  sendBody(body, response, chunkBytes);
}

function sendCheckpoint(current: CurrentRun, response: ServerResponse): void {
  const checkpoint = newestState(current);
  const name = `${current.run.id}-step-${checkpoint.step}.safetensors`;
  sendFile(encodeCheckpoint(checkpoint), name, response);
}

function sendModel(current: CurrentRun, format: ExportFormat, response: ServerResponse): void {
  const checkpoint = newestState(current);
  const fingerprint = fingerprintOf(checkpoint.parameters);
  const name = `${current.run.id}-step-${checkpoint.step}-model.${format}`;
  sendFile(formats[format].encode({ ...checkpoint, fingerprint }), name, response);
}

function newestState({ run, prepared }: CurrentRun): Checkpoint {
  const data = describeData(prepared.dataset.dataset);
  return { ...checkpointOf(run.config, run.snapshot()), data };
}

/** @param name - Of our own making, so it needs no escaping. */
function sendFile(body: Uint8Array, name: string, response: ServerResponse): void {
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": body.length,
    "Content-Disposition": `attachment; filename="${name}"`,
  });
  sendBody(body, response, chunkBytes);
}
