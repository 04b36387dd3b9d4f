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
/** The fragments of what a worker has sent. */
const received: Buffer[][] = [];
/** Announces a message as long as the path says, and sends nothing of it. */
const server = createServer().on("upgrade", (request, stream, head) => {
  const claimedLength = Number(request.url?.slice(1));
  sockets.handleUpgrade(request, stream, head, (raw) => {
    raw.binaryType = "fragments";
    raw.on("message", (data: Buffer[]) => {
      received.push(data);
      raw.close();
    });
    if (claimedLength > 0)
      stream.write(frame(opcodes.binary, Buffer.alloc(0), { masked: false, claimedLength }));
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

test("a message of the largest model is awaited; one that announces a byte more closes the socket unread", async () => {
  const bytesMax = messageBytesMax(parametersMax);
  const largest = await open(bytesMax);
  const larger = await open(bytesMax + 1);
  const first = await Promise.race([
    largest.closed.then(() => "the largest"),
    larger.closed.then(() => "a larger one"),
  ]);
  expect(first).toBe("a larger one");
});

test("a result of 8 MB arrives as header and values, though the worker overwrites the values at once", async () => {
  const [head, values] = [Uint8Array.of(1, 2, 3), new Uint8Array(8_000_000).fill(7)];
  await new Promise<void>((resolve) => {
    const transport = createConnect(`ws://127.0.0.1:${port()}/0`)({
      opened: () => {
        transport.send(head, values);
        values.fill(9);
        transport.send(head, values);
      },
      message: () => undefined,
      alive: () => undefined,
      closed: () => resolve(),
    });
  });
  const [fragments = []] = received;
  expect(fragments.map(({ length }) => length)).toEqual([3, 8_000_000]);
  expect(fragments[1]?.every((byte) => byte === 7)).toBe(true);
});

/** Resolves when it is open, with a promise of its closure. */
function open(length: number): Promise<{ readonly closed: Promise<Closure> }> {
  return new Promise((resolve) => {
    const closed = new Promise<Closure>((close) => {
      createConnect(`ws://127.0.0.1:${port()}/${length}`)({
        opened: () => resolve({ closed }),
        message: () => undefined,
        alive: () => undefined,
        closed: close,
      });
    });
  });
}

function port(): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  return (server.address() as AddressInfo).port;
}
