/**
 * @file The misbehaviour of bad peers before there is a WebSocket: upgrades, requests and bytes that trip up a
 * careless server.
 */
import { setTimeout as delay } from "node:timers/promises";

import { type Attack, end, pick } from "./attack.ts";
import { randomBytes } from "./bad-messages.ts";
import { RawPeer, upgradeRequest } from "./raw-peer.ts";

export const upgradeFlood: Attack = {
  ends: /^(closed 4403|HTTP (400|404|405|421|426)|cut)$/u,
  async run({ port, random }) {
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    const requests = [
      upgradeRequest(port, "/nowhere"),
      upgradeRequest(port, "//"),
      upgradeRequest(port, "/worker/../watch"),
      upgradeRequest(port, "http://["),
      upgradeRequest(port, "/worker").replace("Version: 13", "Version: 99"),
      upgradeRequest(port, "/worker").replace(/Sec-WebSocket-Key: .*/u, "Sec-WebSocket-Key: short"),
      upgradeRequest(port, "/worker", ["Origin: https://evil.example"]),
      upgradeRequest(port, "/worker", ["Origin: null"]),
      upgradeRequest(port, "/worker", ["Host: rebound.evil.example"]),
      `POST /worker HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`,
      `GET /worker HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    ];
    const peer = await RawPeer.connect(port);
    peer.write(pick(requests, random));
    return await end(peer);
  },
};

/** Requests that a careless server or a proxy in front of it would misread, and path traversals. */
export const badRequests: Attack = {
  ends: /^(HTTP (400|401|404|405|413|414|421|431|501|505)|cut)$/u,
  async run({ port, random }) {
    const host = `Host: 127.0.0.1:${port}`;
    const requests = [
      `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET /data/../../../etc/passwd HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET /..\\..\\secret HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET /data/${"0".repeat(64)} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET /data/__proto__ HTTP/1.1\r\n${host}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n`,
      `GET /constructor HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET http://evil.example/ HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: rebound.evil.example\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}\r\nHost: other\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      `POST / HTTP/1.1\r\n${host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
      `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `POST /data/x HTTP/1.1\r\n${host}\r\nContent-Length: 99999999999999\r\n\r\nx`,
      `GET / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: xchunked\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}\r\nX: ${"a".repeat(20_000)}\r\n\r\n`,
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${host}\r\n\r\n`,
      `GET / HTTP/9.9\r\n${host}\r\n\r\n`,
      `GET / HTTP/1.1\n${host}\nX : y\n\n`,
      `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n\r\n`,
      `TRACE / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    ];
    const peer = await RawPeer.connect(port);
    peer.write(pick(requests, random));
    return await end(peer);
  },
};

/**
 * Hundreds of requests on a connection whose responses are not read. A browser sends one and waits for its
 * response.
 */
export const pipelining: Attack = {
  ends: /^cut$/u,
  async run({ port, random }) {
    const paths = ["/", "/join", "/dashboard.js", "/host.js", "/data/x", "/nowhere"];
    const peer = await RawPeer.connect(port);
    peer.stopReading();
    const one = `GET ${pick(paths, random)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
    for (let i = 0; i < 5; i++) peer.write(one.repeat(200));
    // A peer that does not read only learns from a failing write that it was cut.
    for (let i = 0; i < 500 && !peer.isOver; i++) {
      peer.write(one);
      await delay(20);
    }
    peer.destroy();
    return { frames: peer.sent, end: peer.isOver ? "cut" : "open" };
  },
};

export const garbage: Attack = {
  ends: /^(HTTP (400|431)|cut)$/u,
  async run({ port, random }) {
    const peer = await RawPeer.connect(port);
    // A line break completes the supposed request line.
    peer.write(
      Buffer.concat([randomBytes(random, 1 + random.below(300)), Buffer.from("\r\n\r\n")]),
    );
    return await end(peer);
  },
};
