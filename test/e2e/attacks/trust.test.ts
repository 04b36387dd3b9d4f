/**
 * @file Access on real processes: who is admitted and what they get. Tokens, hosts, origins, headers, TLS, and the
 * output.
 */
import { execFileSync, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { opcodes, frame, RawPeer } from "../../support/attacks/raw-peer.ts";
import { makeCertificate } from "../../support/processes/certificates.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";

const joinToken = "e2e-join-token-1";
const adminToken = "e2e-admin-token-2";
const tokens = ["--join-token", joinToken, "--admin-token", adminToken];
/** A short run, because a coordinator admits and serves everybody after it as before. */
const data = ["--dataset", "digits:600,100", "--epochs", "3"];

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function ask(
  port: number,
  path: string,
  options: RequestOptions & { ca?: string } = {},
): Promise<Answer> {
  const request = options.ca === undefined ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString("latin1") });
      });
    })
      .once("error", reject)
      .end();
  });
}

async function portOf(coordinator: CoordinatorProcess): Promise<number> {
  return Number(new URL(String((await coordinator.event("listening"))["url"])).port);
}

/** What a dashboard with this token receives until its second snapshot, or the close status. */
function watch(port: number, token: string | undefined): Promise<string[] | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/watch`);
    const texts: string[] = [];
    socket.once("open", () => socket.send(JSON.stringify(token === undefined ? {} : { token })));
    socket.on("message", (message: Buffer, isBinary) => {
      if (!isBinary) texts.push(message.toString());
      if (texts.filter((text) => text.startsWith('{"kind":"state"')).length < 2) return;
      resolve(texts);
      socket.close();
    });
    socket.once("close", (status) => resolve(status));
  });
}

describe("a coordinator with tokens", () => {
  let cluster: Cluster;
  let coordinator: CoordinatorProcess;
  let port: number;
  let dataset: string;

  beforeAll(async () => {
    cluster = await Cluster.create();
    coordinator = cluster.coordinator("--local-workers", "1", ...tokens, ...data);
    port = await portOf(coordinator);
    await coordinator.event("epoch");
    const [run = ""] = await readdir(join(cluster.folder, "runs"));
    const setup = JSON.parse(
      await readFile(join(cluster.folder, "runs", run, "config.json"), "utf8"),
    );
    dataset = `/data/${setup.config.dataset.sha256}`;
  });
  afterAll(() => cluster.stop());

  test("puts the join token into the join URL's fragment and the admin token into the dashboard's", async () => {
    const { joinUrl, dashboardUrl, url } = await coordinator.event("listening");
    expect(joinUrl).toBe(`http://127.0.0.1:${port}/join#token=${joinToken}`);
    expect(dashboardUrl).toBe(`http://127.0.0.1:${port}/#token=${adminToken}`);
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  test("gives a peer without the token nothing but the refusal", async () => {
    for (const path of [dataset, `${dataset}?token=${joinToken}`, "/data/", "/run/parameters"]) {
      const { status, body, headers } = await ask(port, path);
      expect([path, status, body]).toEqual([path, 401, "ERR_TOKEN: no token, or a wrong one\n"]);
      expect(headers["www-authenticate"]).toBe("Bearer");
    }
    for (const token of [undefined, "", joinToken.slice(1), adminToken.slice(1)]) {
      expect(await watch(port, token)).toBe(4401);
      const authorization = { authorization: `Bearer ${token}` };
      expect((await ask(port, dataset, { headers: authorization })).status).toBe(401);
    }
    const peer = await RawPeer.upgrade(port);
    peer.write(frame(opcodes.binary, Buffer.from([0x80])));
    expect(await peer.ended).toMatch(/^closed 4422$/u);
    expect(peer.headers.map(({ type }) => type)).toEqual(["error"]);
  });

  test("gives the dataset for the join token and for the admin token", async () => {
    for (const token of [joinToken, adminToken]) {
      const headers = { authorization: `Bearer ${token}` };
      const { status, body } = await ask(port, dataset, { headers });
      expect([status, body.length > 400_000]).toEqual([200, true]);
    }
  });

  test("shows the run for either token, and never shows the admin token to a watcher", async () => {
    for (const [token, role] of [
      [joinToken, "viewer"],
      [adminToken, "operator"],
    ] as const) {
      const told = await watch(port, token);
      expect(told).toContain(JSON.stringify({ kind: "hello", role }));
      expect(JSON.stringify(told)).toContain("784-16-16-10");
      expect(JSON.stringify(told)).toContain(joinToken);
      expect(JSON.stringify(told)).not.toContain(adminToken);
    }
  });

  test("takes commands for the admin token only: a viewer that gives one is closed with 4405", async () => {
    const command = JSON.stringify({ command: "pause", id: 1 });
    for (const [token, end] of [
      [joinToken, /^closed 4405$/u],
      [adminToken, /^open$/u],
    ] as const) {
      const peer = await RawPeer.upgrade(port, "/watch");
      peer.write(frame(opcodes.text, Buffer.from(JSON.stringify({ token }))));
      peer.write(frame(opcodes.text, Buffer.from(command)));
      expect(await peer.settle()).toMatch(end);
      peer.write(frame(opcodes.text, Buffer.from(JSON.stringify({ command: "resume", id: 2 }))));
      await peer.settle();
      peer.destroy();
    }
  });

  test("refuses requests that name another host, and a page of another origin", async () => {
    for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "a b"]) {
      expect([host, (await ask(port, "/", { headers: { host } })).status]).toEqual([host, 421]);
    }
    for (const host of [
      `127.0.0.1:${port}`,
      "localhost",
      `LOCALHOST:${port}`,
      "[::1]:1",
      "10.1.2.3",
    ]) {
      expect([host, (await ask(port, "/", { headers: { host } })).status]).toEqual([host, 200]);
    }
    for (const field of ["Origin: https://evil.example", "Origin: null", "Host: evil.example"]) {
      const peer = await RawPeer.upgrade(port, "/worker", [field]);
      expect([field, await peer.ended]).toEqual([field, "closed 4403"]);
    }
    const sameSite = await RawPeer.upgrade(port, "/worker", [`Origin: http://127.0.0.1:${port}`]);
    expect(await sameSite.settle()).toBe("open");
    sameSite.destroy();
  });

  test("serves pages that may run nothing inline, cannot be framed, and send no referrer", async () => {
    for (const path of ["/", "/join", "/join.js", "/host.js"]) {
      const { status, headers } = await ask(port, path);
      expect(status).toBe(200);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.replaceAll("'wasm-unsafe-eval'", "")).not.toMatch(/unsafe-(eval|inline)/u);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
      });
    }
  });

  test("serves nothing outside its routes: 14 traversing or guessed paths give 404", async () => {
    const paths = [
      "/..",
      "/../package.json",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "//etc/passwd",
    ];
    const guesses = [
      "/package.json",
      "/promedio.js",
      "/index.html",
      "/runs",
      "/join/",
      "/join/../join.js",
    ];
    for (const path of [...paths, ...guesses, "/__proto__", "/constructor", "/.env"]) {
      expect([path, (await ask(port, path)).status]).toEqual([path, 404]);
    }
  });

  test("answers a body with 413 and an unknown method with 405", async () => {
    const post = await ask(port, "/", { method: "POST", headers: { "content-length": "5" } });
    expect([post.status, post.headers.connection]).toEqual([413, "close"]);
    expect((await ask(port, "/", { method: "DELETE" })).status).toBe(405);
  });

  test("reports a refused peer in one line, with code, address and reason", async () => {
    const refused = await coordinator.event("worker", ({ change, error }) => {
      return change === "refused" && error === "ERR_TOKEN";
    });
    expect(refused).toMatchObject({
      name: "127.0.0.1",
      error: "ERR_TOKEN",
      reason: "no token, or a wrong one",
    });
  });

  test("shows a token only in the three URLs at the start, and stores none in its files", async () => {
    const later = coordinator.events.filter(({ event }) => event !== "listening");
    const folder = join(cluster.folder, "runs");
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    // A checkpoint that is being written gets another name a moment later.
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"));
    const texts = await Promise.all(
      files.map((file) => readFile(join(file.parentPath, file.name), "latin1")),
    );
    const all = [JSON.stringify(later), coordinator.stderr, ...texts].join("\n");
    expect(texts.length).toBeGreaterThan(2);
    expect(all).not.toContain(joinToken);
    expect(all).not.toContain(adminToken);
  });

  test.skipIf(process.platform !== "linux")(
    "shows no token in its own command line, where it was given one, nor in its worker's",
    () => {
      const lines = execFileSync("ps", ["-ww", "-o", "pid=,ppid=,args=", "-e"], {
        encoding: "utf8",
      }).split("\n");
      const pid = String(coordinator.child.pid);
      const ours = lines.filter((line) => line.trim().split(/ +/u).slice(0, 2).includes(pid));
      expect(ours).toHaveLength(2);
      expect(ours.join("\n")).toMatch(/promedio coordinator *$/mu);
      expect(ours.join("\n")).not.toMatch(/e2e-(join|admin)-token/u);
    },
  );
});

