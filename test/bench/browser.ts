/**
 * @file A page as the only worker compared with a Node worker, each with one and with two threads, on large batches
 * of a network large enough that nearly all of a step is computing. With two threads, the coordinator is a third
 * process that wants a core now and then. A page over plain http has no SharedArrayBuffer, so its threads share no
 * memory.
 */
import { findChromium } from "../support/browser/browser.ts";
import { Cluster } from "../support/processes/cluster.ts";
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { LoneBrowser } from "./tools/lone-page.ts";
import { residentBytesOf } from "./tools/processes.ts";
import { ratios, type Report } from "./tools/report.ts";
import { datasetArguments, flags, rateBetween, trainCount } from "./tools/trainer.ts";

const rounds = 3;
const batchSize = 4096;
const epochs = 10;
const settings = {
  "batch-size": batchSize,
  layers: "784,128,10",
  epochs,
  activation: "relu",
  audit: "none",
  "checkpoint-every": epochs,
};
/** A name that only the browser knows. It is not a secure origin, like an address in a classroom. */
const plainHost = "coordinator.test";

/** A worker that has joined, and the memory it uses. */
interface Joined {
  readonly residentBytes: () => number | undefined;
  readonly leave?: () => Promise<void>;
}

type Join = (cluster: Cluster, url: string) => Joined | Promise<Joined>;

export async function benchBrowser(report: Report): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) {
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  }
  const megabytes = new Map<string, number[]>();
  const contestant = (name: string, join: Join): Contestant => {
    const resident: number[] = [];
    megabytes.set(name, resident);
    return { name, turn: () => run(join, resident) };
  };
  const page = (threads: number, host?: string): Join => {
    return async (_, url) => {
      const browser = await LoneBrowser.launch({ chromium, host });
      await browser.openWith({ url, threads, host });
      return { residentBytes: () => browser.residentBytes, leave: () => browser.close() };
    };
  };
  const names = {
    node: "Node, one thread",
    nodeTwo: "Node, two threads",
    one: "Chromium, one thread",
    two: "Chromium, two threads",
    apart: "Chromium, two threads, plain http",
  };
  const contestants = [
    contestant(names.node, startNode(1)),
    contestant(names.one, page(1)),
    contestant(names.two, page(2)),
    contestant(names.apart, page(2, plainHost)),
    contestant(names.nodeTwo, startNode(2)),
  ];
  const turns = await interleave(contestants, rounds, report);
  const rate = (name: string) => turns(name).perSecond;
  for (const { name } of contestants) report.figure(name, "samples/s", rate(name));
  const [node, one] = [rate(names.node), rate(names.one)];
  report.figure("Chromium / Node, one thread", "×", ratios(one, node), { atLeast: 0.7 });
  const scaling = (name: string, two: string, base: number[]) => {
    report.figure(`${name}, two threads / one`, "×", ratios(rate(two), base), { atLeast: 1 });
  };
  scaling("Node", names.nodeTwo, node);
  scaling("Chromium", names.two, one);
  scaling("Chromium over plain http", names.apart, one);
  for (const { name } of contestants) {
    report.figure(`${name}: resident memory`, "MB", megabytes.get(name) ?? []);
  }
}

async function run(join: Join, resident: number[]): Promise<Turn> {
  const cluster = await Cluster.create();
  let joined: Joined | undefined;
  try {
    const more = ["--allow-origin", `http://${plainHost}`, "--exit"];
    const coordinator = cluster.coordinator(...datasetArguments, ...flags(settings), ...more);
    // Each epoch adds a listener that waits for the end of the process.
    coordinator.child.setMaxListeners(0);
    const { joinUrl } = await coordinator.event("listening");
    joined = await join(cluster, String(joinUrl));
    const epoch = (number: number) => {
      return coordinator.event("epoch", (event) => event["epoch"] === number);
    };
    await epoch(epochs - 1);
    const bytes = joined.residentBytes();
    if (bytes !== undefined) resident.push(bytes / 1e6);
    // The just-in-time compilers warm up during the first two epochs.
    const [first, last] = [await epoch(2), await epoch(epochs)];
    const steps = rateBetween(first, last);
    return { perSecond: (steps * trainCount) / Math.ceil(trainCount / batchSize) };
  } finally {
    await joined?.leave?.();
    await cluster.stop();
  }
}

function startNode(threads: number): Join {
  return (cluster, url) => {
    const { pid = 0 } = cluster.worker(url, "--threads", String(threads));
    return { residentBytes: () => residentBytesOf(pid) };
  };
}
