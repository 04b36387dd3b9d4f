/**
 * @file What monitoring asks for over HTTP: `/metrics` for Prometheus, `/healthz` (the process answers) and `/readyz`
 * (it has a run that workers can join, or that is over).
 */
import type { IncomingMessage, ServerResponse } from "node:http";

import { sendText } from "../edge/http-body.ts";
import { contentType, exposition } from "./exposition.ts";
import { metricsOf, type Monitored } from "./metrics.ts";

/** Answers one path. Returns false for any other request, without touching it. */
type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createMetricsRoute(monitored: () => Monitored): Handler {
  return onlyGet("/metrics", (response) => {
    const body = exposition(metricsOf(monitored()));
    response.writeHead(200, {
      "Content-Type": contentType,
      "Content-Length": Buffer.byteLength(body),
      "Cache-Control": "no-store",
    });
    response.end(body);
  });
}

/** @param isReady - Whether a run has begun and has not failed. */
export function createHealthRoute(isReady: () => boolean): Handler {
  const health = onlyGet("/healthz", (response) => sendText(response, 200, "ok"));
  const readiness = onlyGet("/readyz", (response) => {
    if (isReady()) sendText(response, 200, "ready");
    else sendText(response, 503, "no run is open to workers");
  });
  return (request, response) => health(request, response) || readiness(request, response);
}

function onlyGet(path: string, answer: (response: ServerResponse) => void): Handler {
  return (request, response) => {
    if (request.url?.split("?", 1)[0] !== path) return false;
    if (request.method === "GET" || request.method === "HEAD") answer(response);
    else {
      response.setHeader("Allow", "GET, HEAD");
      sendText(response, 405, "only GET");
    }
    return true;
  };
}
