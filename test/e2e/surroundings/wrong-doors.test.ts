/**
 * Connections that cannot work say in our words what is wrong and what to do: http where https is spoken, a certificate
 * that nobody knows, a proxy that passes no WebSocket.
 */
import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage, phase } from "../../support/browser/dashboard-page.ts";
import { type CertificateOptions, makeCertificate } from "../../support/processes/certificates.ts";
import type { Cluster, CoordinatorProcess } from "../../support/processes/cluster.ts";
import { freePort, listenLocally } from "../../support/processes/local-server.ts";
import { createProxy, type ProxyFlaw } from "../../support/processes/proxy.ts";

const program = join(import.meta.dirname, "../../../build/promedio.js");
const browser: Browser | undefined = await launchBrowser();
const data = ["--dataset", "digits:600,100", "--epochs", "100000"];

let cluster: Cluster;
let page: Page;
let servers: Server[] = [];
eachWithPage(browser, (stage) => {
  cluster = stage.cluster;
  page = stage.page;
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

function startWorker(url: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, "worker", url, "--name", "ana"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  cluster.atEnd(() => child.kill("SIGKILL"));
  return child;
}

/** What a worker says first about its connection. */
async function complaint(...worker: Parameters<typeof startWorker>): Promise<string> {
  const child = startWorker(...worker);
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += String(chunk)));
  const said = () => /^ana: (?!connecting)(.*)$/mu.exec(text)?.[1];
  await expect.poll(said).toBeDefined();
  return said()!;
}

async function certificate(options?: CertificateOptions): Promise<{ cert: string; key: string }> {
  const folder = join(cluster.folder, "tls");
  await mkdir(folder);
  return await makeCertificate(folder, options);
}

/** The port of a server that presents a certificate and knows nothing else. */
async function tlsServer(pair: { cert: string; key: string }): Promise<string> {
  const [cert, key] = await Promise.all([readFile(pair.cert), readFile(pair.key)]);
  const server = createTlsServer({ cert, key });
  servers.push(server);
  return new URL(await listenLocally(server)).port;
}

async function urlOf(coordinator: CoordinatorProcess): Promise<URL> {
  return new URL(String((await coordinator.event("listening")).joinUrl));
}

async function proxied(coordinator: CoordinatorProcess, flaw: ProxyFlaw): Promise<URL> {
  const url = await urlOf(coordinator);
  const proxy = createProxy(url.origin, flaw);
  servers.push(proxy);
  return new URL(`/join${url.hash}`, await listenLocally(proxy));
}

const refusals = ({ events }: CoordinatorProcess) =>
  events.filter(({ change }) => change === "refused").map(({ reason }) => reason);

