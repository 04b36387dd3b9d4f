/** The join page in a real headless Chromium, in every state in which a person may find it. */
import { hostname } from "node:os";

import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { violationsIn } from "../support/browser/accessibility.ts";
import { launchBrowser, patienceMs } from "../support/browser/browser.ts";
import { tabOf } from "../support/browser/tab.ts";
import { drawsWhileItHelps } from "../support/classroom/join-page.ts";
import { firstOf } from "../support/fixtures/effort.ts";
import { Cluster, type CoordinatorProcess, type JsonEvent } from "../support/processes/cluster.ts";
import { undisturbedFingerprint } from "../support/trainers/undisturbed-run.ts";

/** To a browser, the machine's name is not a secure origin, but loopback addresses are. */
const plainHost = hostname().toLowerCase();
const browser: Browser | undefined = await launchBrowser([
  `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`,
]);

const args = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];
const short = [...args, "--epochs", "3"];
const endless = [...args, "--epochs", "100000"];

let cluster: Cluster;
let usual: BrowserContext | undefined;
let context: BrowserContext;
let page: Page;
const problems: string[] = [];

afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  cluster = await Cluster.create();
  problems.length = 0;
  // Every coordinator has another origin, so most tests share a context, which takes a second to open.
  usual ??= await contextOf({});
  context = usual;
  page = await open(usual);
});
afterEach(async () => {
  await page.close();
  if (context !== usual) await context.close();
  await cluster.stop();
  if (problems.length > 0) throw new Error(problems.join("\n"));
});

/** Replaces the browser's own API: records requests, and lets the test hide the page. */
const wakeLocks = `{
  let lock;
  const history = [];
  const request = async (type) => {
    history.push(type);
    lock = { released: false };
    lock.release = async () => {
      lock.released = true;
      history.push("let go");
    };
    return lock;
  };
  let state = "visible";
  const see = (newState) => {
    state = newState;
    if (state === "hidden") lock.released = true;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
  Object.defineProperty(document, "visibilityState", { get: () => state });
  globalThis.wakeLocks = { history, see };
}`;

/** A page that computes with all its might, for as long as a test looks at it, takes the machine from the others. */
const gently = `try {
  localStorage.getItem("promedio.effort") ?? localStorage.setItem("promedio.effort", "25");
} catch {}`;

/** Chromium's own message about a socket that cannot be opened. */
const browsersOwn = /^WebSocket connection to/u;

/** A new browser. */
async function contextOf(options: BrowserContextOptions): Promise<BrowserContext> {
  const made = await browser!.newContext({ locale: "en-GB", ...options });
  await made.addInitScript(gently);
  return made;
}

/** Opens the page in another browser. */
async function reopen(options: BrowserContextOptions): Promise<void> {
  await page.close();
  context = await contextOf(options);
  page = await open(context);
}

async function open(inside: BrowserContext): Promise<Page> {
  const opened = await inside.newPage();
  opened.setDefaultTimeout(patienceMs);
  opened.on("pageerror", ({ message }) => problems.push(message));
  opened.on("console", (message) => {
    if (message.type() === "error" && !browsersOwn.test(message.text())) {
      problems.push(message.text());
    }
  });
  return opened;
}

async function joinUrlOf(coordinator: CoordinatorProcess): Promise<string> {
  return String((await coordinator.event("listening"))["joinUrl"]);
}

