/**
 * @file The library as programs and pages use it: the README's code and each example is run by a process of its own, which
 * finds `promedio` as an installed package would, or by a page of another site than the coordinator's.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decodedModel, Models } from "../../../coordinator/library/model.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { openPage } from "../../support/browser/dashboard-page.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { listenLocally } from "../../support/processes/local-server.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const examples = join(root, "test/examples");

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-library-"));
  await run("mkdir", [join(folder, "node_modules")]);
  await symlink(root, join(folder, "node_modules/promedio"));
  // A development dependency, which an application would have installed.
  await symlink(join(root, "node_modules/express"), join(folder, "node_modules/express"));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Runs a program in an empty folder. */
async function runText(name: string, text: string): Promise<{ stdout: string; stderr: string }> {
  await writeFile(join(folder, name), text);
  return await run(process.execPath, [name], { cwd: folder });
}

/** What the command line prints for a short run, which the library and a page repeat. */
const flags = ["--epochs", "1", "--batch-size", "128"];
let printed: Promise<readonly { readonly event: string; readonly fingerprint?: string }[]>;
function printedLines(): typeof printed {
  const words = [join(root, "build/promedio.js"), "start", "--exit", "--json", "--port", "0"];
  printed ??= run(process.execPath, [...words, ...flags], { cwd: folder }).then(({ stdout }) =>
    stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text)),
  );
  return printed;
}

test("gives the fingerprint of the command line with the same settings, and the same events", async () => {
  const program = `import { train } from "promedio";
    const before = process.eventNames().length;
    const run = train({ epochs: 1, batchSize: 128, workers: 2 });
    const events = [];
    for await (const { event } of run) events.push(event);
    const { fingerprint } = await run.result;
    process.stdout.write(JSON.stringify({ fingerprint, events, added: process.eventNames().length - before }));`;
  const { stdout, stderr } = await runText("train.mjs", program);
  const { fingerprint, events, added } = JSON.parse(stdout);
  const lines = await printedLines();
  expect(fingerprint).toBe(lines.at(-1)?.fingerprint);
  const lasting = ["listening", "data", "started", "epoch", "finished"];
  const among = (names: string[]) => names.filter((name) => lasting.includes(name));
  expect(among(events)).toEqual(among(lines.map(({ event }) => event)));
  expect({ added, stderr }).toEqual({ added: 0, stderr: "" });
});

test("says in one line what is wrong, as the command line does", async () => {
  const program = `import { defineRun, OperatorError, startCoordinator, startWorker, train } from "promedio";
    const said = [];
    const hear = (error) => said.push(error instanceof OperatorError ? error.message : error);
    try { defineRun({ learnRate: 1 }); } catch (error) { hear(error); }
    await train({ epochs: "many" }).result.catch(hear);
    await train({ workers: "two" }).result.catch(hear);
    await train({ model: { layers: 3 } }).result.catch(hear);
    await train({ data: null }).result.catch(hear);
    await startCoordinator({ log: "json" }).catch(hear);
    await startCoordinator({ cluster: "nats://127.0.0.1" }).catch(hear);
    await train({ data: { features: [[1], [2]], targets: [0, 1, 1] } }).result.catch(hear);
    await train({ data: { features: [[1, 2], [3]], targets: [0, 1] } }).result.catch(hear);
    await startWorker({ url: "http://127.0.0.1/nowhere" }).ended.catch(hear);
    process.stdout.write(JSON.stringify(said));`;
  const { stdout } = await runText("wrong.mjs", program);
  expect(JSON.parse(stdout)).toEqual([
    "unknown setting learnRate; did you mean learningRate?",
    "epochs must be a whole number from 1 (digits only), not many",
    "workers must be auto or a whole number from 0 to 64 (digits only), not two",
    "model must be one value; write it after the colon, or leave the line out",
    "data must be the name of a dataset, not null",
    "log must be a function, not json",
    "cluster is for the command line only; leave it out",
    "data.features has 2 samples, data.targets has 3 labels; are they of one dataset?",
    "data.features has 3 numbers, but its shape is 2 × 2; make the samples equally long",
    "http://127.0.0.1/nowhere is not a join URL; copy it from the coordinator: http://host:port/join#token=…",
  ]);
});

test("a coordinator trains with a worker of the same process, and a stopped run is resumed to the same bits", async () => {
  const program = `import { startCoordinator, startWorker, train } from "promedio";
    const settings = { epochs: 2, seed: 3 };
    const place = { host: "127.0.0.1", port: 0 };
    async function* samples() {
      for (let i = 0; i < 300; i++) yield { features: [i / 300, (i * i % 7) / 7], target: i / 100 };
    }
    const whole = await train({ ...settings, data: samples(), workers: 1 }).result;
    const coordinator = await startCoordinator({ ...settings, ...place, data: samples() });
    const worker = startWorker({ url: coordinator.joinUrl });
    const { fingerprint } = await coordinator.result;
    await coordinator.close();
    await worker.ended;
    const control = new AbortController();
    const digits = { epochs: 3, workers: 1 };
    const stopped = train({ ...digits, name: "stopped", signal: control.signal });
    for await (const { event } of stopped) {
      if (event === "epoch") { control.abort(new Error("enough")); break; }
    }
    const reason = await stopped.result.catch((error) => error.message);
    const resumed = await train({ resume: "stopped", workers: 1 }).result;
    const straight = await train(digits).result;
    process.stdout.write(JSON.stringify({ same: fingerprint === whole.fingerprint, reason,
      resumed: resumed.fingerprint === straight.fingerprint }));`;
  const { stdout } = await runText("coordinator.mjs", program);
  expect(JSON.parse(stdout)).toEqual({ same: true, reason: "enough", resumed: true });
});

