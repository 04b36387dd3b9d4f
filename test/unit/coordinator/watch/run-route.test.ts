/** @file The answers of `/run/*` before there is a run, and to methods other than GET. */
import { createServer } from "node:http";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createRunRoute } from "../../../../coordinator/watch/run-route.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

const route = createRunRoute(() => undefined);
const server = createServer((request, response) => {
  if (!route.handle(request, response)) response.writeHead(501).end();
});
let url = "";

beforeAll(async () => {
  url = await listenLocally(server);
});
afterAll(() => void server.close());

test.each([
  ["GET", "/run/parameters", 404, "no run yet\n", null],
  ["GET", "/run/1/config", 404, "no run yet\n", null],
  ["GET", "/run/1/checkpoint", 404, "no run yet\n", null],
  ["POST", "/run/parameters", 405, "only GET\n", "GET"],
  ["DELETE", "/run/1/checkpoint", 405, "only GET\n", "GET"],
  ["GET", "/elsewhere", 501, "", null],
])("%s %s before a run: %i", async (method, path, status, body, allow) => {
  const response = await fetch(`${url}${path}`, { method });
  expect(response.status).toBe(status);
  expect(await response.text()).toBe(body);
  expect(response.headers.get("Allow")).toBe(allow);
});
