/** @file A run that waits says for whom, on real processes: in the output and on the dashboards. */
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";

import type { RunView } from "../../coordinator/run/view.ts";
import type { DashboardMessage } from "../../coordinator/watch/dashboard-messages.ts";
import { sayAtTerminal } from "../../shared/words/sentence.ts";
import type { Cluster } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

const run = ["--dataset=digits:600,100", "--batch-size=20", "--shard-size=5", "--epochs=100000"];
const sentence =
  /^(waiting for block \[\d+, \d+\) of step ([\d,]+), given to quick) ([\d.]+) s ago$/u;

let cluster: Cluster;
let dashboard: Dashboard | undefined;

eachWithCluster((fresh) => (cluster = fresh));
afterEach(async () => {
  dashboard?.close();
});

test("when the only worker stalls with its block, output and dashboards name both, until it continues", async () => {
  const coordinator = cluster.coordinator(...run);
  const { joinUrl, dashboardUrl } = await coordinator.event("listening");
  const quick = cluster.worker(String(joinUrl), "--name=quick");
  await coordinator.event("epoch");
  dashboard = new Dashboard(String(dashboardUrl));
  await dashboard.until(({ states }) => states.length > 0);
  const earlier = new Set(coordinator.events);
  quick.kill("SIGSTOP");

  const { reason } = await coordinator.event("waiting", (event) => !earlier.has(event));
  expect(reason).toMatch(sentence);
  const said = partsOf(reason);
  expect(said.seconds).toBeGreaterThanOrEqual(1);
  // There are five states per second, so the last of these is from more than a second later.
  await dashboard.until(({ waits }) => waits.length >= 8);
  const shown = dashboard.waits.at(-1);
  expect(shown).toMatch(sentence);
  expect(partsOf(shown).what).toBe(said.what);
  expect(partsOf(shown).seconds).toBeGreaterThan(said.seconds);
  expect(dashboard.states.at(-1)).toMatchObject({ step: said.step, phase: "training" });
  expect(dashboard.reasons.filter((each) => each.includes("quick"))).toEqual([reason]);

  quick.kill("SIGCONT");
  await dashboard.until(({ states }) => states.at(-1)?.waitingFor === null);
  await dashboard.until(({ states }) => Number(states.at(-1)?.step) > said.step);
});

/** The parts of a sentence like "waiting for block [0, 4) of step 1,212, given to quick 2.1 s ago". */
function partsOf(reason: unknown) {
  const [, what = "", step = "", seconds] = sentence.exec(String(reason)) ?? [];
  return { what, step: Number(step.replaceAll(",", "")), seconds: Number(seconds) };
}

/** What a dashboard receives about the run and about its waits. */
class Dashboard {
  readonly states: RunView[] = [];
  /** The reasons in the events. */
  readonly reasons: string[] = [];
  readonly #socket: WebSocket;
  #changed: (() => void)[] = [];

  constructor(pageUrl: string) {
    const { host, hash } = new URL(pageUrl);
    const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
    this.#socket = new WebSocket(`ws://${host}/watch`);
    this.#socket.once("open", () => this.#socket.send(JSON.stringify({ token })));
    this.#socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      this.#receive(JSON.parse(data.toString()) as DashboardMessage);
    });
  }

  /** What the run waited for, according to the states. */
  get waits(): string[] {
    return this.states.flatMap(({ waitingFor }) => (waitingFor ? [sayAtTerminal(waitingFor)] : []));
  }

  async until(condition: (dashboard: Dashboard) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(message: DashboardMessage): void {
    if (message.kind === "state" && message.view.run !== null) this.states.push(message.view.run);
    if (message.kind === "event" && message.event.event === "waiting") {
      this.reasons.push(sayAtTerminal(message.event.reason));
    }
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
