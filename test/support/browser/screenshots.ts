/**
 * @file Makes the README's pictures of pages from one real run: `npm run screenshots`. The coordinator runs in this
 * process with a simulated terminal; dashboard and join page are real pages in a headless Chromium.
 */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ReadStream } from "node:tty";

import type { Browser, Locator, Page } from "playwright-core";

import { parseCommandLine } from "../../../coordinator/cli/parse.ts";
import { runCoordinator } from "../../../coordinator/main.ts";
import { freePort } from "../processes/local-server.ts";
import { Terminal } from "../processes/terminal.ts";
import { launchBrowser } from "./browser.ts";

const root = join(import.meta.dirname, "../../..");
const pictures = join(import.meta.dirname, "pictures");
const tokens = { join: "classroom", admin: "the-teacher" };
/** Pictures are committed, so none may be larger. */
const pictureBytesMax = 300_000;
/** How long the run trains before the pictures are taken: by then the curves have their shape. */
const trainingMs = 12_000;
/** The sections of `/learn` that the README shows, and how long their paths take at most. */
const ideas = ["momentum", "adam", "backpropagation", "average"];
const playMs = 8_000;

const folder = await mkdtemp(join(tmpdir(), "promedio-screenshots-"));
const browser = await launchBrowser();
if (browser === undefined) throw new Error("pictures of pages need a Chromium");
let interrupt: (reason: string) => void = () => {};
try {
  await photograph(browser);
} finally {
  interrupt("the pictures are taken");
  await browser.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function photograph(chromium: Browser): Promise<void> {
  await mkdir(pictures, { recursive: true });
  const terminal = new Terminal(120, 42);
  const port = await freePort();
  const ended = start(terminal, port);
  const url = `http://127.0.0.1:${port}`;
  // Whichever comes first, because a coordinator that cannot start says why.
  await Promise.race([answering(url), ended]);
  const helper = await open(
    chromium,
    { width: 390, height: 800 },
    `${url}/join#token=${tokens.join}`,
  );
  const dashboard = await open(
    chromium,
    { width: 1440, height: 1000 },
    `${url}/#token=${tokens.admin}`,
  );
  await helper.getByRole("heading", { name: "Helping" }).waitFor();
  await delay(trainingMs);
  await keep(dashboard, "dashboard");
  await keep(helper, "join");
  const learn = await open(chromium, { width: 900, height: 1000 }, `${url}/learn`);
  for (const idea of ideas) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is in sight
    await keepIdea(learn, idea);
  }
  interrupt("the pictures are taken");
  await ended;
}

/** The picture of a section of `/learn`, once its question is answered and the paths are drawn to their end. */
async function keepIdea(page: Page, idea: string): Promise<void> {
  const section = page.locator(`#${idea}`);
  await section.scrollIntoViewIfNeeded();
  await section.getByRole("button", { name: "Show it without a bet" }).click();
  await delay(playMs);
  await keep(section.locator(".stage"), `learn-${idea}`);
}

/** A coordinator with three workers on this machine, started as `npm start` would on a terminal. */
function start(terminal: Terminal, port: number): Promise<number> {
  const place = ["--host", "127.0.0.1", "--port", String(port), "--runs", join(folder, "runs")];
  const access = ["--join-token", tokens.join, "--admin-token", tokens.admin];
  // Large batches, so that every worker has a share, and a constant rate, so that it still trains when the picture
  // is taken.
  const rate = ["--optimizer", "adam", "--learning-rate", "0.003"];
  const run = ["--local-workers", "3", "--batch-size", "2000", "--epochs", "1000", ...rate];
  const args = ["coordinator", ...place, ...access, ...run];
  const command = parseCommandLine(args, {}, () => new Uint8Array(0), "");
  if (command.kind !== "coordinator") throw new Error("a coordinator was asked for");
  const ended = new Promise<string>((resolve) => (interrupt = resolve));
  return runCoordinator(command, {
    build: join(root, "build"),
    env: {},
    output: terminal,
    tell: () => {},
    log: () => {},
    input: new PassThrough() as unknown as ReadStream,
    signals: { ended, onReload: () => {} },
  });
}

async function open(
  chromium: Browser,
  viewport: { width: number; height: number },
  url: string,
): Promise<Page> {
  const page = await chromium.newPage({ viewport, locale: "en-GB", colorScheme: "light" });
  await page.goto(url);
  return page;
}

async function keep(page: Page | Locator, name: string): Promise<void> {
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  const { size } = await stat(path);
  if (size > pictureBytesMax)
    throw new Error(`${path} has ${size} bytes, at most ${pictureBytesMax}`);
  process.stdout.write(`${path}: ${Math.round(size / 1000)} kB\n`);
}

async function answering(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch {
      await delay(100);
    }
  }
}
