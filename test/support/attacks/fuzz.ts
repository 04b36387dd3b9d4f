/**
 * @file Runs attacks side by side against a live training run: a real coordinator process with honest local
 * workers. The process must stay up, every attack must end in a permitted way, memory must return, and the
 * fingerprint must be right.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { known } from "../../../shared/assert.ts";
import { selfTest } from "../../../shared/engine/self-test.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { Random } from "../../../shared/random.ts";
import { Cluster, type CoordinatorProcess } from "../processes/cluster.ts";
import { residentMegabytes } from "../processes/resident.ts";
import type { Attack, Target } from "./attack.ts";
import { createAttacks } from "./attacks.ts";

export interface FuzzOptions {
  /** Total number of frames, requests and pieces of garbage to send. */
  readonly frames: number;
  readonly seed: number;
  /** Concurrent attackers. */
  readonly attackers: number;
  /** The coordinator's flags for the disturbed run. */
  readonly run: readonly string[];
  readonly progress?: (line: string) => void;
}

export interface FuzzReport {
  readonly frames: number;
  readonly connections: number;
  /** Attack → how it ended → how often. */
  readonly ends: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** `attack: end`, for ends that are not permitted. */
  readonly surprises: readonly string[];
  /** One per run that was disturbed to its end; all must equal `expected`. */
  readonly fingerprints: readonly string[];
  readonly expected: string;
  /** The coordinator's memory in MB; `undefined` if the system does not report it. */
  readonly memory:
    | { readonly before: number; readonly peak: number; readonly after: number }
    | undefined;
  /** The coordinators' standard error, and every output line that contained a token. */
  readonly stderr: string;
  readonly leaks: readonly string[];
  readonly seconds: number;
}

/** The parameters of 784-16-16-10. */
const parameterCount = 13_002;
const joinToken = "fuzz-join-token-1";
const adminToken = "fuzz-admin-token-2";

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const session = new FuzzSession(options);
  return await session.run();
}

class FuzzSession {
  readonly #options: FuzzOptions;
  readonly #attacks: ReadonlyMap<string, Attack>;
  readonly #ends = new Map<string, Map<string, number>>();
  readonly #surprises = new Set<string>();
  readonly #fingerprints: string[] = [];
  readonly #leaks = new Set<string>();
  #frames = 0;
  #connections = 0;
  #stderr = "";
  #memory: { before: number; peak: number; after: number } | undefined;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#attacks = createAttacks(new Random(options.seed));
  }

  async run(): Promise<FuzzReport> {
    const { seed, frames } = this.#options;
    const beganMs = performance.now();
    const expected = await this.#undisturbed();
    const kernel = instantiateKernel(
      await readFile(join(import.meta.dirname, "../../../build/kernel.wasm")),
    );
    const identity = { kernel: kernel.id, selfTest: selfTest(kernel) };
    for (let round = 0; this.#frames < frames; round++) {
      const random = new Random(seed, round);
      const target = { ...identity, joinToken, adminToken, parameterCount, random };
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await this.#round(target);
      this.#options.progress?.(`${this.#frames} frames, ${this.#fingerprints.length} runs`);
    }
    return {
      frames: this.#frames,
      connections: this.#connections,
      ends: this.#ends,
      surprises: [...this.#surprises],
      fingerprints: this.#fingerprints,
      expected,
      memory: this.#memory,
      stderr: this.#stderr,
      leaks: [...this.#leaks],
      seconds: (performance.now() - beganMs) / 1000,
    };
  }

  async #undisturbed(): Promise<string> {
    const cluster = await Cluster.create();
    const coordinator = cluster.coordinator("--local-workers", "2", "--exit", ...this.#options.run);
    const { fingerprint } = await coordinator.event("finished");
    await cluster.stop();
    return String(fingerprint);
  }

  /** One run, disturbed from its first step to its last. */
  async #round(target: Omit<Target, "port" | "dataset">): Promise<void> {
    const cluster = await Cluster.create();
    try {
      const tokens = ["--join-token", joinToken, "--admin-token", adminToken];
      const coordinator = cluster.coordinator(
        "--local-workers",
        "2",
        ...tokens,
        ...this.#options.run,
      );
      const listening = await coordinator.event("listening");
      const port = Number(new URL(String(listening["url"])).port);
      await coordinator.event("epoch");
      const dataset = await datasetIn(cluster.folder);
      await this.#disturb(coordinator, { ...target, port, dataset });
      this.#stderr += coordinator.stderr;
      this.#lookForTokens(coordinator);
    } finally {
      await cluster.stop();
    }
  }

  async #disturb(coordinator: CoordinatorProcess, target: Target): Promise<void> {
    const pid = known(coordinator.child.pid, "a process that runs has an id");
    const before = await residentMegabytes(pid);
    let over = false;
    const finished = this.#finished(coordinator).finally(() => (over = true));
    const end = () => over || coordinator.child.exitCode !== null;
    const attackers = Array.from({ length: this.#options.attackers }, () =>
      this.#attacker(target, end),
    );
    const peak = this.#watchMemory(pid, end);
    await finished;
    await Promise.all(attackers);
    // Closed sockets are destroyed after 2 s at the latest.
    await delay(3_000);
    const after = await residentMegabytes(pid);
    if (before === undefined || after === undefined) return;
    const peaks = [await peak, after, this.#memory?.peak ?? 0];
    this.#memory = { before: this.#memory?.before ?? before, peak: Math.max(...peaks), after };
  }

  async #finished(coordinator: CoordinatorProcess): Promise<void> {
    const { fingerprint } = await coordinator.event("finished");
    this.#fingerprints.push(String(fingerprint));
  }

  /** One attack after the other, until the run is over. */
  async #attacker(target: Target, end: () => boolean): Promise<void> {
    const names = [...this.#attacks.keys()];
    while (!end()) {
      const name = known(names[target.random.below(names.length)], "an attack");
      const attack = known(this.#attacks.get(name), "an attack");
      // oxlint-disable-next-line no-await-in-loop -- one attack after the other
      await this.#attack(name, attack, target);
    }
  }

  async #attack(name: string, attack: Attack, target: Target): Promise<void> {
    const outcome = await attack.run(target);
    this.#frames += outcome.frames;
    this.#connections += 1;
    const ends = this.#ends.get(name) ?? new Map<string, number>();
    this.#ends.set(name, ends.set(outcome.end, (ends.get(outcome.end) ?? 0) + 1));
    if (!attack.ends.test(outcome.end)) this.#surprises.add(`${name}: ${outcome.end}`);
  }

  async #watchMemory(pid: number, end: () => boolean): Promise<number> {
    let peak = 0;
    while (!end()) {
      // oxlint-disable-next-line no-await-in-loop -- a look every 100 ms
      peak = Math.max(peak, (await residentMegabytes(pid)) ?? 0, await delay(100, 0));
    }
    return peak;
  }

  #lookForTokens({ events, stderr }: CoordinatorProcess): void {
    const lines = events
      .filter(({ event }) => event !== "listening")
      .map((event) => JSON.stringify(event));
    for (const line of [...lines, stderr]) {
      if (line.includes(joinToken) || line.includes(adminToken)) this.#leaks.add(line);
    }
  }
}