test("the README's code runs as it is written", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, code = ""] = /## Use it from code[^]*?```js\n([^]*?)```/u.exec(readme) ?? [];
  const { stdout } = await runText("readme.mjs", code);
  expect(stdout).toMatch(/^[\da-f]{64}\n/u);
  expect(stdout).toContain("kind: 'class'");
});

test("every example ends with the answer that it promises", async () => {
  const names = await readdir(examples);
  const last: Record<string, string | undefined> = {};
  for (const name of names.filter((each) => each.endsWith(".mjs"))) {
    // oxlint-disable-next-line no-await-in-loop -- each has workers of its own
    const text = await readFile(join(examples, name), "utf8");
    const { stdout } = await runText(name, text);
    last[name] = stdout.trim().split("\n").at(-1);
  }
  expect(last).toEqual({
    "array.mjs": "centre: 1, corner: 0",
    "express.mjs": "the application's own page; after the training, /training is 404",
    "csv-regression.mjs": "a house of 100 m² costs about 210",
  });
});

test("exports exactly what its types declare", async () => {
  const { stdout } = await runText(
    "names.mjs",
    'import * as all from "promedio"; process.stdout.write(Object.keys(all).join());',
  );
  const types = await readFile(join(root, "build/library.d.ts"), "utf8");
  const declared = [...types.matchAll(/^export declare (?:function|class) (\w+)/gmu)];
  expect(stdout.split(",").toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    declared.map(([, name = ""]) => name).toSorted((a, b) => (a < b ? -1 : 1)),
  );
});

const browser = await launchBrowser();

describe.skipIf(browser === undefined)("in a page of another site", () => {
  /** What that site serves, by path. */
  const files = new Map<string, string | Buffer>();
  const site = createServer(({ url = "" }, response) => {
    const file = files.get(url);
    const isScript = url.endsWith(".js");
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.writeHead(file === undefined ? 204 : 200).end(file);
  });
  const problems: string[] = [];
  let origin = "";
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.create();
    origin = await listenLocally(site);
  });
  afterAll(async () => {
    site.close();
    await browser?.close();
    await cluster.stop();
  });

  test("a worker computes for a coordinator that admits the site, and another one says why it may not", async () => {
    const { fingerprint } = (await printedLines()).at(-1) ?? {};
    const token = ["--join-token", "our-class-2026"];
    const coordinator = cluster.coordinator("--allow-origin", origin, ...token, ...flags);
    const { url } = await coordinator.event("listening");
    const text = await readFile(join(examples, "help.html"), "utf8");
    files.set("/", text.replaceAll("https://train.example.org", String(url)));
    const context = await browser!.newContext();
    const page = await openPage(context, problems);
    await page.goto(origin);
    await page.click("#help");
    expect((await coordinator.event("finished")).fingerprint).toBe(fingerprint);
    await expect.poll(() => page.textContent("#status")).toMatch(/\(\d+ samples so far\)/u);
    await page.click("#help");
    await expect.poll(() => page.textContent("#help")).toBe("Help");
    expect(problems).toEqual([]);
    // To a browser this is another site.
    await page.goto(origin.replace("127.0.0.1", "localhost"));
    await page.click("#help");
    const refusal = `admit this site, with --allow-origin ${origin.replace("127.0.0.1", "localhost")}`;
    await expect.poll(() => page.textContent("#status")).toContain(refusal);
    await context.close();
  });

  test("a checkpoint that Node wrote predicts what it predicts in Node", async () => {
    const program = await readFile(join(examples, "array.mjs"), "utf8");
    await runText("array.mjs", program.replace("epochs: 60", 'epochs: 1, name: "circle"'));
    const left = await readdir(join(folder, "runs/circle"), { recursive: true });
    const path = join("runs/circle", left.find((name) => name.endsWith(".safetensors")) ?? "");
    const checkpoint = await readFile(join(folder, path));
    files.set("/", await readFile(join(examples, "predict.html"), "utf8"));
    files.set("/library.js", await readFile(join(root, "build/pages/library.js")));
    files.set("/circle.safetensors", checkpoint);
    const context = await browser!.newContext();
    const page = await openPage(context, problems);
    await page.goto(origin);
    await page.fill("#x", "0.7");
    const wasm = await readFile(join(root, "build/kernel.wasm"));
    const models = new Models(async () => instantiateKernel(wasm));
    const [answer] = await models.predict(models.add(decodedModel(checkpoint)), [[0.7, 0]]);
    const share = answer?.kind === "class" ? answer.shares["1"] : undefined;
    const expected = `inside: ${Math.round(100 * (share ?? Number.NaN))} %`;
    await expect.poll(() => page.textContent("#answer")).toBe(expected);
    await context.close();
  });
});
