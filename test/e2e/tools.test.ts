/** The commands that look at a trained model, on the files of a real run, and the one that compares many. */
import { execFile, spawn } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { decodeSafetensors } from "../../shared/safetensors.ts";
import type { Cluster, JsonEvent } from "../support/processes/cluster.ts";
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
  const run = ["--dataset", "digits:600,100", "--epochs", "2", "--local-workers", "1"];
  const coordinator = cluster.coordinator("--open", "--name", "one", ...run);
  const end = await coordinator.event("finished");
  const { checkpoint, fingerprint, steps: step, testLoss, testAccuracy, testMetrics } = end;
  const shown = { checkpoint: "runs/one/checkpoints/step-00000020.safetensors", step, fingerprint };
  expect(join(cluster.folder, shown.checkpoint)).toBe(checkpoint);
  for (const name of [[], [shown.checkpoint]]) {
    const printed: unknown = JSON.parse(await promedio("evaluate", ...name, "--json"));
    expect(printed).toEqual({
      ...shown,
      dataset: "digits:600,100",
      samples: 100,
      testLoss,
      testAccuracy,
      testMetrics,
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

/** Two numbers and a category decide, with a little noise. */
function rows(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const [age, income] = [20 + ((i * 37) % 50), 1000 + ((i * 613) % 4000)];
    const city = ["Bern", "Genf", "Chur, GR"][i % 3]!;
    const bought = age * 60 + income > 4800 + (i % 3) * 100 ? "yes" : "no";
    return `${age},${income},"${city}",${bought}`;
  });
}

test("predict and evaluate use the preprocessing in the checkpoint, whatever rows they see", async () => {
  const head = "age,income,city,bought";
  const all = rows(300);
  await writeFile(join(cluster.folder, "all.csv"), [head, ...all].join("\n"));
  const args = ["--dataset", `csv:${join(cluster.folder, "all.csv")}`, "--epochs", "20"];
  const coordinator = cluster.coordinator(
    "--exit",
    "--name",
    "shop",
    "--local-workers",
    "1",
    ...args,
  );
  const end = await coordinator.event("finished");
  const own: unknown = JSON.parse(await promedio("evaluate", "shop", "--json"));
  expect(own).toMatchObject({ testLoss: end.testLoss, testAccuracy: end.testAccuracy });

  // Few rows of one city, whose own means and categories would be different.
  const few = all.filter((row) => row.includes("Genf")).slice(0, 20);
  await writeFile(join(cluster.folder, "few.csv"), [head, ...few].join("\n"));
  const answers = (await promedio("predict", "shop", "few.csv")).trimEnd().split("\n");
  expect(answers[0]).toBe("prediction,p(no),p(yes)");
  expect(answers).toHaveLength(21);
  const right = few.filter((row, i) => row.endsWith(`,${answers[i + 1]!.split(",")[0]!}`));
  const other = JSON.parse(
    await promedio("evaluate", "shop", "--dataset", "csv:few.csv", "--json"),
  ) as JsonEvent;
  expect(other).toMatchObject({ samples: 20, testAccuracy: right.length / 20 });
  expect(right.length).toBeGreaterThan(14);

  // Standard input, other columns in another order, without the target.
  const lines = few.map((row) => {
    const [age, income] = row.split(",");
    return JSON.stringify({ note: "x", city: "Genf", income: Number(income), age: Number(age) });
  });
  const piped = await promedioWith(lines.join("\n"), "predict", "shop", "-", "--json");
  const answered = piped
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonEvent);
  expect(answered.map(({ prediction }) => prediction)).toEqual(
    answers.slice(1).map((line) => line.split(",")[0]),
  );

  await writeFile(join(cluster.folder, "bad.csv"), "age,city\n1,Bern\n2,Genf\n");
  expect(await refused("predict", "shop", "bad.csv")).toBe(
    "promedio: bad.csv lacks columns that the model needs: income; it has age, city\n",
  );
  await writeFile(join(cluster.folder, "text.csv"), "age,income,city\n31,20,Bern\nold,30,Genf\n");
  expect(await refused("predict", "shop", "text.csv")).toContain("text.csv line 3");
  expect(await refused("predict", "shop")).toContain("name one after it, or - for standard input");
  expect(await refused("predict", "shop", "cat.png")).toBe(
    "promedio: the model was not trained on pictures such as cat.png; give it a table\n",
  );
});

