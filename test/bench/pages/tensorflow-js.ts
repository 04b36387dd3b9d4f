/**
 * @file The `cnn` preset in a page: our join page with one thread, and TensorFlow.js with each backend that can train it
 * (WebGL, WebAssembly, plain JavaScript). TensorFlow.js is no dependency: npm installs it in a temporary folder. Without a
 * graphics card Chromium computes WebGL on the processor.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { chromium as driver } from "playwright-core";

import { known } from "../../../shared/assert.ts";
import { chromiumFlags, findChromium } from "../../support/browser/browser.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { type Contestant, interleave, type Turn } from "../tools/interleave.ts";
import { LoneBrowser } from "../tools/lone-page.ts";
import { ratios, type Report } from "../tools/report.ts";
import { rateBetween } from "../tools/trainer.ts";

const version = "4.22.0";
const rounds = 3;
const batchSize = 64;
const seconds = 4;
const trainCount = 1_280;
const epochs = 6;
const backends = ["webgl", "wasm", "cpu"] as const;
/** Emulates a graphics card where there is none. */
const graphics = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

export async function benchTensorFlowJs(report: Report): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) {
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  }
  const folder = await mkdtemp(join(tmpdir(), "promedio-tfjs-"));
  try {
    if (!(await install(folder))) return report.absent("TensorFlow.js", "npm could not install it");
    report.note("TensorFlow.js", version);
    await compare(chromium, folder, report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(chromium: string, folder: string, report: Report): Promise<void> {
  const ours = "our page, one thread";
  const theirs: Contestant[] = [];
  for (const backend of backends) {
    const name = `TensorFlow.js, ${backend}`;
    // oxlint-disable-next-line no-await-in-loop -- one browser after the other
    const tried = await trainTheirs(chromium, folder, { backend, seconds: 0.1 });
    if (typeof tried === "string") report.absent(name, tried);
    else theirs.push({ name, turn: () => turnOf(chromium, folder, backend) });
  }
  const contestants: Contestant[] = [{ name: ours, turn: () => trainOurs(chromium) }, ...theirs];
  const turns = await interleave(contestants, rounds, report);
  for (const { name } of contestants) report.figure(name, "samples/s", turns(name).perSecond);
  for (const { name } of theirs) {
    const ratio = ratios(turns(ours).perSecond, turns(name).perSecond);
    report.figure(`our page / ${name}`, "×", ratio, { atLeast: 10 });
  }
}

async function install(folder: string): Promise<boolean> {
  const packages = ["tfjs", "tfjs-backend-wasm"].map((name) => `@tensorflow/${name}@${version}`);
  const quietly = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder];
  try {
    await promisify(execFile)("npm", ["install", ...quietly, ...packages]);
    return true;
  } catch {
    return false;
  }
}

/** A whole run of the program, of which the page is the only worker. */
async function trainOurs(chromium: string): Promise<Turn> {
  const cluster = await Cluster.create();
  let browser: LoneBrowser | undefined;
  try {
    const data = ["--dataset", `digits:${trainCount},64`, "--model", "cnn"];
    const rest = ["--batch-size", `${batchSize}`, "--epochs", `${epochs}`, "--audit", "none"];
    const coordinator = cluster.coordinator(...data, ...rest, "--exit");
    const { joinUrl } = await coordinator.event("listening");
    browser = await LoneBrowser.launch({ chromium });
    await browser.openWith({ url: String(joinUrl), threads: 1 });
    // The just-in-time compilers warm up during the first two epochs.
    const at = (number: number) => coordinator.event("epoch", ({ epoch }) => epoch === number);
    return { perSecond: batchSize * rateBetween(await at(2), await at(epochs)) };
  } finally {
    await browser?.close();
    await cluster.stop();
  }
}

async function turnOf(chromium: string, folder: string, backend: string): Promise<Turn> {
  const turn = await trainTheirs(chromium, folder, { backend, seconds });
  if (typeof turn === "string") throw new Error(turn);
  return turn;
}

/** @returns The reason if the backend cannot train the network. */
async function trainTheirs(
  chromium: string,
  folder: string,
  options: { readonly backend: string; readonly seconds: number },
): Promise<Turn | string> {
  const { server, url } = await serve(folder);
  const args = [...chromiumFlags.filter((flag) => flag !== "--disable-gpu"), ...graphics];
  const browser = await driver.launch({ executablePath: chromium, headless: true, args });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const given = JSON.stringify({ ...options, batchSize });
    const rate = await page.evaluate(`(${inThePage})(${given})`);
    return typeof rate === "number" ? { perSecond: rate * batchSize } : String(rate).slice(0, 120);
  } finally {
    await browser.close();
    server.close();
  }
}

/** Runs in the page, as text: the preset's layers, its optimizer and batches of made-up pictures. Steps per second. */
const inThePage = `async ({ backend, batchSize, seconds }) => {
  try {
    tf.wasm?.setWasmPaths("/");
    if (!(await tf.setBackend(backend))) return "the browser has none";
    await tf.ready();
    const conv = (filters, more) => tf.layers.conv2d({
      filters, kernelSize: 3, padding: "same", activation: "relu", ...more });
    const model = tf.sequential({ layers: [
      conv(16, { inputShape: [28, 28, 1] }), tf.layers.maxPooling2d({ poolSize: 2 }),
      conv(32), tf.layers.maxPooling2d({ poolSize: 2 }), tf.layers.flatten(),
      tf.layers.dense({ units: 64, activation: "relu" }),
      tf.layers.dense({ units: 10, activation: "softmax" }) ] });
    model.compile({ optimizer: tf.train.adam(0.002), loss: "categoricalCrossentropy" });
    const x = tf.randomUniform([batchSize, 28, 28, 1]);
    const labels = Array.from({ length: batchSize }, (_, i) => i % 10);
    const y = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < 1000 * seconds; steps++) await model.trainOnBatch(x, y);
    return (1000 * steps) / (performance.now() - start);
  } catch (error) {
    return String(error);
  }
}`;

const scripts: Readonly<Record<string, string>> = {
  "tf.min.js": "tfjs/dist/tf.min.js",
  "tf-backend-wasm.min.js": "tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  "tfjs-backend-wasm.wasm": "tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm",
  "tfjs-backend-wasm-simd.wasm": "tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
};
const page = `<!doctype html><script src="/tf.min.js"></script><script src="/tf-backend-wasm.min.js"></script>`;

/** A page with TensorFlow.js on loopback. */
async function serve(folder: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const name = basename(request.url ?? "");
    const path = scripts[name];
    if (path === undefined) {
      response.setHeader("content-type", "text/html").end(page);
      return;
    }
    const type = name.endsWith(".js") ? "text/javascript" : "application/wasm";
    response.setHeader("content-type", type);
    void readFile(join(folder, "node_modules/@tensorflow", path)).then((bytes) =>
      response.end(bytes),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = known(server.address() ?? undefined, "it listens");
  return {
    server,
    url: `http://127.0.0.1:${typeof address === "string" ? address : address.port}/`,
  };
}