describe("a worker's line", () => {
  test("for a port at which nothing listens", async () => {
    expect(await complaint(`127.0.0.1:${await freePort()}`)).toBe(
      "no connection: nothing listens at this address and port; trying again",
    );
  });

  test("for https where http is spoken, and the coordinator's line about it", async () => {
    const coordinator = cluster.coordinator("--open", ...data);
    const { host } = await urlOf(coordinator);
    expect(await complaint(`https://${host}/join`)).toBe(
      "no connection: this port speaks http, not https: use http://; trying again",
    );
    await coordinator.event("worker", ({ change }) => change === "refused");
    expect(refusals(coordinator)[0]).toBe("it spoke https; this port speaks http");
  });

  test("for http where https is spoken, and the coordinator's line about it", async () => {
    const { cert, key } = await certificate();
    const tls = ["--tls-cert", cert, "--tls-key", key];
    const coordinator = cluster.coordinator("--open", ...tls, ...data);
    const { port } = await urlOf(coordinator);
    expect(await complaint(`http://127.0.0.1:${port}/join`)).toBe(
      "no connection: this port speaks https, not http: use https://; trying again",
    );
    await coordinator.event("worker", ({ change }) => change === "refused");
    expect(refusals(coordinator)[0]).toBe("it spoke http; this port speaks https");
  });

  test("for a certificate of an unknown signer names the variable that makes it known, and then it joins", async () => {
    const { cert, key } = await certificate();
    const tls = ["--tls-cert", cert, "--tls-key", key];
    const coordinator = cluster.coordinator("--open", ...tls, ...data);
    const url = `https://localhost:${(await urlOf(coordinator)).port}/join`;
    expect(await complaint(url)).toBe(
      "no connection: its certificate is not signed by anybody that this machine trusts; name a PEM file with the signer's certificate in NODE_EXTRA_CA_CERTS; trying again",
    );
    startWorker(url, { NODE_EXTRA_CA_CERTS: cert });
    await coordinator.event("worker", ({ change }) => change === "joined");
  });

  test("for a certificate that has expired, is not valid yet, or is another machine's", async () => {
    const day = 86_400_000;
    const cases: [CertificateOptions, string][] = [
      [{ validTo: new Date(Date.now() - day) }, "its certificate has expired: renew it"],
      [
        { validFrom: new Date(Date.now() + day), validTo: new Date(Date.now() + 2 * day) },
        "its certificate is not valid yet: check the clocks",
      ],
      [
        { names: ["train.example"], addresses: [] },
        "its certificate is not for localhost, but for train.example: use such a name",
      ],
    ];
    for (const [number, [options, said]] of cases.entries()) {
      const folder = join(cluster.folder, `tls-${number}`);
      await mkdir(folder);
      const pair = await makeCertificate(folder, options);
      const port = await tlsServer(pair);
      const known = { NODE_EXTRA_CA_CERTS: pair.cert };
      expect(await complaint(`https://localhost:${port}/join`, known)).toContain(said);
    }
  });

  test.each([
    ["refuses", "no connection: the answer is 400 and no WebSocket: a proxy on the way must pass"],
    ["strips", "no connection: the coordinator answers, but no WebSocket comes through: a proxy"],
  ] as const)("for a proxy that %s upgrades", async (flaw, said) => {
    const coordinator = cluster.coordinator(...data);
    expect(await complaint(String(await proxied(coordinator, flaw)))).toContain(said);
    if (flaw === "refuses") return;
    await coordinator.event("worker", ({ change }) => change === "refused");
    expect(refusals(coordinator)[0]).toContain("arrived without its upgrade: a proxy on the way");
  });

  test("for a proxy without its coordinator, and for a server that is none", async () => {
    const proxy = createProxy(`http://127.0.0.1:${await freePort()}`, "strips");
    servers.push(proxy);
    expect(await complaint(await listenLocally(proxy))).toContain(
      "a proxy on the way does not reach the coordinator (502)",
    );
  });
});

describe.skipIf(browser === undefined)("a page behind a proxy that passes no upgrade", () => {
  test.each(["refuses", "strips"] as const)("says so if it %s them", async (flaw) => {
    const coordinator = cluster.coordinator(...data);
    const joinUrl = await proxied(coordinator, flaw);
    await page.goto(String(joinUrl));
    const hint = /no WebSocket.* a proxy on the way must pass upgrades/u;
    const shown = (where: string) => page.locator(where).textContent();
    await expect.poll(() => shown("main")).toMatch(hint);
    const { dashboardUrl } = await coordinator.event("listening");
    await page.goto(`${joinUrl.origin}/${new URL(String(dashboardUrl)).hash}`);
    await expect.poll(() => shown("#phase-name")).toMatch(hint);
  });
});

test.skipIf(browser === undefined)(
  "both pages name a proxy that changes the host name, and do not try for ever",
  async () => {
    const coordinator = cluster.coordinator(...data);
    const joinUrl = await proxied(coordinator, "renames");
    await page.goto(String(joinUrl));
    await page.getByRole("heading", { name: "No access" }).waitFor();
    const detail = page.locator("#detail");
    expect(await detail.textContent()).toContain("perhaps because a proxy changes the host name");
    const { dashboardUrl } = await coordinator.event("listening");
    await page.goto(`${joinUrl.origin}/${new URL(String(dashboardUrl)).hash}`);
    await phase(page, "The coordinator does not accept this address, perhaps because a proxy.*");
  },
);