async function headline(name: string): Promise<void> {
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

describe.skipIf(browser === undefined)("the join page", () => {
  let expected: string;
  /** For the tests that only join it. */
  let stage: Cluster;
  let common: CoordinatorProcess;
  beforeAll(async () => {
    expected = await undisturbedFingerprint(...short);
    stage = await Cluster.create();
    common = stage.coordinator(...endless);
  });
  afterAll(() => stage.stop());

  /** The next event of this kind, not one of an earlier test. */
  function next(name: string, wanted: (event: JsonEvent) => boolean): Promise<JsonEvent> {
    const earlier = new Set(common.events);
    return common.event(name, (event) => !earlier.has(event) && wanted(event));
  }

  test("computes by itself, shows its speed and its share of the run, and pauses and resumes by keyboard alone", async () => {
    await page.goto(await joinUrlOf(common));
    await headline("Helping");
    expect(await page.title()).toBe("Helping · Promedio");
    expect(await page.locator("#pace").textContent()).toMatch(/^[\d,]+$/u);
    expect(await page.locator("#share").textContent()).toBe("100.0 %");
    expect(await violationsIn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violationsIn(page)).toEqual([]);
    // axe-core has no rule for these: they must be as readable as other soft text.
    const colorOf = (selector: string, part = "") =>
      page.evaluate(`getComputedStyle(document.querySelector("${selector}"), "${part}").color`);
    expect(await colorOf("#name", "::placeholder")).toBe(await colorOf("#shown-as"));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const waiting = next("waiting", ({ reason }) => String(reason).includes("1 more worker"));
    await page.keyboard.press("Enter");
    await headline("Paused");
    await waiting;
    const before = common.events.filter(({ event }) => event === "epoch").length;
    await page.keyboard.press("Enter");
    await headline("Helping");
    await common.event("epoch", ({ epoch }) => Number(epoch) > before + 1);
  });

  test("at 50 % effort reaches the same fingerprint, and remembers name and effort", async () => {
    const first = cluster.coordinator("--exit", ...short);
    const joinUrl = new URL(await joinUrlOf(first));
    await page.goto(joinUrl.origin + "/join#token=none");
    await page.getByLabel("Effort").fill("50");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("Name").press("Enter");
    await page.goto("about:blank");
    await page.goto(joinUrl.href);
    const joined = await first.event("worker", ({ change }) => change === "joined");
    expect(joined["name"]).toBe("Ada");
    expect(await page.getByLabel("Effort").inputValue()).toBe("50");
    expect((await first.event("finished"))["fingerprint"]).toBe(expected);
  });

  test("reads a digit that is drawn on it and shows its column, while it computes", async () => {
    await page.goto("about:blank");
    await drawsWhileItHelps(tabOf(page), await joinUrlOf(common));
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    expect(await violationsIn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violationsIn(page)).toEqual([]);
  });

  test("says that the run is over, even after the coordinator has closed, and joins the next one by itself", async () => {
    const first = cluster.coordinator(...short);
    const joinUrl = new URL(await joinUrlOf(first));
    await page.goto(joinUrl.href);
    await headline("The run is over");
    expect(await page.locator("#pace").textContent()).toBe("2,100");
    expect(await violationsIn(page)).toEqual([]);
    first.child.kill("SIGTERM");
    await page.getByText("The coordinator has closed.", { exact: false }).waitFor();
    await headline("The run is over");
    const token = new URLSearchParams(joinUrl.hash.slice(1)).get("token") ?? "";
    const place = ["--port", joinUrl.port, "--join-token", token];
    await first.exited;
    cluster.coordinator(...endless, ...place);
    await headline("Helping");
  });

  test("refused for its token, it says what to do, and joins as soon as it has the right link", async () => {
    const joinUrl = await joinUrlOf(common);
    await page.goto(joinUrl.replace(/token=.*/u, "token=not-the-token"));
    await headline("No access");
    await page.getByText("Open the join link", { exact: false }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole("button", { name: "Join again" }).click();
    const refused = () => common.events.filter(({ change }) => change === "refused");
    await expect.poll(() => refused().length).toBe(2);
    expect(refused()[0]).toMatchObject({ error: "ERR_TOKEN", code: "token-wrong" });
    await page.goto(joinUrl);
    await headline("Helping");
  });

  test("when its worker crashes it says so, and a press of the button joins again", async () => {
    const script = { contentType: "text/javascript", body: "throw new Error('no luck')" };
    const headers = { "Cross-Origin-Embedder-Policy": "require-corp" };
    await page.route("**/host.js", (route) => route.fulfill({ ...script, headers }));
    await page.goto(await joinUrlOf(common));
    await headline("Stopped");
    expect(await page.locator("#detail").textContent()).toContain("no luck");
    await page.unroute("**/host.js");
    await page.getByRole("button", { name: "Join again" }).click();
    await headline("Helping");
  });

  test("speaks the browser's language, and another one on request, without leaving the run", async () => {
    await reopen({ locale: "es-MX" });
    await page.goto(await joinUrlOf(common));
    await headline("Ayudando");
    expect(await page.locator("html").getAttribute("lang")).toBe("es");
    expect(await violationsIn(page)).toEqual([]);
    const before = common.events.length;
    await page.getByLabel("Idioma").selectOption("English");
    await headline("Helping");
    const since = common.events.slice(before);
    expect(since.filter(({ change }) => change === "left")).toEqual([]);
    await page.reload();
    await headline("Helping");
    expect(await page.getByLabel("Language").inputValue()).toBe("en");
  });

  /** Spanish words are longer, and replace English ones. */
  const speakers = [
    {
      locale: "es-ES",
      over: "Terminado",
      closed: "El coordinador se cerró.",
      pause: "Pausar",
    },
    {
      locale: "en-GB",
      over: "The run is over",
      closed: "The coordinator has closed.",
      pause: "Pause",
    },
  ];

  test.each(firstOf(1, speakers))(
    "fits a phone 390 px wide, and nothing moves from the first paint to the coordinator's end, $locale",
    async ({ locale, over, closed, pause }) => {
      const viewport = { width: 390, height: 844 };
      await reopen({ viewport, locale, hasTouch: true, isMobile: true });
      const coordinator = cluster.coordinator(...short);
      await page.goto(await joinUrlOf(coordinator));
      await headline(over);
      // Its own column of the promedio, of the last complete step.
      expect(await page.locator("#column td").allTextContents()).toEqual(
        Array.from({ length: 6 }, () => expect.stringMatching(/^(?:[+−]\d[\d.,]+(?:e-\d+)?|0)$/u)),
      );
      await page.getByRole("button", { name: pause }).tap();
      coordinator.child.kill("SIGTERM");
      await page.getByText(closed, { exact: false }).waitFor();
      const shifts = await page.evaluate(async () => {
        const entries = await new Promise<PerformanceEntryList>((resolve) => {
          const observer = new PerformanceObserver((list) => resolve(list.getEntries()));
          observer.observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve([]), 200);
        });
        // A page whose script is late is painted in English first; changing its words moves less than this.
        const moved = entries.filter(
          (entry) => (entry as unknown as { value: number }).value > 0.002,
        );
        return moved.map((entry) => JSON.stringify(entry));
      });
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBe(390);
      expect(shifts).toEqual([]);
    },
  );

  test("over plain http it says in one sentence what the browser withholds, and computes all the same", async () => {
    const joinUrl = new URL(await joinUrlOf(common));
    joinUrl.hostname = plainHost;
    await page.goto(joinUrl.href);
    await page.getByLabel("Threads").fill("2");
    await headline("Helping");
    await page.getByText("Over plain http the browser", { exact: false }).waitFor();
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    expect(await violationsIn(page)).toEqual([]);
  });

  test("keeps the screen on while it computes and is visible, and releases it when paused, hidden or done", async () => {
    await page.addInitScript(wakeLocks);
    const coordinator = cluster.coordinator(...endless);
    await page.goto(await joinUrlOf(coordinator));
    await headline("Helping");
    const history = () => page.evaluate<string[]>("wakeLocks.history");
    await expect.poll(history).toEqual(["screen"]);
    await page.getByRole("button", { name: "Pause" }).click();
    await headline("Paused");
    await expect.poll(history).toEqual(["screen", "let go"]);
    await page.getByRole("button", { name: "Resume" }).click();
    await headline("Helping");
    await expect.poll(history).toEqual(["screen", "let go", "screen"]);

    // A hidden page loses its lock by itself and does not request a new one.
    const steps = async () => Number((await page.locator("#step").textContent())!.replace(",", ""));
    await page.evaluate("wakeLocks.see('hidden')");
    const hiddenAt = await steps();
    await expect.poll(steps).toBeGreaterThan(hiddenAt);
    expect(await history()).toEqual(["screen", "let go", "screen"]);
    await page.evaluate("wakeLocks.see('visible')");
    await expect.poll(history).toEqual(["screen", "let go", "screen", "screen"]);

    coordinator.child.kill("SIGTERM");
    await expect.poll(history).toEqual(["screen", "let go", "screen", "screen", "let go"]);
    const last = cluster.coordinator(...args, "--epochs", "30");
    await page.goto(await joinUrlOf(last));
    await expect.poll(history).toEqual(["screen"]);
    await headline("The run is over");
    await expect.poll(history).toEqual(["screen", "let go"]);
  });

  test("a tab that the browser freezes hands its work over first, and comes back", async () => {
    const coordinator = cluster.coordinator(...endless);
    await page.goto(await joinUrlOf(coordinator));
    await headline("Helping");
    const devtools = await context.newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await coordinator.event("waiting", ({ reason }) => String(reason).includes("1 more worker"));
    const left = coordinator.events.filter(({ change }) => change === "left");
    expect(left).toEqual([]);
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await headline("Helping");
  });
});
