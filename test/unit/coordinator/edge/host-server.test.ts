/** @file A server of another program: what the coordinator takes of it, what it leaves, and that closing gives all back. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";

import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { Access } from "../../../../coordinator/edge/access.ts";
import { hostServerOf, mount } from "../../../../coordinator/edge/listening/host-server.ts";
import type { RunningServer } from "../../../../coordinator/edge/server.ts";
import type { Visitor } from "../../../../coordinator/edge/upgrades.ts";
import { hostServerIn } from "../../../../coordinator/library/embedding.ts";
import { known } from "../../../../shared/assert.ts";
import { get, statusOf, talk } from "./server-fixture.ts";

const sockets: { close(): void }[] = [];
let host: Server | undefined;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await new Promise((resolve) => (host === undefined ? resolve(0) : host.close(resolve)));
  host = undefined;
});

/** A server with an answer to everything. */
async function startHost(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => response.end(`host ${request.url}`));
  host = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

function mountOn(server: Server, visitors: Visitor[] = []): RunningServer {
  const access = new Access({ joinToken: "join", adminToken: "admin", hosts: [], origins: [] });
  return mount(server, {
    access,
    proxy: { basePath: "/training", trustProxy: false },
    routes: [
      {
        prefix: "/page",
        role: "anybody",
        handle: (request, response) => !!response.end(`ours ${request.url}`),
      },
      // An answer that does not end by itself.
      {
        prefix: "/slow",
        role: "anybody",
        handle: (_, response) => response.write("begun"),
      },
    ],
    entrances: new Map([
      [
        "/worker",
        { messageBytesMax: () => 1000, accept: (visitor) => void visitors.push(visitor) },
      ],
    ]),
    refused: () => {},
  });
}

const bodyOf = (answer: string) => answer.split("\r\n\r\n")[1];

function openSocket(port: number, path: string): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  return new Promise((resolve) => {
    socket.once("open", () => resolve(socket));
    socket.once("error", () => undefined);
    socket.once("unexpected-response", (_: unknown, { statusCode = 0 }: IncomingMessage) =>
      resolve(statusCode),
    );
  });
}

test("takes what is below its path, and nothing beside it", async () => {
  const { server, port } = await startHost();
  const mounted = mountOn(server);
  expect(bodyOf(await talk(port, get("/training/page?x")))).toBe("ours /page?x");
  expect(statusOf(await talk(port, get("/training/elsewhere")))).toBe(404);
  expect(await talk(port, get("/training"))).toContain("Location: /training/\r\n");
  for (const path of ["/", "/page", "/training-course", "/x/training/page"]) {
    // oxlint-disable-next-line no-await-in-loop -- four requests
    expect(bodyOf(await talk(port, get(path)))).toContain(`host ${path}`);
  }
  await mounted.close();
});

test("listeners that the host adds later do not see its requests, and closing gives the path back", async () => {
  const { server, port } = await startHost();
  const before = { request: server.listeners("request"), upgrade: server.listeners("upgrade") };
  const mounted = mountOn(server);
  const seen: (string | undefined)[] = [];
  const see = ({ url }: IncomingMessage) => void seen.push(url);
  server.on("request", see);
  await talk(port, get("/training/page"));
  await talk(port, get("/other"));
  expect(seen).toEqual(["/other"]);
  server.off("request", see);
  await mounted.close();
  expect(bodyOf(await talk(port, get("/training/page")))).toContain("host /training/page");
  expect({ request: server.listeners("request"), upgrade: server.listeners("upgrade") }).toEqual(
    before,
  );
  expect(Object.hasOwn(server, "emit")).toBe(false);
});

test("takes its own upgrades beside a WebSocket server of the host that refuses unknown paths", async () => {
  const { server, port } = await startHost();
  const own = new WebSocketServer({ server, path: "/chat" });
  const visitors: Visitor[] = [];
  const mounted = mountOn(server, visitors);
  const [ours, chat, neither] = await Promise.all(
    ["/training/worker", "/chat", "/nowhere"].map((path) => openSocket(port, path)),
  );
  expect(visitors.length).toBe(1);
  expect(neither).toBe(400);
  if (!(ours instanceof WebSocket && chat instanceof WebSocket)) throw new Error("not open");
  const closed = new Promise((resolve) => ours.once("close", resolve));
  known(visitors[0], "the one that came").raw.close();
  await mounted.close();
  await closed;
  expect(chat.readyState).toBe(WebSocket.OPEN);
  sockets.push(chat, own);
});

test("closing ends its answers and sockets, but no connection of the host", async () => {
  const { server, port } = await startHost();
  const mounted = mountOn(server);
  const slow = talk(port, get("/training/slow"));
  const socket = await openSocket(port, "/training/worker");
  if (!(socket instanceof WebSocket)) throw new Error("not open");
  await mounted.close();
  await expect.poll(() => socket.readyState).toBe(WebSocket.CLOSED);
  expect(await slow).toContain("begun");
  expect(server.listening).toBe(true);
  expect(bodyOf(await talk(port, get("/")))).toContain("host /");
});

test("an upgrade that the host does not know is a request, as it was before", async () => {
  const { server, port } = await startHost();
  const fields = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAM"];
  const ask = ["GET /page HTTP/1.1", "Host: localhost", ...fields, "\r\n"].join("\r\n");
  const mounted = mountOn(server);
  expect(bodyOf(await talk(port, ask))).toContain("host /page");
  await mounted.close();
});

test("what is no server, does not listen, or has settings of its own is refused in one line", async () => {
  expect(() => hostServerOf(() => {})).toThrow("server is not an HTTP server of Node");
  expect(() => hostServerOf(createTcpServer())).toThrow("server is not an HTTP server of Node");
  expect(() => hostServerOf(createServer())).toThrow("does not listen on a port yet");
  const { server } = await startHost();
  expect(() => hostServerIn({ server })).toThrow("set basePath, for example to /training");
  expect(() => hostServerIn({ server, basePath: "/" })).toThrow("set basePath");
  expect(() => hostServerIn({ server, basePath: "/x", port: 80 })).toThrow(
    "port belongs to the server that you pass; leave it out",
  );
  expect(hostServerIn({ server, joinUrl: "https://example.org/training" })).toBe(server);
});
