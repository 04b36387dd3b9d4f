/**
 * @file Attacks by peers that have a token, beyond a worker's socket: commands of a dashboard with the admin token,
 * and downloads.
 */
import { setTimeout as delay } from "node:timers/promises";

import { type Attack, end, type Outcome, pick, type Target } from "./attack.ts";
import { badCommands, commands, textOf } from "./bad-commands.ts";
import { damage } from "./bad-messages.ts";
import { frame, opcodes, RawPeer } from "./raw-peer.ts";

const allBadCommands = badCommands();

/** A dashboard that has sent the admin token. */
async function enterAsAdmin({ port, adminToken }: Target): Promise<RawPeer> {
  const peer = await RawPeer.upgrade(port, "/watch");
  say(peer, JSON.stringify({ token: adminToken }));
  // Before it is admitted it may send only 4 KiB.
  await peer.settle();
  return peer;
}

function say(peer: RawPeer, text: string | Buffer): void {
  peer.write(frame(opcodes.text, Buffer.from(text)));
}

/** Commands with one wrong field each: they are answered, and nothing else happens. */
const wrongCommands: Attack = {
  ends: /^open$/u,
  async run(target) {
    const peer = await enterAsAdmin(target);
    for (let i = 0; i < 15; i++) say(peer, pick(allBadCommands, target.random).text);
    return await end(peer, false);
  },
};

/** Damaged commands about a worker that does not exist: whatever remains of one changes nothing. */
const damagedCommands: Attack = {
  ends: /^(open|closed (1007|1009))$/u,
  async run(target) {
    const peer = await enterAsAdmin(target);
    for (let i = 0; i < 4; i++) {
      const command = Buffer.from(textOf(pick(commands.slice(4), target.random)));
      say(peer, damage(command, target.random));
    }
    return await end(peer, false);
  },
};

const commandFlood: Attack = {
  ends: /^closed 4430$/u,
  async run(target) {
    const peer = await enterAsAdmin(target);
    for (let i = 0; i < 60; i++) say(peer, pick(allBadCommands, target.random).text);
    return await end(peer);
  },
};

/** Messages that are not dashboard commands at all. */
const noCommands: Attack = {
  ends: /^closed (1002|1009|4405)$/u,
  async run(target) {
    const peer = await enterAsAdmin(target);
    const wrong = [
      frame(opcodes.binary, Buffer.from("{}")),
      frame(opcodes.text, Buffer.alloc(1_025, 0x20)),
      frame(opcodes.text, Buffer.from("{}"), { reserved: 4 }),
      frame(opcodes.continuation, Buffer.from("{}")),
    ];
    peer.write(pick(wrong, target.random));
    return await end(peer);
  },
};

/** Valid commands as fast as permitted: the run is paused again and again, and a worker is delayed. */
const restlessAdmin: Attack = {
  ends: /^open$/u,
  async run(target) {
    const peer = await enterAsAdmin(target);
    const worker = pick(["w1", "w2"], target.random);
    say(peer, JSON.stringify({ command: "delay", id: 1, worker, seconds: 0.01 }));
    say(peer, JSON.stringify({ command: "pause", id: 2 }));
    say(peer, JSON.stringify({ command: "resume", id: 3 }));
    return await end(peer, false);
  },
};

// ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Near misses of real paths: other runs and datasets, numbers that are not numbers, and path traversals. */
const paths = [
  "/run/parameters?x=/../..",
  "/run/1/checkpoint",
  "/run/1/model.onnx",
  "/run/1/model.exe",
  "/run/0/checkpoint",
  "/run/-1/checkpoint",
  "/run/1e0/checkpoint",
  "/run/NaN/checkpoint",
  "/run/99999999999999999999/checkpoint",
  "/run/1/checkpoint/../../../../etc/passwd",
  "/run/%31/checkpoint",
  "/run/",
  "/run/__proto__",
  "/data/",
  "/data/constructor",
  `/data/${"0".repeat(64)}`,
  "/data/../run/parameters",
];

const fields = [
  "Range: bytes=0-0",
  "Range: bytes=-1",
  "Range: bytes=5-3",
  "Range: bytes=0-0,5-9",
  "Range: bytes=99999999999999999999-",
  `Range: bytes=${"9".repeat(400)}-`,
  "Range: bytes=NaN-Infinity",
  "Range: lines=1-2",
  "If-None-Match: *",
  `If-None-Match: ${'"x",'.repeat(1_000)}`,
  "If-Range: *",
  "Accept-Encoding: gzip;q=NaN, *;q=-1",
  "Accept-Encoding: gzip;q=1e999",
  "Upgrade: h2c",
  "X-Forwarded-For: 10.0.0.1, ::1, x",
];

/** Requests with a valid token. */
const memberRequests: Attack = {
  ends: /^HTTP (200|206|304|400|404|405|413|416)$/u,
  async run(target) {
    const { port, random } = target;
    const method = pick(["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"], random);
    const path = pick([target.dataset, "/run/parameters", pick(paths, random)], random);
    const peer = await RawPeer.connect(port);
    peer.write(
      requestOf(target, `${method} ${path}`, [pick(fields, random), pick(fields, random)]),
    );
    return await end(peer);
  },
};

/** Downloads that are aborted, or not read, once they have begun. */
const leftDownloads: Attack = {
  ends: /^gone$/u,
  async run(target): Promise<Outcome> {
    const { port, random } = target;
    const path = pick(["/run/parameters", "/run/1/checkpoint", target.dataset], random);
    const peer = await RawPeer.connect(port);
    if (random.below(2) === 0) peer.stopReading();
    peer.write(requestOf(target, `GET ${path}`, []));
    await delay(random.below(30));
    peer.destroy();
    return { frames: peer.sent, end: "gone" };
  },
};

function requestOf({ port, joinToken }: Target, line: string, more: readonly string[]): string {
  const host = `Host: 127.0.0.1:${port}`;
  const token = `Authorization: Bearer ${joinToken}`;
  return [`${line} HTTP/1.1`, host, token, "Connection: close", ...more, "\r\n"].join("\r\n");
}

export const memberAttacks: readonly (readonly [name: string, attack: Attack])[] = [
  ["wrong commands of an admin", wrongCommands],
  ["damaged commands of an admin", damagedCommands],
  ["flood of commands", commandFlood],
  ["no commands of an admin", noCommands],
  ["pause, resume and delay", restlessAdmin],
  ["requests with a token", memberRequests],
  ["downloads that are left", leftDownloads],
];
