/** @file The socket of a Node worker, against a server that sends more than any coordinator may. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";

import { messageBytesMax, parametersMax } from "../../../../shared/protocol/limits.ts";
import { createConnect } from "../../../../worker/node/socket.ts";
import type { Closure } from "../../../../worker/platform.ts";
import { frame, opcodes } from "../../../support/attacks/raw-peer.ts";

const sockets = new WebSocketServer({ noServer: true });
/** Announces a message as long as the path says, and sends nothing of it. */
const server = createServer().on("upgrade", (request, stream, head) => {
  const claimedLength = Number(request.url?.slice(1));
  sockets.handleUpgrade(request, stream, head, () => {
    stream.write(frame(opcodes.binary, Buffer.alloc(0), { masked: false, claimedLength }));
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

test("a message of the largest model is awaited; one that announces a byte more closes the socket unread", async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  const bytesMax = messageBytesMax(parametersMax);
  /** Resolves when it is open, with a promise of its closure. */
  const open = (length: number) =>
    new Promise<{ readonly closed: Promise<Closure> }>((resolve) => {
      const closed = new Promise<Closure>((close) => {
        createConnect(`ws://127.0.0.1:${port}/${length}`)({
          opened: () => resolve({ closed }),
          message: () => undefined,
          alive: () => undefined,
          closed: close,
        });
      });
    });
  const largest = await open(bytesMax);
  const larger = await open(bytesMax + 1);
  const first = await Promise.race([
    largest.closed.then(() => "the largest"),
    larger.closed.then(() => "a larger one"),
  ]);
  expect(first).toBe("a larger one");
});
