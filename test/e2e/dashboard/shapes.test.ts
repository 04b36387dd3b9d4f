/**
 * @file The dashboard in a real headless Chromium on data that is not 28 × 28: pictures of 20 × 30 pixels in 62 classes,
 * colour pictures, and rows of tables with numbers or classes to predict.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { typedFeatures } from "../../../coordinator/dashboard/answers/raw-row.ts";
import { decodeCheckpoint } from "../../../coordinator/storage/checkpoint.ts";
import { Predictor } from "../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import {
  eachWithPage,
  openDashboard,
  phase,
  startShortRun,
} from "../../support/browser/dashboard-page.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { startWorkersHere } from "../../support/processes/test-worker.ts";
import { idxBytes, writeFiles } from "../../unit/coordinator/datasets/idx-files.ts";

const browser: Browser | undefined = await launchBrowser();
let cluster: Cluster;
let page: Page;
let folder: string;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-shapes-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Trains one epoch on samples of this shape, four of each class per split, and opens the dashboard. */
async function finishRunOn(shape: readonly number[], classes: number): Promise<void> {
  const size = shape.reduce((product, length) => product * length, 1);
  const count = 4 * classes;
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  // Bright where the class says, with a little that tells the samples of a class apart.
  const values = labels.flatMap((label, i) =>
    Array.from({ length: size }, (_, at) => (at % classes === label ? 200 : (7 * i + at) % 50)),
  );
  const names = ["train", "t10k"].flatMap((split): [string, Uint8Array][] => [
    [`${split}-images-idx${shape.length + 1}-ubyte`, idxBytes([count, ...shape], values)],
    [`${split}-labels-idx1-ubyte`, idxBytes([count], labels)],
  ]);
  await writeFiles(folder, Object.fromEntries(names));
  const flags = ["--dataset", `idx:${folder}`, "--epochs", "1", "--batch-size", "8"];
  await openDashboard(page, await startShortRun(cluster, flags));
  await phase(page, "Finished");
}

async function see(id: string): Promise<void> {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
}

/** Width and height of the first canvas, in its own pixels. */
async function sizeOf(canvas: string): Promise<[number, number]> {
  await page.locator(canvas).first().waitFor();
  return await page.evaluate<[number, number]>(`{
    const { width, height } = document.querySelector("${canvas}");
    [width, height]
  }`);
}

async function draw(): Promise<void> {
  await see("pad");
  const box = (await page.locator("#pad").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.8, { steps: 4 });
  await page.mouse.up();
  await page.locator("#answer").filter({ hasText: "The network reads" }).waitFor();
}

function pngFile(name: string, buffer: Buffer) {
  return { name, mimeType: "image/png", buffer };
}

