/** @file The proxy of the environment: which connections take it, and what goes through a real one. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocketServer } from "ws";

import { createFetch } from "../../../../shared/node/fetch.ts";
import { proxyFor } from "../../../../shared/node/proxy.ts";
import { connectionReason } from "../../../../shared/words/connection-reason.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { createConnect } from "../../../../worker/node/socket.ts";
import { makeCertificate } from "../../../support/processes/certificates.ts";
import { createForwardProxy, type ForwardProxy } from "../../../support/processes/forward-proxy.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

const both = { HTTP_PROXY: "http://h:1", HTTPS_PROXY: "http://s:2" };

function hostFor(url: string, env: Record<string, string>): string | undefined {
  return proxyFor(new URL(url), env)?.host;
}

function read(text: string) {
  return proxyFor(new URL("http://a.example"), { HTTP_PROXY: text });
}

async function portOf(server: Server): Promise<string> {
  return new URL(await listenLocally(server)).port;
}

describe("proxyFor", () => {
  test.each([
    ["http://a.example/", both, "h"],
    ["ws://a.example/", both, "h"],
    ["https://a.example/", both, "s"],
    ["wss://a.example/", both, "s"],
    ["https://a.example/", { HTTP_PROXY: "h:1" }, undefined],
    ["http://a.example/", { HTTP_PROXY: "upper", http_proxy: "lower" }, "lower"],
    ["http://a.example/", { HTTP_PROXY: " \n" }, undefined],
    ["http://a.example/", {}, undefined],
  ])("%s with %o: %s", (url, env, host) => {
    expect(hostFor(url, env as Record<string, string>)).toBe(host);
  });

  test.each(["localhost:1", "lab.localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:8080"])(
    "%s has none, unless NO_PROXY says <-loopback>",
    (host) => {
      expect(hostFor(`http://${host}/`, both)).toBe(undefined);
      expect(hostFor(`http://${host}/`, { ...both, NO_PROXY: "a,<-loopback>" })).toBe("h");
    },
  );

  test.each([
    ["*", "a.example", true],
    ["a.example", "a.example", true],
    ["a.example", "b.a.example", true],
    [".a.example", "b.a.example", true],
    ["*.a.example", "b.a.example", true],
    ["a.example", "ba.example", false],
    ["A.Example.", "a.example", true],
    ["x, a.example\ty", "a.example", true],
    ["a.example:8080", "a.example:8080", true],
    ["a.example:8080", "a.example", false],
    ["a.example:80", "a.example", true],
    ["10.1.2.3", "10.1.2.3:99", true],
    ["10.1.2.3:99", "10.1.2.3:99", true],
    ["10.1.2.3:98", "10.1.2.3:99", false],
    ["10.0.0.0/8", "10.200.1.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/40", "10.0.0.1", false],
    ["2001:db8::/32", "[2001:db8::7]:80", true],
    ["2001:0db8::0007", "[2001:db8::7]", true],
    ["[2001:db8::7]:80", "[2001:db8::7]:80", true],
    ["2001:db8::/32", "10.0.0.1", false],
    [" , ", "a.example", false],
    ["", "a.example", false],
  ])("NO_PROXY=%s spares %s: %s", (list, host, isSpared) => {
    expect(hostFor(`http://${host}/`, { ...both, NO_PROXY: list })).toBe(
      isSpared ? undefined : "h",
    );
  });

  test("reads a login, a missing scheme and a missing port", () => {
    const login = { "Proxy-Authorization": `Basic ${btoa("ana:p:%@")}` };
    expect(read("http://ana:p%3A%25%40@proxy:3128/")).toEqual({
      host: "proxy",
      port: 3128,
      isSecure: false,
      headers: login,
    });
    expect(read("proxy")).toMatchObject({ host: "proxy", port: 80, isSecure: false });
    expect(read("https://[2001:db8::1]")).toMatchObject({ host: "2001:db8::1", port: 443 });
    expect(read("http://ana:100%@proxy")?.headers).toEqual({
      "Proxy-Authorization": `Basic ${btoa("ana:100%")}`,
    });
  });

  test.each(["socks5://ana:secret@proxy:1080", "http://", "ana:secret@:80", "http://a b"])(
    "%s is refused in one line without the login",
    (text) => {
      expect(() => read(text)).toThrow(/^HTTP_PROXY is not the address of a proxy: write http:/u);
      expect(() => read(text)).not.toThrow(/secret/u);
    },
  );
});

describe("through a proxy that resolves names itself", () => {
  const servers: { close(): unknown }[] = [];
  let [folder, port, securePort] = ["", "", ""];
  let proxy: ForwardProxy;
  let env: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "promedio-proxy-"));
    const certificate = await makeCertificate(folder);
    const answer: Parameters<typeof createServer>[1] = (request, response) => {
      if (request.url === "/moved") {
        return response.writeHead(302, { Location: `http://other.test:${port}/packed` }).end();
      }
      if (request.url === "/cut") {
        response.writeHead(200, { "Content-Length": 100 }).write("half");
        return setTimeout(() => response.destroy(), 20);
      }
      if (request.url !== "/packed") return response.end(`${request.method} ${request.url}`);
      response.writeHead(200, { "Content-Encoding": "gzip" });
      return response.end(gzipSync(`packed by ${request.headers.host}`));
    };
    const plain = createServer(answer);
    const key = await readFile(certificate.key);
    const secure = createTlsServer({ key, cert: await readFile(certificate.cert) }, answer);
    port = await portOf(plain);
    securePort = await portOf(secure);
    const sockets = new WebSocketServer({ server: plain });
    sockets.on("connection", (socket) => socket.send(Buffer.of(7)));
    servers.push(plain, secure, sockets);
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  });
  afterEach(() => void vi.unstubAllEnvs());

  async function useProxy(wanted?: string, given = wanted): Promise<void> {
    proxy = createForwardProxy(wanted);
    servers.push(proxy.server);
    const { host } = new URL(await listenLocally(proxy.server));
    const url = `http://${given === undefined ? "" : `${given}@`}${host}`;
    env = { HTTP_PROXY: url, HTTPS_PROXY: url };
  }

  const said = async (url: string, settings = {}) => {
    try {
      return await (await createFetch(env)(url, settings)).text();
    } catch (error) {
      return sayAtTerminal(connectionReason(error));
    }
  };

  /** The first message of a socket, or the reason why there is none. */
  const firstOf = async (url: string) =>
    await new Promise<string>((resolve) => {
      const transport = createConnect(
        url,
        env,
      )({
        opened: () => undefined,
        message: ([part]) => {
          resolve(`message ${part?.[0]}`);
          transport.close(1000, "");
        },
        alive: () => undefined,
        closed: ({ reason }) => resolve(reason === null ? "closed" : sayAtTerminal(reason)),
      });
    });

  test.each([undefined, "ana:secret"])(
    "with login %s: downloads, posts and sockets",
    async (login) => {
      await useProxy(login);
      expect(await said(`http://name.test:${port}/file?x=1`)).toBe("GET /file?x=1");
      expect(await said(`http://name.test:${port}/hook`, { method: "POST", body: "{}" })).toBe(
        "POST /hook",
      );
      expect(await said(`http://name.test:${port}/moved`)).toBe(`packed by other.test:${port}`);
      expect(await firstOf(`ws://name.test:${port}/worker`)).toBe("message 7");
      expect(proxy.asked).toEqual([
        `GET http://name.test:${port}/file?x=1`,
        `POST http://name.test:${port}/hook`,
        `GET http://name.test:${port}/moved`,
        `GET http://other.test:${port}/packed`,
        `CONNECT name.test:${port}`,
      ]);
    },
  );

  test("https is end to end: a tunnel, and the certificate is checked inside it", async () => {
    await useProxy("ana:secret");
    const url = `https://localhost.test:${securePort}/x`;
    expect(await said(url)).toMatch(/not signed by anybody that this machine trusts/u);
    expect(await firstOf(url.replace("https", "wss"))).toMatch(
      /not signed by anybody that this machine trusts/u,
    );
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    expect(await said(url)).toBe("GET /x");
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT localhost.test:${securePort}`]));
  });

  test("what NO_PROXY names goes past it", async () => {
    await useProxy();
    const own = `http://127.0.0.1:${port}`;
    expect(await said(`${own}/x`)).toBe("GET /x");
    env = { ...env, NO_PROXY: "<-loopback>" };
    expect(await said(`${own}/y`)).toBe("GET /y");
    expect(proxy.asked).toEqual([`GET ${own}/y`]);
  });

  test("a wrong login, a closed port and a proxy that is gone are named", async () => {
    await useProxy("ana:secret", "ana:wrong");
    const { host } = new URL(env["HTTP_PROXY"] ?? "");
    const login = `the proxy ${host} requires a login, or a different one (407): write http://user:password@host:port into HTTP_PROXY and HTTPS_PROXY`;
    expect(await said(`http://name.test:${port}/`)).toBe(login);
    expect(await said(`https://name.test:${port}/`)).toBe(login);
    expect(await firstOf(`ws://name.test:${port}/`)).toBe(`no connection: ${login}`);
    await useProxy();
    expect(await firstOf("wss://name.test:1/")).toMatch(/does not connect to name.test:1 \(502\)/u);
    proxy.server.close();
    await once(proxy.server, "close");
    expect(await firstOf(`ws://name.test:${port}/`)).toMatch(
      /^no connection: the proxy 127\.0\.0\.1:\d+: nothing listens at this address/u,
    );
  });

  test("a body that is cut short fails, and an abort ends it with its reason", async () => {
    await useProxy();
    expect(await said(`http://name.test:${port}/cut`)).toBe("the other side cut the connection");
    const gone = AbortSignal.abort(new Error("enough"));
    expect(await said(`http://name.test:${port}/x`, { signal: gone })).toBe("enough");
    expect(await said(`http://name.test:${port}/moved`, { redirect: "error" })).toBe(
      `it redirects to http://other.test:${port}/packed`,
    );
  });

  test("a proxy that hangs up in the middle of its answer is no crash", async () => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 2");
    });
    servers.push(server);
    const url = await listenLocally(server);
    env = { HTTP_PROXY: url };
    expect(await firstOf(`ws://name.test:${port}/`)).toMatch(/^no connection: the proxy 127/u);
  });
});
