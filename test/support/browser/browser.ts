/**
 * @file A real headless browser for end-to-end tests: any Chromium on this machine. Loopback only; everything that
 * a browser would request from the internet is turned off.
 */
import { existsSync } from "node:fs";

import { type Browser, chromium } from "playwright-core";

const paths = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a test waits for something on a page: only one that would never come should take as long. */
export const patienceMs = 60_000;

/** Path of a Chromium on this machine; `undefined` if there is none. */
export function findChromium(): string | undefined {
  return paths.find((path) => path !== undefined && existsSync(path));
}

/**
 * Starts a browser, optionally with more flags. If this machine has none, returns `undefined` and prints a line, so
 * that a test can skip itself.
 *
 * @throws If there is none and `CI` is set, because there a skipped test is a failure.
 */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const message = "no Chromium found: browser tests are skipped (set CHROMIUM to its path)";
    if (process.env["CI"] === "true") throw new Error(message);
    process.stderr.write(`${message}\n`);
    return undefined;
  }
  return await chromium.launch({
    executablePath,
    headless: true,
    args: [...chromiumFlags, ...more],
  });
}
