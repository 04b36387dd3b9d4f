/** Tables from a file to a trained network, as a user would type it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { AdminSocket } from "../../support/processes/admin-socket.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const program = join(import.meta.dirname, "../../../build/promedio.js");
const browser = await launchBrowser();
afterAll(async () => await browser?.close());

let cluster: Cluster;
eachWithCluster((fresh) => (cluster = fresh));

/** 200 rows: whether a + b > 0, with a gap, a decimal comma, and a column that only names the rows. */
const rows = Array.from({ length: 200 }, (_, at) => {
  const [a, b] = [Math.sin(at * 1.7) * 2, Math.cos(at * 2.9) * 2];
  const cell = at === 30 ? "" : a.toFixed(3).replace(".", ",");
  return `r${at};${cell};${b.toFixed(3).replace(".", ",")};${a + b > 0 ? "ja" : "nein"}`;
});
const table = `name;a;b;answer\r\n${rows.join("\r\n")}\r\n`;
const settings = ["--ignore", "name", "--missing", "median"];
const training = ["--batch-size", "16", "--shard-size", "4", "--seed", "3"];

async function save(name = "t.csv"): Promise<string> {
  const path = join(cluster.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, table);
  return path;
}

async function refused(
  ...args: string[]
): Promise<{ readonly code: number; readonly line: string }> {
  try {
    await promisify(execFile)(process.execPath, [program, ...args], { cwd: cluster.folder });
  } catch (error) {
    const { code, stderr } = error as { readonly code: number; readonly stderr: string };
    return { code, line: stderr };
  }
  throw new Error("not refused");
}

test("a table trains to the same fingerprint with 1 worker and with 3 and a page, and through a stop and a resume elsewhere", async () => {
  const path = await save();
  const run = ["--dataset", `csv:${path}`, ...settings, ...training];
  const expected = await undisturbedFingerprint(...run, "--epochs", "6");

  const count = browser === undefined ? "3" : "4";
  const crowd = ["--local-workers", "3", "--min-workers", count, "--audit", "quorum"];
  const many = cluster.coordinator("--exit", ...crowd, ...run, "--epochs", "6");
  const page = await browser?.newPage();
  await page?.goto(String((await many.event("listening")).joinUrl));
  expect((await many.event("finished"))["fingerprint"]).toBe(expected);
  await page?.close();
  expect((await many.event("data"))["message"]).toMatch(
    /^classification of answer: 2 classes .* used as 2 features$/u,
  );
  expect(many.stderr).toContain("a (1)");

  const half = cluster.coordinator(
    "--name",
    "x",
    "--local-workers",
    "1",
    "--exit",
    ...run,
    "--epochs",
    "3",
  );
  await half.event("finished");
  // The settings of the data are in the run's folder.
  const rest = cluster.coordinator(
    "--resume",
    "x",
    "--local-workers",
    "2",
    "--exit",
    "--epochs",
    "6",
  );
  const end = await rest.event("finished");
  expect(end["fingerprint"]).toBe(expected);
  expect(end["testAccuracy"]).toBeGreaterThan(0.85);
});

test("a resumed run whose table has changed, or is read in another way, is refused", async () => {
  const path = await save();
  const run = ["--dataset", `csv:${path}`, ...settings, ...training, "--epochs", "1"];
  const first = cluster.coordinator("--name", "x", "--local-workers", "1", "--exit", ...run);
  await first.event("finished");
  const runs = join(cluster.folder, "runs");
  const resume = ["start", "--resume", "x", "--runs", runs, "--epochs", "2", "--exit"];
  const other = await refused(...resume, "--missing", "mean");
  expect(other.line).toContain("the data that the run was trained on (t)");
  await rename(path, `${path}.old`);
  await writeFile(path, table.replace("nein", "ja"));
  const changed = await refused(...resume);
  expect(changed.line).toContain("the data that the run was trained on (t)");
  expect([other.code, changed.code]).toEqual([1, 1]);
});

test("a table that can't be trained on is one line, exit code 1, and nothing is written", async () => {
  await save();
  const { code, line } = await refused("start", "--dataset", "csv:t.csv", "--exit", "--port", "0");
  expect(line).toBe(
    `promedio: ${join(cluster.folder, "t.csv")}: ` +
      "name holds 200 different texts in 200 rows, so it names rows rather than describes them, " +
      "a lacks 1 of 200 values (first on line 32); use --ignore name, and fill in missing values with " +
      "--missing mean (or median, mode) or drop their rows with --missing drop\n",
  );
  expect(code).toBe(1);
  expect(await readdir(cluster.folder)).toEqual(["t.csv"]);
});

