/**
 * @file A page in a headless Firefox that a test reads and clicks in, by WebDriver BiDi: JSON commands on a WebSocket. Playwright
 * drives only a Firefox of its own.
 *
 * @see https://w3c.github.io/webdriver-bidi/
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { WebSocket } from "ws";

import { patienceMs } from "./browser.ts";
import { openFirefox } from "./firefox.ts";
import type { Key, Spot, Tab } from "./tab.ts";

/** Where Firefox writes the port on which it listens, in its profile. */
const portFile = "WebDriverBiDiServer.json";

/** Opens an empty page of this size in a new Firefox, which ends with the page. */
export async function openFirefoxTab(
  path: string,
  viewport: { readonly width: number; readonly height: number },
): Promise<Tab> {
  const firefox = await openFirefox(path, "about:blank", ["--remote-debugging-port=0"]);
  const driver = await Driver.connect(await portIn(firefox.profile));
  await driver.send("session.new", { capabilities: {} });
  const { contexts } = await driver.send<{ contexts: { context: string }[] }>(
    "browsingContext.getTree",
    {},
  );
  const context = contexts[0]?.context;
  await driver.send("browsingContext.setViewport", { context, viewport });
  return {
    browser: "Firefox",
    async open(url) {
      await driver.send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async evaluate(expression) {
      const answer = await driver.send<Evaluated>("script.evaluate", {
        expression: `(async () => JSON.stringify(await (${expression})) ?? "null")()`,
        target: { context },
        awaitPromise: true,
      });
      if (answer.type === "exception") throw new Error(answer.exceptionDetails.text);
      return JSON.parse(answer.result.value);
    },
    async press(key) {
      const value = keyValues[key];
      const actions = [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ];
      const keys = { type: "key", id: "keys", actions };
      await driver.send("input.performActions", { context, actions: [keys] });
    },
    async drag([first, ...rest]) {
      if (first === undefined) return;
      const [down, up] = [
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      const actions = [move(first), down, ...rest.map(move), up];
      const parameters = { pointerType: "mouse" };
      const mouse = { type: "pointer", id: "mouse", parameters, actions };
      await driver.send("input.performActions", { context, actions: [mouse] });
    },
    async close() {
      driver.close();
      await firefox.stop();
    },
  };
}

/** As WebDriver writes keys that are not characters. */
const keyValues: Readonly<Record<Key, string>> = {
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  End: "\uE010",
  Enter: "\uE006",
};

function move({ x, y }: Spot): object {
  return { type: "pointerMove", x: Math.round(x), y: Math.round(y) };
}

type Evaluated =
  | { readonly type: "success"; readonly result: { readonly value: string } }
  | { readonly type: "exception"; readonly exceptionDetails: { readonly text: string } };

async function portIn(profile: string): Promise<number> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- until it is there
      const { ws_port: port } = JSON.parse(await readFile(join(profile, portFile), "utf8"));
      return port;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await delay(50);
    }
  }
}

interface Reply {
  readonly type: "success" | "error" | "event";
  readonly id?: number;
  readonly result?: unknown;
  readonly message?: string;
}

/** Sends commands, and gives each the answer with its number. */
class Driver {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const reply: Reply = JSON.parse(data.toString());
      this.#waiting.get(reply.id ?? 0)?.(reply);
      this.#waiting.delete(reply.id ?? 0);
    });
  }

  static async connect(port: number): Promise<Driver> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/session`);
    await once(socket, "open");
    return new Driver(socket);
  }

  async send<Result>(method: string, params: object): Promise<Result> {
    const id = this.#next++;
    const answered = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, result, message } = await answered;
    if (type === "error") throw new Error(`${method}: ${message}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the standard says
    return result as Result;
  }

  close(): void {
    this.#socket.terminate();
  }
}
