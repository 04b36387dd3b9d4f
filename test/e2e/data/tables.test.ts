/** Tables from a file to a trained network, as a user would type it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { type Cluster, undisturbedFingerprint } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";

const program = join(import.meta.dirname, "../../../build/promedio.js");
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

test("a table trains to the same fingerprint with 1 and 3 workers, and through a stop and a resume elsewhere", async () => {
  const path = await save();
  const run = ["--dataset", `csv:${path}`, ...settings, ...training];
  const expected = await undisturbedFingerprint(...run, "--epochs", "6");

  const three = cluster.coordinator("--local-workers", "3", "--exit", ...run, "--epochs", "6");
  expect((await three.event("finished"))["fingerprint"]).toBe(expected);
  expect(three.stderr).toContain("classification of answer (2 classes), the last column: 200 rows");
  expect(three.stderr).toContain("a (1)");

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
}, 60_000);

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
}, 60_000);

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
}, 30_000);

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
    training: { epochs: 20 },
  });
  expect(await readdir(cluster.folder)).toEqual(["t.csv"]);
}, 30_000);

const folder = join(import.meta.dirname, "../../../../shared/data/tables");
const hasTables = existsSync(folder);
if (!hasTables) process.stderr.write(`skipped: no tables in ${folder}\n`);

test.skipIf(!hasTables).each([
  {
    name: "penguins",
    flags: ["--target", "species", "--missing", "drop"],
    said: "classification of species (3 classes), as named: 333 rows",
    accuracy: 0.95,
  },
  {
    name: "titanic",
    flags: ["--target", "survived", "--missing", "median", "--ignore", "alive"],
    said: "classification of survived (2 classes), as named: 891 rows",
    accuracy: 0.75,
  },
])(
  "$name is learned from one command to at least $accuracy",
  async ({ name, flags, said, accuracy }) => {
    const run = ["--dataset", `csv:${join(folder, `${name}.csv`)}`, ...flags];
    const recipe = ["--optimizer", "adam", "--learning-rate", "0.01", "--epochs", "60"];
    const coordinator = cluster.coordinator("--local-workers", "2", "--exit", ...run, ...recipe);
    const { testAccuracy } = await coordinator.event("finished");
    expect(coordinator.stderr).toContain(said);
    expect(testAccuracy).toBeGreaterThanOrEqual(accuracy);
  },
  60_000,
);