describe("settings", () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.create()));
  afterAll(() => cluster.stop());

  test("--open admits workers, dashboards and downloads without a token, and warns", async () => {
    const coordinator = cluster.coordinator("--open", "--local-workers", "1", ...data);
    const port = await portOf(coordinator);
    const warning = await coordinator.event("warning");
    expect(warning["message"]).toMatch(
      /^no token is needed: everyone who reaches this port may join/u,
    );
    expect(String((await coordinator.event("listening"))["joinUrl"])).toMatch(/\/join$/u);
    await coordinator.event("epoch");
    expect(JSON.stringify(await watch(port, ""))).toContain("784-16-16-10");
    expect((await ask(port, `/data/${"0".repeat(64)}`)).status).toBe(404);
  });

  test("without --join-token, two starts have two tokens of 24 characters each, and all four differ", async () => {
    const events = await Promise.all(
      [1, 2].map(() => cluster.coordinator(...data).event("listening")),
    );
    const urls = events.flatMap(({ joinUrl, dashboardUrl }) => [
      String(joinUrl),
      String(dashboardUrl),
    ]);
    const drawn = urls.map((url) => /#token=([a-z0-9]{24})$/u.exec(url)?.[1]);
    expect(drawn).not.toContain(undefined);
    expect(new Set(drawn).size).toBe(4);
  });

  test("--allow-origin, given twice, admits pages of both origins and requests for both hosts", async () => {
    const origins = ["https://one.example", "http://two.example:8000"];
    const flags = origins.flatMap((origin) => ["--allow-origin", origin]);
    const port = await portOf(cluster.coordinator(...flags, ...data));
    for (const origin of origins) {
      const { hostname } = new URL(origin);
      expect((await ask(port, "/", { headers: { host: hostname } })).status).toBe(200);
      const peer = await RawPeer.upgrade(port, "/worker", [`Origin: ${origin}`]);
      expect(await peer.settle()).toBe("open");
      peer.destroy();
    }
    const other = await RawPeer.upgrade(port, "/worker", ["Origin: https://two.example:8000"]);
    expect(await other.ended).toBe("closed 4403");
  });

  test("a public bind without TLS gives one warning about what that means; loopback gives none", async () => {
    const everywhere = cluster.coordinator("--host", "0.0.0.0", ...data);
    const message = String((await everywhere.event("warning"))["message"]);
    expect(message).toMatch(
      /^listening on every address of this machine without TLS: whoever can read/u,
    );
    const local = cluster.coordinator("--local-workers", "1", ...data);
    await local.event("epoch");
    expect(local.events.filter(({ event }) => event === "warning")).toEqual([]);
  });
});

