/**
 * @file The folder of a comparison:
 *
 *     <to>/plan.json         what all of its runs have in common
 *          rows.jsonl        one line for each finished run, written when it ends
 *          runs/<run>/       what a run leaves behind, as always
 *          table.txt …       the reports, once it is complete
 *
 * A row reaches the disk before the next run begins. So a comparison that was interrupted at any instant finds its
 * finished runs in the rows, and the one in progress in its own folder.
 */
import { dirname, join } from "node:path";

import * as z from "zod/mini";

import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { type Disk, isMissing, replaceFile } from "../storage/disk.ts";
import { handoverName } from "../storage/run-folder.ts";
import { lineOf, type Row, rowsIn } from "./plan/rows.ts";

/** What all runs have in common, as texts by name: settings, and the hashes of kernel and data. */
export type Shared = Readonly<Record<string, string>>;

const sharedSchema = z.record(z.string(), z.string());

export class ComparisonFolder {
  readonly path: string;
  /** Folder of its runs. */
  readonly runs: string;
  readonly #disk: Disk;
  #rows: Row[] = [];

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.path = path;
    this.runs = join(path, "runs");
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Creates the folder. @throws OperatorError if that is not possible. */
  async create(): Promise<void> {
    try {
      await this.#disk.mkdir(this.path);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    // The parent may belong to somebody else, and then it is not new.
    await this.#disk.syncDirectory(dirname(this.path)).catch(() => undefined);
  }

  /**
   * Begins a comparison in the folder, or finds what is finished of it.
   *
   * @throws OperatorError if the folder has another comparison, or can't be read or written.
   */
  async open(shared: Shared): Promise<void> {
    const plan = await this.#read("plan.json");
    if (plan === undefined) {
      return await this.report("plan.json", `${JSON.stringify(shared, null, 2)}\n`);
    }
    this.#refuseOther(plan, shared);
    const text = (await this.#read("rows.jsonl")) ?? "";
    this.#rows = rowsIn(text);
    const whole = this.#rows.map(lineOf).join("");
    // A crash may have left part of a line.
    if (whole !== text) await this.report("rows.jsonl", whole);
  }

  /** @throws OperatorError if it can't be written, because the run would be lost. */
  async add(row: Row): Promise<void> {
    const path = join(this.path, "rows.jsonl");
    try {
      await this.#disk.append(path, new TextEncoder().encode(lineOf(row)));
      if (this.#rows.length === 0) await this.#disk.syncDirectory(this.path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    this.#rows.push(row);
  }

  /**
   * Removes what a finished run would hand over: with the curves of all runs before it, it is larger than the rest of
   * its folder.
   */
  async tidy(run: string): Promise<void> {
    await this.#disk.unlink(join(this.runs, run, handoverName)).catch(() => undefined);
  }

  /** Writes a file whole. @throws OperatorError if it can't be written. */
  async report(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    try {
      await replaceFile(this.#disk, path, new TextEncoder().encode(text));
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  #refuseOther(plan: string, shared: Shared): void {
    const found = this.#sharedIn(plan);
    const names = [...new Set([...Object.keys(shared), ...Object.keys(found)])];
    const field = names.find((name) => found[name] !== shared[name]);
    if (field === undefined) return;
    const folder = this.path;
    throw new OperatorError(
      // Settings come first: they are the operator's to change.
      field === "kernel"
        ? sentence("comparison-of-other-version", { folder })
        : sentence("comparison-differs", { folder, field }),
    );
  }

  #sharedIn(text: string): Shared {
    try {
      return sharedSchema.parse(JSON.parse(text));
    } catch (error) {
      const path = join(this.path, "plan.json");
      throw new OperatorError(sentence("comparison-unreadable", { path }), { cause: error });
    }
  }

  async #read(name: string): Promise<string | undefined> {
    const path = join(this.path, name);
    try {
      return new TextDecoder().decode(await this.#disk.readFile(path));
    } catch (error) {
      if (isMissing(error)) return undefined;
      const why = { path, reason: systemReason(error) };
      throw new OperatorError(sentence("cannot-read", why), { cause: error });
    }
  }
}

function cannotWrite(path: string, error: unknown): OperatorError {
  const why = { path, reason: systemReason(error) };
  return new OperatorError(sentence("cannot-write", why), { cause: error });
}
