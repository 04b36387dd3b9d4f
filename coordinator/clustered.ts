/**
 * @file One of several coordinators of a run (`--cluster`): waits as a standby until nobody leads, leads until its run is
 * over or another coordinator leads, and is a standby again. Wiring only.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { nanoid } from "nanoid";

import { known } from "../shared/assert.ts";
import { instantiateKernel } from "../shared/kernels/kernel.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { flagOf } from "../shared/run/settings/option.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import { coordinatorDefaults } from "./cli/defaults.ts";
import { clusterAddress } from "./cluster/address.ts";
import { type Cluster, ClusterUnreachable, type Leader } from "./cluster/cluster.ts";
import { Lead } from "./cluster/lead.ts";
import { Mirror } from "./cluster/mirror.ts";
import { natsCluster } from "./cluster/nats.ts";
import { Shelf } from "./cluster/shelf.ts";
import { type EndOfWait, Standby } from "./cluster/standby.ts";
import { openWaitingRoom } from "./cluster/waiting-room.ts";
import { interruptedCode, steppedDownCode } from "./exit-code.ts";
import { runPrepared } from "./main.ts";
import type { CoordinatorOptions } from "./options.ts";
import type { CoordinatorCommand, ProgramWorld } from "./program-world.ts";
import { newRunId } from "./run-id.ts";
import { type PreparedRun, prepareRun, type SetupWorld } from "./run-setup.ts";
import { nodeDisk } from "./storage/disk.ts";
import { machineMemory } from "./storage/machine-memory.ts";
import { claimRunFolder } from "./storage/run-lock.ts";

/**
 * Runs one coordinator of a cluster until its run is over (with `--exit`) or until it is asked to end.
 *
 * @returns The exit code, as `runCoordinator` returns it.
 * @throws OperatorError before anything listens.
 */
export async function runClustered(
  command: CoordinatorCommand,
  world: ProgramWorld,
): Promise<number> {
  const { cluster: servers = "", leaseSeconds = coordinatorDefaults.leaseSeconds } =
    command.options;
  refuseWithoutTokens(command.options);
  const address = known(clusterAddress(servers), "its reader has accepted it");
  const cluster = await natsCluster(address, 1_000 * leaseSeconds);
  try {
    return await new Coordinator(command, world, cluster).run();
  } finally {
    await cluster.close();
  }
}

/** Workers and dashboards that come to another door show the same token there. */
function refuseWithoutTokens({ joinToken, adminToken, open }: CoordinatorOptions): void {
  const missing = [
    ...(joinToken === undefined && !open ? ["joinToken"] : []),
    ...(adminToken === undefined ? ["adminToken"] : []),
  ].map(flagOf);
  if (missing.length === 0) return;
  throw new OperatorError(sentence("cluster-without-tokens", { flags: missing }));
}

class Coordinator {
  readonly #command: CoordinatorCommand;
  readonly #world: ProgramWorld;
  readonly #cluster: Cluster;
  readonly #id = nanoid();
  readonly #mirror: Mirror;
  /** The run of the leader, or of this coordinator when it led: its dataset need not be loaded again. */
  #loaded: Pick<PreparedRun, "dataset" | "source" | "data"> | undefined;
  #preparedFolder: string | undefined;
  /** The folder of the run that this coordinator led. */
  #ledFolder: string | undefined;
  /** The highest term so far. */
  #term = 0;
  readonly #origins = new Set<string>();
  /** Once it listened at a port, it keeps it. */
  #port: number;

