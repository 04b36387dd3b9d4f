/** @file The body of a response beside the listeners that limits and a host's server add to it. */
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { sendBody } from "../../../../coordinator/edge/http-body.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

test("a body of 200 chunks that a client reads late makes Node print no warning beside 6 other listeners", async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error) => warnings.push(message);
  process.on("warning", note);
  const server = createServer((_, response) => {
    for (let i = 0; i < 6; i += 1) response.once("close", () => {});
    sendBody(new Uint8Array(200 * 65_536), response, 65_536);
  });
  const address = await listenLocally(server);
  const [response] = (await once(get(address), "response")) as [IncomingMessage];
  let length = 0;
  for await (const chunk of response) length += (chunk as Uint8Array).length;
  server.close();
  // A warning is emitted in a later turn.
  await new Promise(setImmediate);
  process.off("warning", note);
  expect(length).toBe(200 * 65_536);
  expect(warnings).toEqual([]);
});
