/**
 * @file A real headless browser for end-to-end tests: whichever Chromium this machine has. Loopback only; everything
 * that a browser would ask the internet for is turned off.
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

/** Loopback only: everything that a browser would ask the internet for is off. */
export const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of a Chromium on this machine; `undefined` when there is none. */
export function findChromium(): string | undefined {
  return paths.find((path) => path !== undefined && existsSync(path));
}

/**
 * Starts a browser, with more flags if need be. Without one on this machine: `undefined` and a visible line, so that a test can skip itself.
 *
 * @throws If there is none and `CI` is set: there, a skipped test is a failure.
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
