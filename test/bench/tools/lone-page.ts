/**
 * @file A browser without an attached debugger, for join pages. A debugger gets a copy of every frame of the page's
 * sockets as text; with 400 kB of parameters per step that costs half a core. So this one opens a page, sets it up
 * if necessary, and detaches.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium as driver } from "playwright-core";

import { known } from "../../../shared/assert.ts";
import { chromiumFlags } from "../../support/browser/browser.ts";
import { childrenOf, residentBytesOf } from "./processes.ts";

export interface LoneBrowserOptions {
  /** Path of the browser. */
  readonly chromium: string;
  /** A host name that the browser resolves to this machine. */
  readonly host?: string | undefined;
}

export interface LonePageOptions {
  /** A join URL at a loopback address. */
  readonly url: string;
  readonly threads: number;
  /** Replaces the address. */
  readonly host?: string | undefined;
}

/** A browser with its own profile, so with an empty cache. */
export class LoneBrowser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #endpoint: string;

  private constructor(child: ChildProcess, profile: string, endpoint: string) {
    this.#child = child;
    this.#profile = profile;
    this.#endpoint = endpoint;
  }

  static async launch({
    chromium,
    host = "unused.test",
  }: LoneBrowserOptions): Promise<LoneBrowser> {
    const profile = await mkdtemp(join(tmpdir(), "promedio-bench-"));
    const own = ["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
    const resolve = `--host-resolver-rules=MAP ${host} 127.0.0.1`;
    const child = spawn(chromium, [...chromiumFlags, ...own, resolve, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return new LoneBrowser(child, profile, await endpointOf(child));
  }

  /** Opens a page as a person does. @returns A function that closes it. */
  async open(url: string): Promise<() => Promise<void>> {
    const { id } = JSON.parse(await this.#ask(`new?${encodeURIComponent(url)}`));
    return async () => void (await this.#ask(`close/${id}`));
  }

  async #ask(what: string): Promise<string> {
    const { host } = new URL(this.#endpoint);
    const answer = await fetch(`http://${host}/json/${what}`, { method: "PUT" });
    if (!answer.ok) throw new Error(`the browser answered ${answer.status} to ${what}`);
    return await answer.text();
  }

  /** Opens a page with a person's choices, and detaches from it. */
  async openWith(options: LonePageOptions): Promise<void> {
    await setUp(this.#endpoint, options);
  }

  /** Of the process that renders the page, including its workers. */
  get residentBytes(): number | undefined {
    return largestRenderer(this.#child.pid ?? 0);
  }

  async close(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    await closed;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The browser prints its debugging address once it is ready. */
async function endpointOf(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: known(child.stderr ?? undefined, "stderr is piped") });
  for await (const line of lines) {
    const found = /DevTools listening on (ws:\S+)/u.exec(line)?.[1];
    if (found === undefined) continue;
    // Keep reading and discard the rest, because a full pipe would block the browser.
    child.stderr?.resume();
    return found;
  }
  throw new Error("the browser ended before it could be driven");
}

async function setUp(endpoint: string, { url, threads, host }: LonePageOptions): Promise<void> {
  const browser = await driver.connectOverCDP(endpoint);
  try {
    const context = known(browser.contexts()[0], "a browser has a default context");
    const page = context.pages()[0] ?? (await context.newPage());
    await page.addInitScript(`localStorage.setItem("promedio.threads", "${threads}")`);
    const there = new URL(url);
    if (host !== undefined) there.hostname = host;
    await page.goto(there.href);
    if ((await page.evaluate("crossOriginIsolated")) !== (host === undefined)) {
      throw new Error(`${there.origin} shares memory, or does not, other than was meant`);
    }
  } finally {
    await browser.close();
  }
}

function largestRenderer(browserPid: number): number | undefined {
  const renderers = descendantsOf(browserPid).filter((pid) => isRenderer(pid));
  const bytes = renderers.flatMap((pid) => residentBytesOf(pid) ?? []);
  return bytes.length === 0 ? undefined : Math.max(...bytes);
}

function isRenderer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
  } catch {
    return false;
  }
}

function descendantsOf(pid: number): number[] {
  try {
    return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    // It has just ended, or there is no /proc.
    return [];
  }
}
