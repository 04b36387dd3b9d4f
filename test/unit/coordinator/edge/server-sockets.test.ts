/** @file What a socket may send before and after its token, frame by frame, on real loopback sockets. */
import { setTimeout as delay } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import {
  chunksMax,
  fragmentsMax,
  messageBytesMax,
  pongsPendingMax,
  unauthenticatedBytesMax,
} from "../../../../shared/protocol/limits.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { frame, opcodes, RawPeer, upgradeRequest } from "../../../support/attacks/raw-peer.ts";
import { closeAfterEach, edge, start, statusOf, talk } from "./server-fixture.ts";

closeAfterEach();

describe("sockets without a token", () => {
  test(`may send ${unauthenticatedBytesMax} bytes; one more closes them with 4413 and is not read`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    // A frame of more than 125 bytes has a header of 8.
    const first = frame(opcodes.binary, Buffer.alloc(unauthenticatedBytesMax - 8));
    peer.write(first);
    while (edge.received.length === 0) await delay(5);
    expect(first).toHaveLength(unauthenticatedBytesMax);
    peer.write(Buffer.from([0x82]));
    expect(await peer.ended).toBe("closed 4413");
    expect(edge.refusals).toMatchObject([{ code: "ERR_TOO_LARGE", address: "127.0.0.1" }]);
    expect(edge.received).toEqual([unauthenticatedBytesMax - 8]);
  });

  test("may send as much as a message may have once they are admitted, and not a byte more", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    edge.visitors[0]!.admitted();
    for (let i = 0; i < 3; i++) peer.send(Buffer.alloc(100_000));
    while (edge.received.length < 3) await delay(5);
    peer.send(Buffer.alloc(100_001));
    expect(await peer.ended).toBe("closed 1009");
    expect(edge.received).toEqual([100_000, 100_000, 100_000]);
  });

  test.each([
    ["of an address", { inAll: 10, perAddress: 2 }],
    ["in all", { inAll: 2, perAddress: 10 }],
  ])(
    "find no place over the limit %s: the upgrade gets 503 until one is admitted or leaves",
    async (_, strangers) => {
      const port = await start({ limits: { strangers } });
      const [first, second] = [
        await RawPeer.upgrade(port, "/socket"),
        await RawPeer.upgrade(port, "/socket"),
      ];
      expect(await (await RawPeer.upgrade(port, "/socket")).ended).toBe("HTTP 503");
      edge.visitors[0]!.admitted();
      const third = await RawPeer.upgrade(port, "/socket");
      expect(await third.settle()).toBe("open");
      expect(await (await RawPeer.upgrade(port, "/socket")).ended).toBe("HTTP 503");
      second.destroy();
      let outcome = "HTTP 503";
      while (outcome === "HTTP 503")
        outcome = await (await RawPeer.upgrade(port, "/socket")).settle();
      expect(outcome).toBe("open");
      first.destroy();
    },
  );
});

describe("handshakes", () => {
  test("that are wrong in 5 ways get 400 or 404 and one line each, with the address and the reason", async () => {
    const port = await start();
    const right = upgradeRequest(port, "/socket");
    const wrong = [
      right.replace("Version: 13", "Version: 99"),
      right.replace(/Sec-WebSocket-Key: .*/u, "Sec-WebSocket-Key: short"),
      right.replace("GET", "POST"),
      right.replace("Upgrade: websocket", "Upgrade: h2c"),
      right.replace("/socket", "/nowhere"),
    ];
    const answers = [];
    for (const request of wrong) answers.push(await talk(port, request));
    expect(answers.map(statusOf)).toEqual([400, 400, 400, 400, 404]);
    // RFC 6455, section 4.4.
    expect(answers[0]).toContain("\r\nSec-WebSocket-Version: 13\r\n");
    expect(
      edge.refusals.map(({ address, code, reason }) => [address, code, inEnglish(reason)]),
    ).toEqual(
      [
        "WebSocket: Missing or invalid Sec-WebSocket-Version header",
        "WebSocket: Missing or invalid Sec-WebSocket-Key header",
        "WebSocket: Invalid HTTP method",
        "WebSocket: Invalid Upgrade header",
        "no WebSocket at this path",
      ].map((reason) => ["127.0.0.1", "ERR_DECODE", reason]),
    );
  });
});

test("a gradient of a million parameters, cut every 131,000 bytes as Chromium cuts it, is within the limit", () => {
  for (const parameters of [60_000, 1_000_000, 100_000_000]) {
    const bytes = messageBytesMax(parameters);
    expect(Math.ceil(bytes / 131_000)).toBeLessThan(fragmentsMax(bytes));
  }
});

describe("frames", () => {
  const most = fragmentsMax(100_000);

  test(`a message of ${most} fragments comes through, one of ${most + 1} closes the socket`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    const sendIn = (pieces: number) => {
      for (let i = 0; i < pieces; i++) {
        const opcode = i === 0 ? opcodes.binary : opcodes.continuation;
        peer.write(frame(opcode, Buffer.alloc(1), { fin: i === pieces - 1 }));
      }
    };
    sendIn(most);
    while (edge.received.length === 0) await delay(5);
    sendIn(most + 1);
    expect(await peer.ended).toMatch(/^closed 1008$/u);
    expect(edge.received).toEqual([most]);
  });

  test(`a message that arrives in more than ${chunksMax(100_000)} pieces closes the socket, however small they are`, async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    edge.visitors[0]!.admitted();
    peer.write(frame(opcodes.binary, Buffer.alloc(1), { claimedLength: 100_000 }));
    let pieces = 1;
    // The message never becomes complete. Pieces sent back to back may arrive as one.
    while (!peer.isOver && pieces < 20 * chunksMax(100_000)) {
      peer.write(Buffer.alloc(1));
      pieces += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pieces).toBeGreaterThan(chunksMax(100_000));
    expect(await peer.ended).toMatch(/^closed 10(08|09)$/u);
    expect(edge.received).toEqual([]);
  });

  test("a compressed one is refused unread: compression was requested but never negotiated", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket", [
      "Sec-WebSocket-Extensions: permessage-deflate",
    ]);
    peer.send(Buffer.alloc(10), { reserved: 4 });
    expect(await peer.ended).toBe("closed 1002");
    expect(edge.received).toEqual([]);
  });

  test("endless pings from a peer that reads nothing end its connection, not our memory", async () => {
    const port = await start();
    const peer = await RawPeer.upgrade(port, "/socket");
    edge.visitors[0]!.admitted();
    const { raw } = edge.visitors[0]!;
    peer.stopReading();
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => frame(opcodes.ping, Buffer.alloc(125))),
    );
    let peak = 0;
    for (let i = 0; i < 2_000 && raw.readyState === raw.OPEN; i++) {
      peer.write(pings);
      peak = Math.max(peak, raw.bufferedAmount);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(raw.readyState).not.toBe(raw.OPEN);
    // A pong has 127 bytes. What the system buffers before it stops is not counted.
    expect(peak).toBeLessThan(50 * pongsPendingMax * 127);
    peer.destroy();
  });
});