describe.skipIf(browser === undefined)("the dashboard", () => {
  test("shows samples of 20 × 30 as such pictures, and 62 classes as a matrix with its worst pairs", async () => {
    await finishRunOn([20, 30], 62);
    await see("weights-how");
    // 16 neurons, 4 in a row, with gaps of 2 pixels.
    await expect.poll(() => sizeOf("#weights")).toEqual([4 * 32 - 2, 4 * 22 - 2]);
    expect(await page.locator("#confusion tbody tr").count()).toBe(62);
    expect(await page.locator("#pairs li").count()).toBeGreaterThan(2);
    await draw();
    expect(await sizeOf("#seen")).toEqual([30, 20]);
    expect(await sizeOf("#pad")).toEqual([280, 187]);
    expect(await page.locator("#bars li").count()).toBe(12);
    await see("mistakes");
    await expect.poll(() => sizeOf("#mistakes li:not(.filler) canvas")).toEqual([30, 20]);
    await page.getByLabel("By observation").check({ force: true });
    await see("promedio");
    expect(await sizeOf("#promedio canvas")).toEqual([30, 20]);
    await page.getByText("layer 1, pixel 11,16 → neuron 2").waitFor();
    expect(problems).toEqual([]);
  });

  test("shows colour pictures in colour, and reads a drawing in red as red", async () => {
    await finishRunOn([6, 8, 3], 4);
    await see("weights-how");
    await page.getByText("a colour brighter than mid-grey excites it").waitFor();
    await see("ink-label");
    await page.locator("#ink").fill("#ff0000");
    await draw();
    // The pixel in the middle of what the network sees.
    const middle = `[...document.querySelector("#seen").getContext("2d").getImageData(4, 3, 1, 1).data]`;
    const [red = 0, green, blue] = await page.evaluate<number[]>(middle);
    expect(red).toBeGreaterThan(50);
    expect([green, blue]).toEqual([0, 0]);

    // A picture file of twice the size, green with a transparent right half, whose left and right edges are cut off.
    const png = await page.evaluate<string>(`{
      const canvas = Object.assign(document.createElement("canvas"), { width: 20, height: 12 });
      const context = canvas.getContext("2d");
      context.fillStyle = "#00ff00";
      context.fillRect(0, 0, 10, 12);
      canvas.toDataURL("image/png").split(",")[1];
    }`);
    await page.getByText("Open a picture file").click();
    await page
      .locator("#picture-file")
      .setInputFiles(pngFile("half.png", Buffer.from(png, "base64")));
    const pixelsAt = (x: number) =>
      page.evaluate<number[]>(
        `[...document.querySelector("#seen").getContext("2d").getImageData(${x}, 3, 1, 1).data]`,
      );
    await expect.poll(() => pixelsAt(0)).toEqual([0, 255, 0, 255]);
    expect(await pixelsAt(7)).toEqual([255, 255, 255, 255]);
    await page
      .locator("#picture-file")
      .setInputFiles(pngFile("odd.png", Buffer.from("no picture")));
    await page.getByText("This browser can't read odd.png as a picture.").waitFor();
    await page.getByText("Nothing drawn yet").waitFor();
    await page.getByText("layer 1, red of pixel 4,5 → neuron 1").waitFor();
    expect(problems).toEqual([]);
  });

  test("shows a table's 4 columns as bars, and nothing to draw", async () => {
    await finishRunOn([4], 3);
    expect(await page.locator("#try-card").isVisible()).toBe(false);
    await see("weights-how");
    await page.locator("#weights[data-kind=bars]").waitFor();
    await see("mistakes");
    await page.locator("#mistakes li:not(.filler) canvas[data-kind=bars]").first().waitFor();
    await page.getByText("layer 1, feature 3 → neuron 1").waitFor();
    expect(problems).toEqual([]);
  });

  test("of a table with a number to predict, shows how far it is off, the worst rows, and an answer to a typed row", async () => {
    const towns = ["Lima", "Bonn", "Oslo"];
    const cells = Array.from({ length: 100 }, (_, i) => {
      const [area, town] = [40 + ((i * 37) % 90) + (i % 4) / 4, towns[i % 3]!];
      return [area, town, (2 * area + 50 * (i % 3) + (i % 7)).toFixed(1)];
    });
    const table = join(folder, "homes.csv");
    await writeFile(table, `area,town,rent\n${cells.map((row) => row.join()).join("\n")}\n`);
    const flags = ["--dataset", `csv:${table}`, "--validation", "0.1", "--batch-size", "8"];
    const coordinator = cluster.coordinator(...flags, "--epochs", "50000");
    await startWorkersHere(cluster, coordinator, { paceMs: 5 });
    await openDashboard(page, coordinator);
    await phase(page, "Training");
    expect(await page.locator("#pad, #confusion, #threshold-card").first().isVisible()).toBe(false);
    await see("regression");
    // The test samples wait until the end.
    await page.getByText("Validation samples: 8, at step").waitFor();
    await page.locator("#again [name=epochs]").fill("40");
    await page.getByRole("button", { name: "Start this run" }).click();
    await phase(page, "Finished");
    const finished = await coordinator.event("finished");
    await see("regression");
    await page.getByText("Test samples: 20, at step 360").waitFor();
    const dots = await page.locator("#scatter .dots").getAttribute("d");
    expect(dots!.split("M").length - 1).toBe(20);
    await see("mistakes-card");
    const row = page.locator("#mistake-rows tbody tr");
    await expect.poll(() => row.count()).toBe(12);
    const [truth, , , area, town] = await row.first().locator("th, td").allTextContents();
    expect(cells.map(String)).toContain([area, town, Number(truth).toFixed(1)].join());

    await see("row-form");
    await page.locator("#row-truth").filter({ hasText: "the data say: rent" }).waitFor();
    await page.getByLabel("area").fill("77,5");
    await page.getByLabel("town").selectOption("Bonn");
    const decoded = decodeCheckpoint(readFileSync(String(finished["checkpoint"])));
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.reason));
    const { config, parameters, data } = decoded.checkpoint;
    const { preprocessing, target } = data!;
    if (preprocessing?.kind !== "table" || target.kind !== "values") throw new Error("no table");
    const typed = typedFeatures(preprocessing, { area: "77.5", town: "Bonn" }, ".");
    if (!typed.ok) throw new Error("no features");
    const predictor = new Predictor(createPlainKernel(), config);
    const [output = 0] = predictor.outputs(parameters, typed.features);
    const { mean, scale } = target.scales![0]!;
    const expected = (output * scale + mean).toPrecision(4);
    await page
      .locator("#answer")
      .filter({ hasText: `Predicted: rent ${expected}` })
      .waitFor();
    await page.getByLabel("area").fill("wide");
    await page.locator("#answer").filter({ hasText: "wide" }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("of a text, shows what the network writes from a beginning, and no panel of other data", async () => {
    const file = join(folder, "verse.txt");
    await writeFile(file, "To be, or not to be, that is the question.\n".repeat(60));
    const flags = ["--context", "8", "--model", "gpt:layers=1,heads=2,width=16"];
    const size = ["--dataset", `text:${file}`, "--steps", "40", "--warmup-steps", "5"];
    const coordinator = await startShortRun(cluster, [...size, ...flags]);
    await openDashboard(page, coordinator);
    const sample = await coordinator.event("sample", ({ step }) => step === 40);
    await phase(page, "Finished");
    const hidden = "#pad, #confusion, #mistakes-card, #weights, #targets, #threshold-card";
    for (const card of await page.locator(hidden).all()) expect(await card.isVisible()).toBe(false);
    await page.locator("#figures").getByText("Perplexity").waitFor();
    await see("write-card");
    const written = page.locator("#written");
    await expect.poll(() => written.textContent()).toContain(String(sample["text"]));
    await page.getByLabel("Beginning").fill("To be");
    await page.locator("#temperature").fill("0");
    await page.getByText("Temperature 0").waitFor();
    await expect.poll(async () => (await written.textContent())!.length).toBe(405);
    const greedy = await written.textContent();
    expect(greedy).toMatch(/^To be/u);
    await page.locator("#temperature").fill("1.5");
    await expect.poll(async () => (await written.textContent())!.length).toBe(405);
    const bold = await written.textContent();
    await page.getByRole("button", { name: "Another text" }).click();
    await expect.poll(() => written.textContent()).not.toBe(bold);
    await page.getByLabel("By observation").check({ force: true });
    await see("promedio");
    await page.locator("#promedio thead").getByText("be").first().waitFor();
    expect(await violationsIn(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("of a table with two classes, shows the ROC curve and what a threshold makes of the answers", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => {
      const x = Math.sin(i * 1.7);
      return `${x.toFixed(3)},${x + Math.sin(i * 5.1) > 0.2 ? "yes" : "no"}`;
    });
    const table = join(folder, "t.csv");
    await writeFile(table, `x,answer\n${rows.join("\n")}\n`);
    const flags = ["--dataset", `csv:${table}`, "--epochs", "30", "--batch-size", "16"];
    const coordinator = await startShortRun(cluster, flags);
    await openDashboard(page, coordinator);
    const finished = await coordinator.event("finished");
    await phase(page, "Finished");
    await see("threshold-card");
    const testCount = Number((await coordinator.event("data"))["testCount"]);
    await page.getByText(`Test samples: ${testCount}, at step`).waitFor();
    // The run counts scores in coarse steps, the page exactly.
    const auc = Number((await page.locator("#auc").textContent())!.replace("AUC ", ""));
    const { auc: expected } = finished["testMetrics"] as { readonly auc: number };
    expect(Math.abs(auc - expected)).toBeLessThan(0.02);
    const counts = async (id: string) => {
      const cells = await page.locator(`#${id} tbody td`).allTextContents();
      return cells.map(Number);
    };
    expect(await counts("threshold-table")).toEqual(await counts("confusion"));
    await page.locator("#threshold").fill("0");
    await page.getByText("“yes” above 0.00").waitFor();
    const [no, falseAlarms, missed, hits] = await counts("threshold-table");
    expect([no, missed, falseAlarms! + hits!]).toEqual([0, 0, testCount]);
    await see("row-form");
    await page
      .locator("#answer")
      .filter({ hasText: /Predicted: answer = (?:yes|no)/u })
      .waitFor();
    expect(await page.locator("#bars li").count()).toBe(2);
    expect(await violationsIn(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