const compare = ["compare", "--host", "127.0.0.1", "--port", "0", "--local-workers", "1", "--exit"];

/** Runs a comparison that prints JSON lines, and kills it after so many rows. */
async function comparedUntil(
  count: number,
  args: readonly string[],
): Promise<readonly JsonEvent[]> {
  const child = spawn(process.execPath, [program, ...compare, "--json", ...args], {
    cwd: cluster.folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  cluster.atEnd(() => child.kill("SIGKILL"));
  const events: JsonEvent[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    events.push(JSON.parse(line) as JsonEvent);
    if (events.filter(({ event }) => event === "row").length === count) child.kill("SIGKILL");
  }
  return events;
}

/** The rows of a comparison up to the fingerprint, without the seconds that they took. */
async function runsOf(folder: string): Promise<string> {
  const text = await readFile(join(cluster.folder, folder, "runs.csv"), "utf8");
  return text.replaceAll(/,[\d.]+,([0-9a-f]{64}),[^\n]*/gu, ",$1");
}

test("compare, killed and started again, ends like one that was not, and each run can be repeated", async () => {
  const args = ["--dataset", "digits:120,40", "--vary", "optimizer=sgd,adam", "--epochs", "1"];
  const small = [...args, "--seeds", "2", "--search-seeds", "1", "--rates", "2"];
  await comparedUntil(3, [...small, "--to", "killed"]);
  const [whole] = await Promise.all([
    comparedUntil(Infinity, [...small, "--to", "whole"]),
    promedio(...compare, ...small, "--to", "killed"),
  ]);
  const trained = whole.filter(({ event }) => event === "row");
  expect(trained.length).toBeGreaterThan(5);
  expect(whole.at(-1)).toMatchObject({ event: "compared", summary: [{ runs: 2 }, { runs: 2 }] });
  expect(await runsOf("killed")).toBe(await runsOf("whole"));

  const last = trained.at(-1)!;
  const [, alone = ""] = String(last["command"]).split(" start ");
  const place = ["--host", "127.0.0.1", "--port", "0", "--local-workers", "1", "--json"];
  const lines = (await promedio("start", ...alone.split(" "), ...place)).trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ fingerprint: last["fingerprint"] });

  // It is complete, so nothing listens and the table is there at once.
  const again = await promedio(...compare, ...small, "--to", "whole");
  expect(again).toMatch(/^\nvariant .*\nsgd .*\nadam /u);
  expect(await refused(...compare, ...small, "--to", "whole", "--batch-size", "8")).toContain(
    "whole has another comparison (batchSize differs)",
  );
});

test("compare continues after a run that diverges, and says at which step it did", async () => {
  const args = [
    "--dataset",
    "digits:120,40",
    "--epochs",
    "1",
    "--seeds",
    "1",
    "--activation",
    "relu",
  ];
  const rates = ["--optimizer", "sgd", "--vary", "learning-rate=1e38,0.1", "--batch-size", "16"];
  const events = await comparedUntil(Infinity, [...args, ...rates]);
  const trained = events.filter(({ event }) => event === "row");
  expect(trained).toMatchObject([{ outcome: "diverged" }, { outcome: "finished" }]);
  const [{ steps } = { steps: 0 }] = trained as unknown as { steps: number }[];
  expect(events.at(-1)?.["summary"]).toMatchObject([{ divergedAt: [steps] }, { divergedAt: [] }]);
});

/** Runs the program with a text as its standard input. */
async function promedioWith(input: string, ...args: string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, [program, ...args], {
    cwd: cluster.folder,
  });
  running.child.stdin?.end(input);
  return (await running).stdout;
}