describe("TLS", () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await Cluster.create()));
  afterAll(() => cluster.stop());

  test("local and remote workers train over it, URLs are https, and SIGHUP loads the renewed certificate", async () => {
    const first = await makeCertificate(cluster.folder);
    const files = ["--tls-cert", first.cert, "--tls-key", first.key];
    const two = ["--local-workers", "1", "--min-workers", "2"];
    const coordinator = cluster.coordinator(...two, ...files, ...tokens, ...data);
    const listening = await coordinator.event("listening");
    expect(listening["joinUrl"]).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/join#token=/u);
    const port = await portOf(coordinator);
    const program = join(import.meta.dirname, "../../../build/promedio.js");
    const remote = spawn(
      process.execPath,
      [program, "worker", String(listening["joinUrl"]), "--name", "remote"],
      {
        stdio: "ignore",
        env: { ...process.env, NODE_EXTRA_CA_CERTS: first.cert },
      },
    );
    onTestFinished(() => void remote.kill("SIGKILL"));
    await coordinator.event("worker", ({ name }) => name === "remote");
    await coordinator.event("epoch", ({ workers }) => workers === 2);

    const ca = await readFile(first.cert, "utf8");
    expect((await ask(port, "/join", { ca })).status).toBe(200);
    await expect(ask(port, "/join")).rejects.toThrow(/hang up|socket|ECONN/u);
    await makeCertificate(cluster.folder);
    const renewed = await readFile(first.cert, "utf8");
    expect(renewed).not.toBe(ca);
    coordinator.child.kill("SIGHUP");
    await coordinator.event("warning", ({ message }) => String(message).includes("read again"));
    expect((await ask(port, "/join", { ca: renewed })).status).toBe(200);
    expect(coordinator.child.exitCode).toBe(null);
  });
});