test("inspect says what is in a table that can't be trained on yet, in text and in JSON", async () => {
  await save();
  const inspect = async (...args: string[]) => {
    const argv = [program, "inspect", "csv:t.csv", ...args];
    return await promisify(execFile)(process.execPath, argv, { cwd: cluster.folder });
  };
  const text = await inspect();
  expect(text.stderr).toBe("");
  expect(text.stdout).toContain(
    "200 rows, 4 columns (UTF-8, semicolons between columns, decimal comma",
  );
  expect(text.stdout).toContain("not yet: t.csv: name holds 200 different texts");
  const json: unknown = JSON.parse((await inspect("--json", ...settings)).stdout);
  expect(json).toMatchObject({
    dataset: "csv:t.csv",
    table: { rows: 200, columns: [{ name: "name", use: "left out" }, { missing: 1 }, {}, {}] },
    samples: { splits: { train: 160, test: 40 }, target: { kind: "classes" } },
    // Three steps each, 1,500 in all.
    training: { epochs: 500 },
  });
  expect(await readdir(cluster.folder)).toEqual(["t.csv"]);
});

test("a dashboard trains again on the table that the operator named, with its settings, and on no other", async () => {
  const path = await save();
  const token = "admin-token-of-tables";
  const run = ["--dataset", `csv:${path}`, ...settings, ...training, "--epochs", "2"];
  const coordinator = cluster.coordinator("--local-workers", "1", "--admin-token", token, ...run);
  const { url } = await coordinator.event("listening");
  const { fingerprint } = await coordinator.event("finished");
  const admin = new AdminSocket(Number(new URL(String(url)).port), token);
  const start = async (dataset: string) =>
    await admin.command(
      JSON.stringify({
        id: 1,
        command: "start",
        settings: { dataset, batchSize: "16", shardSize: "4", seed: "3", epochs: "2" },
      }),
    );
  try {
    const other = await start(`csv:${join(cluster.folder, "other.csv")}`);
    expect(JSON.stringify(other)).toContain("not-open-to-pages");
    expect(await start("t")).toEqual({ id: 1, error: null });
    const ends = () => coordinator.events.filter(({ event }) => event === "finished");
    await coordinator.event("finished", () => ends().length === 2);
    expect(ends().at(-1)?.["fingerprint"]).toBe(fingerprint);
  } finally {
    admin.close();
  }
});

test("several answers of yes or no are learned, watched with a validation split, the same by 1 and 2 workers", async () => {
  const flags = Array.from({ length: 150 }, (_, at) => {
    const a = Math.sin(at * 1.7);
    return `${a.toFixed(3)},${a > 0 ? "yes" : "no"},${Math.abs(a) > 0.5 ? 1 : 0}`;
  });
  const path = join(cluster.folder, "flags.csv");
  await writeFile(path, `a,positive,far\n${flags.join("\n")}\n`);
  const targets = ["--target", "positive,far", "--validation", "0.2"];
  const run = ["--dataset", `csv:${path}`, ...targets, ...training, "--epochs", "30"];
  const expected = await undisturbedFingerprint(...run);
  const two = cluster.coordinator("--local-workers", "2", "--min-workers", "2", "--exit", ...run);
  const end = await two.event("finished");
  expect(end["fingerprint"]).toBe(expected);
  expect((await two.event("data"))["message"]).toBe(
    "classification: 2 yes-or-no targets positive, far; 150 rows (96 to train, 24 to validate, 30 to test), 1 column used as 1 feature",
  );
  expect(end["testAccuracy"]).toBeGreaterThan(0.7);
});

const folder = join(import.meta.dirname, "../../../../shared/data/tables");
const hasTables = existsSync(folder);
if (!hasTables) process.stderr.write(`skipped: no tables in ${folder}\n`);

test.skipIf(!hasTables).each([
  {
    name: "penguins",
    flags: ["--target", "species", "--missing", "drop"],
    said: "classification of species: 3 classes Adelie, Chinstrap, Gentoo; 333 rows",
    accuracy: 0.95,
  },
  {
    name: "titanic",
    flags: ["--target", "survived", "--missing", "median", "--ignore", "alive"],
    said: "classification of survived: 2 classes 0, 1; 891 rows",
    accuracy: 0.75,
  },
])(
  "$name is learned from one command to at least $accuracy",
  async ({ name, flags, said, accuracy }) => {
    const run = ["--dataset", `csv:${join(folder, `${name}.csv`)}`, ...flags];
    const recipe = ["--optimizer", "adam", "--learning-rate", "0.01", "--epochs", "60"];
    const coordinator = cluster.coordinator("--local-workers", "1", "--exit", ...run, ...recipe);
    const { testAccuracy } = await coordinator.event("finished");
    expect((await coordinator.event("data"))["message"]).toContain(said);
    expect(testAccuracy).toBeGreaterThanOrEqual(accuracy);
  },
);

test.skipIf(!hasTables)("mpg is predicted to 4 miles per gallon from one command", async () => {
  const flags = ["--target", "mpg", "--ignore", "name", "--missing", "median"];
  const run = ["--dataset", `csv:${join(folder, "mpg.csv")}`, ...flags, "--epochs", "60"];
  const recipe = ["--optimizer", "adam", "--learning-rate", "0.005"];
  const coordinator = cluster.coordinator("--local-workers", "1", "--exit", ...run, ...recipe);
  const { testMetrics } = await coordinator.event("finished");
  expect((await coordinator.event("data"))["message"]).toContain(
    "regression: 1 target mpg; 398 rows (318 to train",
  );
  expect(Number(Object(testMetrics).rmse)).toBeLessThan(4);
});
