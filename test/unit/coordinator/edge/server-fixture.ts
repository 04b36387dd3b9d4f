/** @file A server of the edge on a real loopback socket, with one page, one protected path, one entrance. */
import { connect } from "node:net";

import { afterEach } from "vitest";

import { Access } from "../../../../coordinator/edge/access.ts";
import type { Refusal } from "../../../../coordinator/edge/refusal-log.ts";
import {
  listen,
  type RunningServer,
  type ServerOptions,
} from "../../../../coordinator/edge/server.ts";
import type { Visitor } from "../../../../coordinator/edge/upgrades.ts";

/** The current test's server, and what it reported. */
export const edge: {
  server: RunningServer | undefined;
  refusals: Refusal[];
  visitors: Visitor[];
  received: number[];
} = { server: undefined, refusals: [], visitors: [], received: [] };

/** Call this once in each file that starts servers: it closes each test's server. */
export function closeAfterEach(): void {
  afterEach(async () => {
    // A peer that never answers a close frame would hold the server for the whole grace period.
    for (const { raw } of edge.visitors) raw.terminate();
    await edge.server?.close();
    Object.assign(edge, { server: undefined, refusals: [], visitors: [], received: [] });
  });
}

/** A server with one page, one protected path, and one entrance that keeps its visitors. */
export async function start(changes: Partial<ServerOptions> = {}): Promise<number> {
  const server = await listen({
    host: "127.0.0.1",
    port: 0,
    certificate: undefined,
    access: new Access({
      joinToken: "join-token",
      adminToken: "admin-token",
      hosts: [],
      origins: [],
    }),
    routes: [
      {
        prefix: "/members",
        role: "viewer",
        handle: (_, response) => !!response.end("for members"),
      },
      {
        prefix: "/admins",
        role: "operator",
        handle: (_, response) => !!response.end("for admins"),
      },
      { prefix: "/page", role: "anybody", handle: (_, response) => !!response.end("for all") },
    ],
    entrances: new Map([
      [
        "/socket",
        {
          messageBytesMax: () => 100_000,
          accept(visitor) {
            edge.visitors.push(visitor);
            visitor.raw.on("error", () => undefined);
            visitor.raw.on("message", (data: Buffer) => edge.received.push(data.length));
          },
        },
      ],
    ]),
    refused: (refusal) => edge.refusals.push(refusal),
    ...changes,
  });
  edge.server = server;
  return server.port;
}

/** Writes to a TCP connection and reads until the server closes it. */
export function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

export const get = (path: string, ...fields: string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...fields, "\r\n"].join("\r\n");

export const statusOf = (answer: string) => Number(answer.slice(9, 12));
