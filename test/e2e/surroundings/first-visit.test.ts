/** @file What a page loads before it computes, over a slow link: how many bytes, and in which order. Counted, not timed. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { Cluster } from "../../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();
const run = ["--dataset", "digits:600,100", "--epochs", "100000"];
/** 0.13 s at 10 Mbit/s. */
const packedBytesMax = 163_000;
/** It only starts another one, and must fit a packet. */
const firstBytesMax = 1_000;

let cluster: Cluster;
let joinUrl: URL;

beforeEach(async () => {
  cluster = await Cluster.create();
  const coordinator = cluster.coordinator(...run);
  const listening = await coordinator.event("listening");
  joinUrl = new URL(String(listening["joinUrl"]));
});
afterEach(() => cluster.stop());
afterAll(async () => {
  await browser?.close();
});

/** The length of a file as it is sent. */
async function sentBytes(name: string): Promise<number> {
  const answer = await fetch(new URL(name, joinUrl), { headers: { "accept-encoding": "gzip" } });
  expect(answer.status).toBe(200);
  return Number(answer.headers.get("content-length"));
}

test(`a page loads at most ${packedBytesMax} bytes before it connects`, async () => {
  const html = await (await fetch(joinUrl)).text();
  const named = [...html.matchAll(/(?:src|<link rel="stylesheet" href)="(?<name>[^"]+)"/gu)];
  const names = named.map(({ groups }) => groups?.["name"] ?? "");
  // The first one starts the host, and scripts wait for style sheets that come before them.
  expect(names).toEqual(["first.js", "join.css", "join.js"]);
  expect(await sentBytes("first.js")).toBeLessThanOrEqual(firstBytesMax);
  let sum = 0;
  // oxlint-disable-next-line no-await-in-loop -- five files
  for (const name of ["join", ...names, "host.js"]) sum += await sentBytes(name);
  expect(sum).toBeLessThanOrEqual(packedBytesMax);
});

describe.skipIf(browser === undefined)("a page in Chromium", () => {
  test("has asked for the host's script before its own has arrived, and for no script twice", async () => {
    const page: Page = await browser!.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const hostIsAsked = page.waitForRequest("**/host.js");
    // Without an early host, this waits for ever.
    await page.route("**/join.js", async (route) => {
      await hostIsAsked;
      await route.continue();
    });
    await page.goto(joinUrl.href);
    await page.getByRole("heading", { name: "Helping" }).waitFor();
    expect(asked.filter((path) => path.endsWith(".js")).toSorted()).toEqual([
      "/first.js",
      "/host.js",
      "/join.js",
    ]);
    await page.close();
  });
});
