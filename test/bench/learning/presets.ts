/**
 * @file One fingerprint per preset, whoever computes it: small networks with dropout and changed pictures, trained by 1 to 5
 * workers with one or two threads, by Node 20, 22 and 24, Chromium and Firefox, with a worker killed, and with a
 * coordinator killed and resumed. Prints a table; any other fingerprint ends it with code 1.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { findChromium } from "../../support/browser/browser.ts";
import { findFirefox, openFirefox } from "../../support/browser/firefox.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { LoneBrowser } from "../tools/lone-page.ts";
import { print, type Report } from "../tools/report.ts";

const program = join(import.meta.dirname, "../../../build/promedio.js");
const pictures = ["--dataset", "digits:320,64", "--augment", "flip,shift=2,crop=2"];

/** Small sizes of what people train. */
const presets: Readonly<Record<string, readonly string[]>> = {
  mlp: [...pictures, "--layers", "784,32,16,10"],
  cnn: [...pictures, "--model", "cnn:channels=4,hidden=16,dropout=0.2"],
  resnet: [...pictures, "--model", "resnet:channels=4,stages=2,dropout=0.2"],
  gpt: ["--model", "gpt:layers=2,heads=2,width=16,context=16,dropout=0.2"],
};
const shared = ["--epochs", "6", "--batch-size", "32", "--shard-size", "4", "--seed", "3"];

/** Who computes. Resolves once the run has its workers and, if that is the point, has survived what happens to them. */
interface Way {
  readonly name: string;
  readonly workers: number;
  /** @returns The coordinator that ends the run; `undefined`: this machine lacks what it takes. */
  readonly compute: (place: Place) => Promise<CoordinatorProcess | undefined>;
}

interface Place {
  readonly cluster: Cluster;
  readonly coordinator: CoordinatorProcess;
  readonly url: string;
}

const ways: readonly Way[] = [
  node(1, 1),
  node(1, 2),
  node(2, 1),
  node(5, 1),
  {
    name: "3 Node workers, one of them killed",
    workers: 3,
    async compute({ cluster, coordinator, url }) {
      const children = Array.from({ length: 3 }, () => cluster.worker(url));
      await coordinator.event("epoch");
      children[0]?.kill("SIGKILL");
      await coordinator.event("worker", ({ change }) => change === "left");
      return coordinator;
    },
  },
  {
    name: "2 Node workers, the coordinator killed and resumed with 3",
    workers: 2,
    async compute({ cluster, coordinator, url }) {
      for (let i = 0; i < 2; i++) cluster.worker(url);
      await coordinator.event("epoch", ({ epoch }) => epoch === 2);
      coordinator.child.kill("SIGKILL");
      await coordinator.exited;
      return cluster.coordinator("--resume", "--exit", "--local-workers", "3");
    },
  },
  otherNode(22),
  otherNode(24),
  chromium(1),
  chromium(2),
  {
    name: "Firefox",
    workers: 1,
    async compute({ cluster, coordinator, url }) {
      const path = findFirefox();
      if (path === undefined) return undefined;
      const firefox = await openFirefox(path, url);
      cluster.atEnd(() => void firefox.stop());
      return coordinator;
    },
  },
];

export async function benchPresets(report: Report): Promise<void> {
  let differing = 0;
  for (const [preset, run] of Object.entries(presets)) {
    let expected: string | undefined;
    for (const way of ways) {
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      const found = await fingerprintOf(way, run);
      const name = `${preset}: ${way.name}`;
      if (found === undefined) {
        report.absent(name, "not installed");
        continue;
      }
      expected ??= found;
      differing += Number(found !== expected);
      print(`  ${name.padEnd(72)} ${found.slice(0, 16)} ${found === expected ? "" : "DIFFERS"}`);
    }
    report.note(preset, expected ?? "nobody computed it");
  }
  report.figure("fingerprints that differ", "", [differing], { below: 1 });
  if (differing > 0) process.exitCode = 1;
}

async function fingerprintOf(way: Way, run: readonly string[]): Promise<string | undefined> {
  const cluster = await Cluster.create();
  try {
    const text = join(cluster.folder, "verse.txt");
    await writeFile(text, verse());
    const data = run.includes("--dataset") ? [] : ["--dataset", `text:${text}`];
    const who = ["--min-workers", `${way.workers}`, "--exit"];
    const coordinator = cluster.coordinator(...data, ...run, ...shared, ...who);
    const { joinUrl } = await coordinator.event("listening");
    const ending = await way.compute({ cluster, coordinator, url: String(joinUrl) });
    if (ending === undefined) return undefined;
    const { fingerprint } = await ending.event("finished");
    return String(fingerprint);
  } finally {
    await cluster.stop();
  }
}

function node(workers: number, threads: number): Way {
  const each = threads === 1 ? "1 thread" : `${threads} threads`;
  return {
    name: `${workers} Node ${process.versions.node} worker${workers === 1 ? "" : "s"}, ${each}`,
    workers,
    compute: async ({ cluster, coordinator, url }) => {
      for (let i = 0; i < workers; i++) cluster.worker(url, "--threads", `${threads}`);
      return coordinator;
    },
  };
}

/** Another Node, which npm's package `node` brings along. */
function otherNode(version: number): Way {
  return {
    name: `1 Node ${version} worker, 2 threads`,
    workers: 1,
    async compute({ cluster, coordinator, url }) {
      const command = ["--yes", "--package", `node@${version}`, "node", program, "worker", url];
      const child = spawn("npx", [...command, "--threads", "2"], {
        stdio: "ignore",
        detached: true,
      });
      cluster.atEnd(() => endGroup(child));
      const joined = coordinator.event("worker", ({ change }) => change === "joined");
      const ended = new Promise<undefined>((resolve) => {
        child.once("error", () => resolve(undefined));
        child.once("exit", () => resolve(undefined));
      });
      return (await Promise.race([joined, ended])) === undefined ? undefined : coordinator;
    },
  };
}

/** npx has a child that outlives it. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
}

function chromium(threads: number): Way {
  return {
    name: `Chromium, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
    workers: 1,
    async compute({ cluster, coordinator, url }) {
      const path = findChromium();
      if (path === undefined) return undefined;
      const browser = await LoneBrowser.launch({ chromium: path });
      cluster.atEnd(() => void browser.close());
      await browser.openWith({ url, threads });
      return coordinator;
    },
  };
}

/** A text of a few thousand characters that is always the same. */
function verse(): string {
  const words = ["to", "be", "or", "not", "that", "is", "the", "question", "whether", "nobler"];
  const lines = Array.from({ length: 160 }, (_, line) =>
    Array.from({ length: 6 }, (__, word) => words[(line * 7 + word * word * 3) % 10]).join(" "),
  );
  return `${lines.join("\n")}\n`;
}
