import { describe, expect, test } from "vitest";

import { ComparisonFolder } from "../../../../coordinator/compare/folder.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";
import { planOf, rowWith } from "./plan/fixture.ts";

const shared = { kernel: "aa", dataset: "bb", epochs: "5" };
const [sgd] = planOf(["optimizer=sgd"]).variants;
const rows = [1, 2].map((seed) => rowWith({ variant: sgd!, exponent: -1, seed }, seed));

async function begun(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const folder = new ComparisonFolder(memoryDisk(files), "there");
  await folder.open(shared);
  for (const row of rows) await folder.add(row); // oxlint-disable-line no-await-in-loop
  return files;
}

async function reopened(files: Map<string, Uint8Array>, plan = shared): Promise<ComparisonFolder> {
  const folder = new ComparisonFolder(memoryDisk(files), "there");
  await folder.open(plan);
  return folder;
}

describe("the folder of a comparison", () => {
  test("has the rows of an earlier process", async () => {
    expect((await reopened(await begun())).rows).toEqual(rows);
  });

  test("drops a last line that a crash has torn, and continues behind the one before it", async () => {
    const files = await begun();
    const bytes = files.get("there/rows.jsonl")!;
    files.set("there/rows.jsonl", bytes.subarray(0, bytes.length - 30));
    const folder = await reopened(files);
    expect(folder.rows).toEqual(rows.slice(0, 1));
    await folder.add(rows[1]!);
    expect((await reopened(files)).rows).toEqual(rows);
  });

  test("is refused with what differs if it has another comparison, or if its plan is no plan", async () => {
    const files = await begun();
    await expect(reopened(files, { ...shared, epochs: "6" })).rejects.toThrow(
      "there has another comparison (epochs differs)",
    );
    await expect(reopened(files, { ...shared, kernel: "another" })).rejects.toThrow(
      "there was begun with another version of Promedio, which computes other bits; finish it with that version, or choose another folder with --to",
    );
    files.set("there/plan.json", new TextEncoder().encode("[1"));
    await expect(reopened(files)).rejects.toThrow("there/plan.json is not a comparison's plan");
  });
});