  constructor(command: CoordinatorCommand, world: ProgramWorld, cluster: Cluster) {
    const { options } = command;
    this.#command = command;
    this.#world = world;
    this.#cluster = cluster;
    this.#port = options.port;
    this.#mirror = new Mirror({
      disk: nodeDisk,
      runs: options.runs,
      adminToken: options.adminToken ?? "",
      claim: claimRunFolder,
    });
  }

  async run(): Promise<number> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one turn after the other
      const end = await this.#standBy();
      if (end === undefined) return interruptedCode;
      if (end.kind === "over") {
        this.#tell(sentence("run-over-elsewhere"));
        return 0;
      }
      // oxlint-disable-next-line no-await-in-loop
      const code = await this.#lead(end.term);
      if (code !== steppedDownCode) return code;
    }
  }

  /** @returns How it ended; `undefined` if this process was asked to end. */
  async #standBy(): Promise<EndOfWait | undefined> {
    const { options } = this.#command;
    const adminToken = options.adminToken ?? "";
    let standby: Standby | undefined;
    const leader = () => standby?.leader;
    const room = await openWaitingRoom({ ...options, adminToken, port: this.#port }, leader);
    this.#port = room.port;
    standby = new Standby({
      cluster: this.#cluster,
      own: { id: this.#id, url: room.door },
      term: this.#term,
      follow: (found) => this.#follow(found),
      endsWithRun: options.exit,
      report: (said) => this.#tell(said),
      now: () => performance.now(),
      sleep: async (ms) => await sleep(ms),
    });
    const end = await Promise.race([standby.wait(), this.#world.signals.ended]);
    standby.stop();
    await room.close();
    if (typeof end !== "string") return end;
    await this.#withdraw();
    this.#mirror.close();
    return undefined;
  }

  /** Copies what is new of the leader's run, and loads its dataset while there is time. */
  async #follow(leader: Leader): Promise<number | undefined> {
    this.#term = Math.max(this.#term, leader.term);
    await this.#noteOrigins();
    await this.#mirror.follow(leader);
    const { folder, step } = this.#mirror;
    if (folder !== undefined && folder !== this.#preparedFolder) {
      this.#loaded = await this.#prepare();
      this.#preparedFolder = folder;
    }
    return step;
  }

  /** Pages that another coordinator served may connect here. */
  async #noteOrigins(): Promise<void> {
    const { members } = await this.#cluster.look();
    for (const { url } of members) if (url !== "") this.#origins.add(new URL(url).origin);
  }

  async #lead(term: number): Promise<number> {
    const { options } = this.#command;
    this.#term = term;
    const lead = new Lead({
      cluster: this.#cluster,
      own: { id: this.#id, url: "" },
      term,
      shelf: new Shelf(nodeDisk, options.adminToken ?? ""),
      report: (said) => this.#tell(said),
      after(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    });
    this.#tell(sentence("leads-now", { term }));
    try {
      const preparing = this.#prepare();
      const prepared = await Promise.race([preparing, this.#world.signals.ended]);
      if (typeof prepared === "string") {
        await lead.end();
        return interruptedCode;
      }
      this.#loaded = prepared;
      this.#ledFolder = prepared.folder.path;
      const kernelBytes = await readFile(join(this.#world.build, "kernel.wasm"));
      const leading = { lead, origins: [...this.#origins] };
      const command = { ...this.#command, options: { ...options, port: this.#port } };
      return await runPrepared(command, this.#world, { kernelBytes, prepared, leading });
    } catch (error) {
      await lead.end();
      throw error;
    } finally {
      this.#term = Math.max(this.#term, lead.term);
    }
  }

  /** The run of the leader that it followed, from its newest checkpoint; or else the run that the command asks for. */
  async #prepare(): Promise<PreparedRun> {
    const { options, run } = this.#command;
    const folder = this.#mirror.folder ?? this.#ledFolder;
    const kernelBytes = await readFile(join(this.#world.build, "kernel.wasm"));
    const setup: SetupWorld = {
      kernel: instantiateKernel(kernelBytes),
      memoryBytes: machineMemory(),
      disk: nodeDisk,
      claim: claimRunFolder,
      newRunId,
      collectGarbage: this.#world.collectGarbage,
      progress: (said) => this.#tell(said),
      loaded: this.#loaded,
    };
    if (folder === undefined) return await prepareRun(options, run, setup);
    // The leader's settings count. Only where the data are may differ between machines.
    const { dataset } = run.given;
    const followed: RunRequest = {
      given: dataset === undefined ? {} : { dataset },
      origins: run.origins,
    };
    return await prepareRun({ ...options, init: undefined, resume: folder }, followed, setup);
  }

  async #withdraw(): Promise<void> {
    try {
      await this.#cluster.withdraw({ id: this.#id });
    } catch (error) {
      // Its entry runs out by itself.
      if (!(error instanceof ClusterUnreachable)) throw error;
    }
  }

  #tell(said: Sentence): void {
    this.#world.tell(said);
  }
}
