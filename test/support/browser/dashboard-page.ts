/** @file Opens the dashboard in a real browser for tests, and records everything that it must never do. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach } from "vitest";

import type { Cluster, CoordinatorProcess } from "../processes/cluster.ts";
import { eachWithCluster } from "../processes/each-with-cluster.ts";
import { startWorkersHere } from "../processes/test-worker.ts";
import { patienceMs } from "./browser.ts";

/** The fixtures of each test in a file. */
interface Stage {
  readonly cluster: Cluster;
  readonly context: BrowserContext;
  /** Empty, in an English browser of 1440 × 900 pixels unless the file asks for another. */
  readonly page: Page;
}

/**
 * Gives each test of a file its own cluster, and a page that was empty before. Every coordinator has another origin, so
 * the tests share one context and one page, which takes a second of the machine to open; a test that changes the page
 * for good (`addInitScript`) opens another one. The browser closes at the end.
 *
 * @param use - Receives them; not called without a browser.
 * @returns The forbidden things that the test's pages did.
 */
export function eachWithPage(
  browser: Browser | undefined,
  use: (stage: Stage) => unknown,
  options: BrowserContextOptions = {},
): string[] {
  const problems: string[] = [];
  const viewport = { width: 1440, height: 900 };
  let cluster: Cluster;
  let context: BrowserContext | undefined;
  let page: Page | undefined;
  eachWithCluster((fresh) => (cluster = fresh));
  beforeEach(async () => {
    if (browser === undefined) return;
    context ??= await browser.newContext({ viewport, locale: "en-US", ...options });
    page = page?.isClosed() === false ? page : await openPage(context, problems);
    problems.length = 0;
    await use({ cluster, context, page });
  });
  afterEach(async () => {
    const pages = context?.pages() ?? [];
    await Promise.all(
      pages.map((each) => (each === page ? emptied(each, viewport) : each.close())),
    );
  });
  afterAll(async () => await browser?.close());
  return problems;
}

async function emptied(page: Page, viewport: { width: number; height: number }): Promise<void> {
  await page.unrouteAll();
  // A coordinator that several tests share is one origin.
  await page.evaluate("try { localStorage.clear(); sessionStorage.clear(); } catch {}");
  await page.goto("about:blank");
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(viewport);
}

/** Opens a page and records its console errors and requests to other hosts. There must be none. */
export async function openPage(inside: BrowserContext, problems: string[]): Promise<Page> {
  const opened = await inside.newPage();
  opened.setDefaultTimeout(patienceMs);
  opened.on("pageerror", ({ message }) => problems.push(message));
  opened.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  opened.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") problems.push(request.url());
  });
  return opened;
}

/** A run that lasts as long as a test looks at it, at a pace that leaves the machine to the browser. */
export async function startEndlessRun(
  cluster: Cluster,
  { workers = 2, flags = [] }: { workers?: number; flags?: readonly string[] } = {},
): Promise<CoordinatorProcess> {
  const run = ["--dataset", "digits:600,100", "--batch-size", "20", "--epochs", "50000"];
  const coordinator = cluster.coordinator(...run, ...flags);
  await startWorkersHere(cluster, coordinator, { count: workers, paceMs: 20 });
  return coordinator;
}

/** A run at full speed by workers in the test's process. */
export async function startShortRun(
  cluster: Cluster,
  flags: readonly string[],
  workers = 1,
): Promise<CoordinatorProcess> {
  const coordinator = cluster.coordinator(...flags);
  await startWorkersHere(cluster, coordinator, { count: workers });
  return coordinator;
}

/** Opens a coordinator's dashboard as its operator. */
export async function openDashboard(page: Page, coordinator: CoordinatorProcess): Promise<void> {
  await page.goto(String((await coordinator.event("listening")).dashboardUrl));
  await page.getByText("Connected", { exact: true }).waitFor();
}

/** Waits until the run is in this phase, given by name or pattern. */
export async function phase(page: Page, name: string): Promise<void> {
  await page
    .locator("#phase-name")
    .filter({ hasText: new RegExp(`^${name}$`, "u") })
    .waitFor();
}

/** Stops the run: the button asks once. */
export async function stop(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop? Click again" }).click();
  await phase(page, "Stopped");
}

/** The pixels of a picture, decoded by the browser. */
export async function decodePng(page: Page, png: Buffer) {
  const pixels = await page.evaluate<{
    data: number[];
    width: number;
    height: number;
  }>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const drawing = canvas.getContext("2d");
    drawing.drawImage(image, 0, 0);
    return { data: [...drawing.getImageData(0, 0, width, height).data], width, height };
  })()`);
  return { ...pixels, data: Uint8ClampedArray.from(pixels.data) };
}
