/**
 * @file Behind nginx, Caddy and Apache under a path, with the lines of REFERENCE.md: a page joins through the proxy and
 * computes, a Node worker too, and the dashboard is live. And behind a proxy on the way out, which resolves names itself.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { openPage } from "../../support/browser/dashboard-page.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { createForwardProxy } from "../../support/processes/forward-proxy.ts";
import { freePort, listenLocally } from "../../support/processes/local-server.ts";
import {
  isInstalled,
  proxyNames,
  type RunningProxy,
  startProxy,
} from "../../support/processes/real-proxy.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const browser: Browser | undefined = await launchBrowser();
const data = ["--dataset", "digits:400,100", "--batch-size", "40", "--epochs", "8"];
let proxy: RunningProxy | undefined;
let cluster: Cluster | undefined;

afterAll(async () => await browser?.close());
afterEach(async () => {
  await cluster?.stop();
  await proxy?.stop();
  [cluster, proxy] = [undefined, undefined];
});

describe.each(proxyNames)("%s", (name) => {
  test.skipIf(browser === undefined || !isInstalled(name))(
    "in front: a page and a Node worker join under a path, and the dashboard is live",
    async () => {
      const expected = await undisturbedFingerprint(...data);
      const [own, behind] = [await freePort(), await freePort()];
      const joinUrl = `http://127.0.0.1:${own}/promedio`;
      cluster = await Cluster.create();
      const place = ["--port", String(behind), "--join-url", joinUrl, "--trust-proxy"];
      const coordinator = cluster.coordinator("--min-workers", "2", ...data, ...place);
      const listening = await coordinator.event("listening");
      expect(listening.joinUrl).toContain(`${joinUrl}/join#token=`);
      proxy = await startProxy(name, { own, behind });
      const problems: string[] = [];
      const context = await browser!.newContext();
      const page = await openPage(context, problems);
      await page.goto(String(listening.joinUrl));
      const dashboard = await openPage(context, problems);
      await dashboard.goto(`${joinUrl}${new URL(String(listening.dashboardUrl)).hash}`);
      cluster.worker(String(listening.joinUrl), "--name", "node");
      expect((await coordinator.event("finished")).fingerprint).toBe(expected);
      await expect.poll(() => dashboard.locator("#phase-name").textContent()).toMatch(/finished/iu);
      expect(problems).toEqual([]);
      await context.close();
    },
    60_000,
  );
});

test.skipIf(browser === undefined || !isInstalled("nginx"))(
  "a proxy that asks for a password lets pages in that have it, to join, compute and watch",
  async () => {
    const [own, behind] = [await freePort(), await freePort()];
    const joinUrl = `http://127.0.0.1:${own}/promedio`;
    cluster = await Cluster.create();
    const place = ["--port", String(behind), "--join-url", joinUrl];
    const coordinator = cluster.coordinator(...data, ...place);
    const listening = await coordinator.event("listening");
    proxy = await startProxy("nginx", { own, behind, asksPassword: true });
    const httpCredentials = { username: "ana", password: "secret" };
    const context = await browser!.newContext({ httpCredentials });
    const page = await openPage(context, []);
    await page.goto(String(listening.joinUrl));
    await coordinator.event("finished");
    const dashboard = await openPage(context, []);
    await dashboard.goto(`${joinUrl}/${new URL(String(listening.dashboardUrl)).hash}`);
    await expect.poll(() => dashboard.locator("#phase-name").textContent()).toMatch(/finished/iu);
    const [, token = ""] = new URL(String(listening.dashboardUrl)).hash.split("=");
    const ask = async (headers: Record<string, string>) =>
      await dashboard.evaluate(
        async (fields) => (await fetch("run/parameters", { headers: fields })).status,
        headers,
      );
    expect(await ask({ "promedio-token": token })).toBe(200);
    // The proxy takes this field for its password.
    expect(await ask({ authorization: `Bearer ${token}` })).toBe(401);
    await context.close();
  },
  60_000,
);

test("a worker that only a proxy connects joins, downloads the data and trains", async () => {
  // With a validation split, a worker can't draw its digits itself.
  const settings = [...data, "--validation=0.1"];
  const expected = await undisturbedFingerprint(...settings);
  cluster = await Cluster.create();
  const { server, asked } = createForwardProxy("ana:secret");
  cluster.atEnd(() => void server.close());
  const proxyUrl = (await listenLocally(server)).replace("//", "//ana:secret@");
  const port = await freePort();
  const place = ["--port", String(port), "--join-url", `http://lab.test:${port}`];
  const coordinator = cluster.coordinator(...settings, ...place);
  const listening = await coordinator.event("listening");
  cluster.workerWith({ HTTP_PROXY: proxyUrl, NO_PROXY: "" }, String(listening.joinUrl));
  expect((await coordinator.event("finished")).fingerprint).toBe(expected);
  const download = expect.stringMatching(/^GET http:\/\/lab\.test:\d+\/data\/[\da-f]{64}$/u);
  expect(asked).toEqual([`CONNECT lab.test:${port}`, download]);
}, 60_000);
