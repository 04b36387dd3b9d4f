/**
 * @file A standby's copy of the leader's run: its settings, its metrics, what it hands over, and its newest and its best
 * checkpoint, each downloaded over HTTP and kept in a run folder of this machine, from which the standby resumes when it leads.
 * A checkpoint with another hash than the announced one is not written.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

import * as z from "zod/mini";

import { tokenField } from "../../shared/protocol/token-field.ts";
import { connectionReason } from "../../shared/words/connection-reason.ts";
import { sentence, SentenceError } from "../../shared/words/sentence.ts";
import { type Checkpoint, decodeCheckpoint } from "../storage/checkpoint.ts";
import { type Disk, replaceFile } from "../storage/disk.ts";
import { createRunFolder, RunFolder, type WrittenCheckpoint } from "../storage/run-folder.ts";
import type { Leader } from "./cluster.ts";
import { clusterKey, runFiles, shelfPrefix } from "./shelf.ts";

/** A leader that sends nothing for so long is gone; a checkpoint of 1 GB takes a minute over a slow network. */
const downloadMs = 120_000;
/** For its owner alone, like those that the leader writes. */
const privateMode = 0o600;

const runSchema = z.object({
  run: z.string().check(z.regex(/^\w[\w-]{0,39}$/u)),
  files: z.object({
    "config.json": z.string(),
    "metrics.jsonl": z.string(),
    "handover.json": z.string(),
  }),
});

type CopiedRun = z.infer<typeof runSchema>;

export interface MirrorOptions {
  readonly disk: Disk;
  /** Folder of the runs. */
  readonly runs: string;
  readonly adminToken: string;
  /** Keeps other processes out of a run's folder. Throws OperatorError if one is in it. */
  readonly claim: (folder: string) => Promise<() => void>;
}

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #key: string;
  #folder: RunFolder | undefined;
  #release = () => {};
  #step: number | undefined;
  /** The hashes of the checkpoints that are in the folder. */
  #newest = "";
  #best = "";

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#key = clusterKey(options.adminToken);
  }

  /** The folder of the run, which can be resumed; `undefined` before anything was copied. */
  get folder(): string | undefined {
    return this.#folder?.path;
  }

  /** The step of its newest copied checkpoint. */
  get step(): number | undefined {
    return this.#step;
  }

  /**
   * Copies what is new.
   *
   * @returns Whether anything was.
   * @throws SentenceError if the leader or the disk fails, and OperatorError if the folder belongs to another process.
   */
  async follow(leader: Leader): Promise<boolean> {
    const { url, run, checkpoint, best } = leader;
    if (url === "" || run === "") return false;
    const isOther = this.#folder?.id !== run;
    const newest = isOther || checkpoint?.sha256 !== this.#newest ? checkpoint?.sha256 : undefined;
    const bestOne = best !== null && (isOther || best !== this.#best) ? best : undefined;
    if (!isOther && newest === undefined && bestOne === undefined) return false;
    const newestBytes = await this.#checked(url, "checkpoint", newest);
    const bestBytes = bestOne === newest ? newestBytes : await this.#checked(url, "best", bestOne);
    // The leader has newer ones, which the next look shows.
    if (newestBytes === "other" || bestBytes === "other") return false;
    const copied = runSchema.safeParse(parsed(await this.#get(url, "run")));
    if (!copied.success || copied.data.run !== run) return false;
    const folder = await this.#open(run, copied.data.files["config.json"]);
    // Metrics reach the disk before the checkpoint that counts their steps, as the leader writes them. The best checkpoint comes
    // before the newest: resumed from an older newest one, the run reaches it again.
    await this.#writeTexts(folder, copied.data.files);
    if (bestBytes !== undefined) {
      await keep(bestBytes, () => folder.writeBest(bestBytes));
      this.#best = best ?? "";
    }
    if (newestBytes !== undefined && checkpoint !== null) {
      const bytes = newestBytes;
      await keep(bytes, (decoded) => folder.writeCheckpoint(decoded, { bytes }));
      this.#step = checkpoint.step;
      this.#newest = checkpoint.sha256;
    }
    return true;
  }

  async #writeTexts(folder: RunFolder, files: CopiedRun["files"]): Promise<void> {
    for (const name of runFiles) {
      if (name === "config.json" || files[name] === "") continue;
      const text = new TextEncoder().encode(files[name]);
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await replaceFile(this.#options.disk, join(folder.path, name), text, privateMode);
    }
  }

  /** Lets others into the folder. */
  close(): void {
    this.#release();
    this.#release = () => {};
  }

  async #open(run: string, config: string): Promise<RunFolder> {
    if (this.#folder?.id === run) return this.#folder;
    const { disk, runs, claim } = this.#options;
    this.close();
    const created = await createRunFolder(
      disk,
      runs,
      run,
      parsed(new TextEncoder().encode(config)),
    );
    // A coordinator that led before has the folder already.
    const folder = created.found ? created.folder : new RunFolder(disk, join(runs, run));
    this.#release = await claim(folder.path);
    this.#folder = folder;
    this.#step = undefined;
    this.#newest = "";
    this.#best = "";
    return folder;
  }

  /** The checkpoint with this hash; `other` if the leader has another one by now, `undefined` if none is wanted. */
  async #checked(
    url: string,
    name: string,
    sha256: string | undefined,
  ): Promise<Uint8Array | "other" | undefined> {
    if (sha256 === undefined) return undefined;
    const bytes = await this.#get(url, name);
    return sha256Of(bytes) === sha256 ? bytes : "other";
  }

  async #get(url: string, name: string): Promise<Uint8Array> {
    try {
      const response = await fetch(url + shelfPrefix + name, {
        headers: { [tokenField]: this.#key },
        redirect: "error",
        signal: AbortSignal.timeout(downloadMs),
      });
      if (!response.ok) {
        throw new SentenceError(
          sentence("leader-answers", { url, status: String(response.status) }),
        );
      }
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof SentenceError) throw error;
      const reason = connectionReason(error);
      throw new SentenceError(sentence("leader-not-reached", { url, reason }), { cause: error });
    }
  }
}

/** @throws SentenceError for a damaged checkpoint, or a disk that fails. */
async function keep(
  bytes: Uint8Array,
  write: (checkpoint: Checkpoint) => Promise<WrittenCheckpoint>,
): Promise<void> {
  const decoded = decodeCheckpoint(bytes);
  if (!decoded.ok) throw new SentenceError(decoded.reason);
  const written = await write(decoded.checkpoint);
  if (!written.ok) throw new SentenceError(written.reason);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `undefined` if it is not JSON. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
