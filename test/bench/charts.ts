/**
 * @file How long the dashboard takes to redraw its five charts with 100,000 points: a real page in Chromium, whose
 * socket receives one more point per frame of a 60 Hz screen. In practice a page gets points five times per second;
 * the rest is the margin for a reader who drags and for a slower machine.
 */
import type { CDPSession, Page } from "playwright-core";

import { historyFields } from "../../coordinator/run/history.ts";
import { launchBrowser } from "../support/browser/browser.ts";
import { Cluster } from "../support/processes/cluster.ts";
import type { Report } from "./tools/report.ts";

const framesPerSecond = 60;
const seconds = 3;
const rounds = 5;
const frameMs = 1000 / framesPerSecond;
const width = historyFields.length;

export async function benchCharts(report: Report): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined)
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  const cluster = await Cluster.create();
  try {
    // Nobody computes, so the coordinator has no points of its own.
    const coordinator = cluster.coordinator("--dataset", "digits:600,100");
    const { dashboardUrl } = await coordinator.event("listening");
    for (const points of [1_000, 100_000]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      // oxlint-disable-next-line no-await-in-loop
      await measure(page, String(dashboardUrl), points, report);
      // oxlint-disable-next-line no-await-in-loop
      await page.close();
    }
  } finally {
    await browser.close();
    await cluster.stop();
  }
}

async function measure(page: Page, url: string, points: number, report: Report): Promise<void> {
  const drawing = await FedPage.open(page, url);
  drawing.add(points);
  const turns = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    turns.push(await drawing.redraw(framesPerSecond * seconds));
  }
  const name = `${points.toLocaleString("en-US")} points`;
  const times = turns.map(({ busyMs }) => busyMs);
  report.figure(`${name}: main thread, one redraw of all charts`, "ms", times, { below: frameMs });
  const frames = turns.map(({ perSecond }) => perSecond);
  report.figure(`  frames on the screen`, "/s", frames, { atLeast: 0.95 * framesPerSecond });
}

/** A dashboard whose socket this bench writes into, in addition to its coordinator. */
class FedPage {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #send: (message: Buffer) => void;
  #points = 0;

  private constructor(page: Page, session: CDPSession, send: (message: Buffer) => void) {
    this.#page = page;
    this.#session = session;
    this.#send = send;
  }

  static async open(page: Page, url: string): Promise<FedPage> {
    let send: ((message: Buffer) => void) | undefined;
    await page.routeWebSocket(/\/watch$/u, (socket) => {
      socket.connectToServer();
      send = (message) => socket.send(message);
    });
    await page.goto(url);
    // The first snapshot has arrived, so points belong to run 1 from now on.
    await page.locator("#figures dd").first().waitFor();
    if (send === undefined) throw new Error("the page opened no socket");
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    return new FedPage(page, session, send);
  }

  add(count: number): void {
    this.#send(pointsMessage(this.#points, count));
    this.#points += count;
  }

  /** Sends one point per frame; measures how long the page's main thread worked for each. */
  async redraw(count: number): Promise<{ busyMs: number; perSecond: number }> {
    const frames = this.#page.evaluate<number>(framesDuring(1000 * seconds));
    const before = await this.#taskSeconds();
    const startMs = performance.now();
    for (let sent = 0; sent < count; sent++) {
      this.add(1);
      const dueMs = startMs + (sent + 1) * frameMs;
      // oxlint-disable-next-line no-await-in-loop -- at the pace of a screen
      await delay(Math.max(0, dueMs - performance.now()));
    }
    const drawn = await frames;
    const busyMs = (1000 * ((await this.#taskSeconds()) - before)) / Math.min(count, drawn);
    return { busyMs, perSecond: drawn / seconds };
  }

  async #taskSeconds(): Promise<number> {
    const { metrics } = await this.#session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  }
}

/**
 * Runs in the page: counts frames for so many milliseconds. A string, because a compiled function would need the
 * compiler's helpers.
 */
function framesDuring(milliseconds: number): string {
  return `new Promise((resolve) => {
    const end = performance.now() + ${milliseconds};
    let frames = 0;
    requestAnimationFrame(function count() {
      frames += 1;
      if (performance.now() < end) requestAnimationFrame(count);
      else resolve(frames);
    });
  })`;
}

/** Points in the coordinator's format: a falling loss plus noise. */
function pointsMessage(from: number, count: number): Buffer {
  const message = Buffer.alloc(12 + 4 * width * count);
  for (const [i, word] of [1, 1, from].entries()) message.writeUInt32LE(word, 4 * i);
  for (let point = 0; point < count; point++) {
    const step = from + point + 1;
    const loss = 2 / (1 + step / 500) + 0.3 * Math.random();
    const values = [step, step / 2_000, loss, 1 - loss / 3, 0.01, 0.1 + loss];
    for (const [i, value] of values.entries()) {
      message.writeFloatLE(value, 12 + 4 * (width * point + i));
    }
  }
  return message;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
