/** The commands that look at a trained model, on the files of a real run. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { decodeSafetensors } from "../../shared/safetensors.ts";
import type { Cluster } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

const program = join(import.meta.dirname, "../../build/promedio.js");
let cluster: Cluster;
eachWithCluster((fresh) => (cluster = fresh));

async function promedio(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: cluster.folder,
  });
  return stdout;
}

async function refused(...args: string[]): Promise<string> {
  return await promedio(...args).then(
    () => "not refused",
    (error: { readonly stderr: string }) => error.stderr,
  );
}

test("evaluate gives the run's own figures, explain and export its model", async () => {
  const run = ["--dataset", "digits:600,100", "--epochs", "2", "--local-workers", "2"];
  const coordinator = cluster.coordinator("--open", "--name", "one", ...run);
  const end = await coordinator.event("finished");
  const { checkpoint, fingerprint, steps: step, testLoss, testAccuracy } = end;
  const shown = { checkpoint: "runs/one/checkpoints/step-00000020.safetensors", step, fingerprint };
  expect(join(cluster.folder, shown.checkpoint)).toBe(checkpoint);
  for (const name of [[], ["one"], ["runs/one"], [shown.checkpoint]]) {
    const printed: unknown = JSON.parse(await promedio("evaluate", ...name, "--json"));
    expect(printed).toEqual({
      ...shown,
      dataset: "digits:600,100",
      samples: 100,
      testLoss,
      testAccuracy,
    });
  }

  const explained = await promedio("explain", "--sample", "7", "--check");
  expect(explained).toContain("Test sample 7 of digits:600,100");
  expect(explained).toContain("kernel's gradient: 0\n");
  expect(await refused("explain", "--sample", "100")).toBe(
    "promedio: digits:600,100 has no test sample 100; the last one is 99\n",
  );

  expect(await promedio("export")).toBe("runs/one/one-step-20.onnx\n");
  const onnx = await readFile(join(cluster.folder, "runs/one/one-step-20.onnx"));
  const { url } = await coordinator.event("listening");
  const served = await fetch(`${String(url)}/run/1/model.onnx`);
  expect(served.headers.get("content-disposition")).toContain("one-step-20-model.onnx");
  expect(Buffer.from(await served.arrayBuffer())).toEqual(onnx);
  expect((await fetch(`${String(url)}/run/1/model.json`)).status).toBe(404);
  await promedio("export", "one", "--format", "safetensors", "--to", "model.safetensors");
  const { metadata, tensors } = decodeSafetensors(
    await readFile(join(cluster.folder, "model.safetensors")),
  );
  expect(metadata.get("fingerprint")).toBe(fingerprint);
  expect([...tensors.keys()].toSorted()[0]).toBe("0.bias");
  const json: unknown = JSON.parse(await promedio("export", "--format", "json", "--to", "-"));
  expect(json).toMatchObject({ fingerprint, step });

  // A checkpoint that left its run does not say where its data are, but can be measured on data that are named.
  await mkdir(join(cluster.folder, "elsewhere"));
  const moved = join(cluster.folder, "elsewhere/model.safetensors");
  await rename(join(cluster.folder, shown.checkpoint), moved);
  expect(await promedio("evaluate", moved, "--dataset", "digits:600,100")).toContain(
    "100 test samples of digits",
  );
  expect(await refused("evaluate", "nothing")).toContain("no run nothing");
  expect(await refused("export", "model.safetensors")).toContain("model.safetensors is damaged");
});
