/**
 * @file A browser that nobody watches, for join pages. A debugger that is attached to a page gets a copy of every frame of
 * its sockets, as text: beside 400 kB of parameters a step that is half of a core. So this one opens a page, sets it
 * up if need be, and lets go of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium as driver } from "playwright-core";

import { known } from "../../shared/assert.ts";
import { chromiumFlags } from "../support/browser/browser.ts";
import { childrenOf, residentBytesOf } from "./processes.ts";

export interface LoneBrowserOptions {
  /** Path of the browser. */
  readonly chromium: string;
  /** A name that it is told is this machine. */
  readonly host?: string | undefined;
}

export interface LonePageOptions {
  /** A join URL at an address of loopback. */
  readonly url: string;
  readonly threads: number;
  /** In place of the address. */
  readonly host?: string | undefined;
}

/** A browser with a profile of its own, so with nothing in its cache. */
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

  /** Opens a page as a person does. @returns To close it again. */
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

  /** Opens a page with what its person chose, and lets go of it. */
  async openWith(options: LonePageOptions): Promise<void> {
    await setUp(this.#endpoint, options);
  }

  /** Of the process that renders the page, its workers included. */
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

/** The browser says where it can be driven, once it can be. */
async function endpointOf(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: known(child.stderr ?? undefined, "stderr is piped") });
  for await (const line of lines) {
    const found = /DevTools listening on (ws:\S+)/u.exec(line)?.[1];
    if (found === undefined) continue;
    // Whatever it says later is read and forgotten: a full pipe would stop it.
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