/** Path of the dataset of the only run in a folder. */
async function datasetIn(folder: string): Promise<string> {
  const [run = ""] = await readdir(join(folder, "runs"));
  const setup: unknown = JSON.parse(
    await readFile(join(folder, "runs", run, "config.json"), "utf8"),
  );
  const { config } = setup as { config: { dataset: { sha256: string } } };
  return `/data/${config.dataset.sha256}`;
}

/** The report as text. */
export function formatReport(report: FuzzReport): string {
  const { ends, memory } = report;
  const rows = [...ends].map(([name, counts]) => {
    const parts = [...counts].toSorted(([, a], [, b]) => b - a);
    return `  ${name.padEnd(36)} ${parts.map(([end, count]) => `${end} ×${count}`).join(", ")}`;
  });
  const right = report.fingerprints.filter((fingerprint) => fingerprint === report.expected).length;
  return [
    `${report.frames} frames on ${report.connections} connections in ${report.seconds.toFixed(0)} s`,
    ...rows,
    `fingerprints: ${right} of ${report.fingerprints.length} runs right (${report.expected.slice(0, 16)}…)`,
    memory === undefined
      ? "memory: not known on this system"
      : `memory: ${megabytes(memory.before)} before, ${megabytes(memory.peak)} at most, ${megabytes(memory.after)} after`,
    `surprises: ${report.surprises.join("; ") || "none"}`,
    `tokens in the output: ${report.leaks.length}; standard error: ${report.stderr.trim() || "empty"}`,
  ].join("\n");
}

function megabytes(value: number): string {
  return `${value.toFixed(0)} MB`;
}

/** Lists what is wrong with a report; empty if everything is right. */
export function flawsOf(report: FuzzReport): string[] {
  const { surprises, fingerprints, expected, stderr, leaks, memory } = report;
  const flaws = [...surprises, ...leaks.map((line) => `a token in: ${line}`)];
  if (fingerprints.length === 0) flaws.push("no run was disturbed to its end");
  for (const fingerprint of fingerprints) {
    if (fingerprint !== expected) flaws.push(`fingerprint ${fingerprint}, expected ${expected}`);
  }
  if (stderr.trim() !== "") flaws.push(`standard error: ${stderr}`);
  if (memory !== undefined && memory.after > memory.before + 120) {
    flaws.push(`memory went from ${memory.before} MB to ${memory.after} MB and stayed there`);
  }
  return flaws;
}
