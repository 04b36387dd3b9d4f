/**
 * @file The rules of a simulation, checked while it runs: every commit against the sequential trainer, every resume
 * against what was promised to be on disk, every wait against its explanation.
 */
import { scoreIn } from "../../coordinator/run/measures/scores.ts";
import type { ParameterStore } from "../../coordinator/run/parameter-store.ts";
import type { CoordinatorEvent } from "../../coordinator/run/view.ts";
import { fingerprintOf } from "../../coordinator/storage/checkpoint.ts";
import type { Checkpoint } from "../../coordinator/storage/checkpoint.ts";
import type { RunFolder } from "../../coordinator/storage/run-folder.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { sayAtTerminal } from "../../shared/words/sentence.ts";
import type { World } from "../support/sim/sim-world.ts";
import { type Expected, expectedOf } from "./scenario.ts";

/** Something happened that must not happen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

type WorkerEvent = Extract<CoordinatorEvent, { event: "worker" }>;

export class Judge {
  readonly #world: World;
  #config: string | undefined;
  #expected: Expected | undefined;
  /** Committed steps of the current coordinator. */
  #step = 0;
  /** The newest step that was reported as safe on disk. */
  #safeStep = 0;
  /** Names of the machines that may lie. */
  liars: ReadonlySet<string> = new Set();
  /** How often a worker was disconnected for a lie, or refused because of an earlier one. */
  expelled = 0;
  /** Virtual time of the last progress. */
  progressMs = 0;
  /** Virtual time at which the run last explained what it waits for. */
  explainedMs = 0;
  commits = 0;
  resumes = 0;
  finished: Extract<CoordinatorEvent, { event: "finished" }> | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  get expected(): Expected {
    if (this.#expected === undefined) throw new Violation("no run was ever set up");
    return this.#expected;
  }

  /** A coordinator has everything it needs to start or continue the run. */
  started(
    config: RunConfig,
    resume: Pick<Checkpoint, "step"> | undefined,
    disk: { readonly isDestroyed: boolean; readonly isUnread: boolean },
  ): void {
    const key = JSON.stringify(config);
    this.#config ??= key;
    if (key !== this.#config) this.fail("the run config is another one after a restart");
    this.#expected ??= expectedOf(config);
    this.#step = resume?.step ?? 0;
    // A temporary read error may cost some steps, but never all of them.
    const excused = disk.isDestroyed || (disk.isUnread && resume !== undefined);
    if (this.#step < this.#safeStep && !excused) {
      this.fail(`resumed at step ${this.#step}, but step ${this.#safeStep} was safe on disk`);
    }
    // Data that a dead process left in the system's cache exist, but nobody reported them as safe.
    this.#safeStep = Math.min(this.#safeStep, this.#step);
    this.progressMs = this.#world.nowMs;
    if (resume !== undefined) this.resumes += 1;
  }

  /** Watches the only place where parameters change. */
  watchStore(store: ParameterStore, isAlive: () => boolean): void {
    this.#checkParameters(store);
    const applyStep = store.applyStep.bind(store);
    const applyCandidate = store.applyCandidate.bind(store);
    const applyReplicas = store.applyReplicas.bind(store);
    store.applyStep = (step) => {
      const outcome = applyStep(step);
      if (outcome.committed) this.#committed(store, isAlive());
      return outcome;
    };
    store.applyReplicas = (step, sum) => {
      const outcome = applyReplicas(step, sum);
      if (outcome.committed) this.#committed(store, isAlive());
      return outcome;
    };
    store.applyCandidate = (step, candidate) => {
      const outcome = applyCandidate(step, candidate);
      if (outcome.committed) this.#committed(store, isAlive());
      return outcome;
    };
  }

  #committed(store: ParameterStore, isAlive: boolean): void {
    if (!isAlive) this.fail("a dead coordinator commits");
    this.#step += 1;
    this.commits += 1;
    this.progressMs = this.#world.nowMs;
    this.#checkParameters(store);
    this.#world.note("commit", `step ${store.step}`);
  }

  #checkParameters(store: ParameterStore): void {
    if (store.step !== this.#step) {
      this.fail(`step ${store.step} follows ${this.#step - 1}: one was skipped or taken twice`);
    }
    const expected = this.expected.fingerprints[this.#step];
    const fingerprint = fingerprintOf(store.parameters);
    if (fingerprint === expected) return;
    const [is, not] = [fingerprint.slice(0, 12), expected?.slice(0, 12)];
    this.fail(`after step ${this.#step} the fingerprint is ${is}, not ${not}`);
  }

  /** A checkpoint reported as written must exist after a crash. */
  watchFolder(folder: RunFolder, isAlive: () => boolean): void {
    const writeCheckpoint = folder.writeCheckpoint.bind(folder);
    folder.writeCheckpoint = async (checkpoint, options) => {
      const written = await writeCheckpoint(checkpoint, options);
      if (written.ok && isAlive()) {
        this.#safeStep = Math.max(this.#safeStep, checkpoint.step);
        this.#world.note("checkpoint", `step ${checkpoint.step} is safe`);
      }
      return written;
    };
  }

  event(event: CoordinatorEvent): void {
    if (event.event === "worker") this.#left(event);
    if (event.event === "epoch") this.#evaluated(event);
    if (event.event === "failed") this.fail(`the run failed: ${sayAtTerminal(event.reason)}`);
    if (event.event === "finished") {
      this.finished = event;
      if (event.steps !== this.expected.totalSteps)
        this.fail(`finished after ${event.steps} steps`);
      if (event.fingerprint !== this.expected.fingerprints.at(-1)) this.fail("other fingerprint");
      if (event.testLoss !== this.expected.testLoss) {
        this.fail(`the test loss is ${event.testLoss}, not ${this.expected.testLoss}`);
      }
    }
  }

  /** Only liars may be disconnected for a lie, and no relay for anything that its workers did. */
  #left({ change, name, kind, error, reason }: WorkerEvent): void {
    if (kind === "relay" && error !== null && error !== "ERR_REPLACED") {
      this.fail(`${name} is honest, and was refused: ${error} ${reason && sayAtTerminal(reason)}`);
    }
    if (change === "joined" || error !== "ERR_MISMATCH") return;
    this.expelled += 1;
    // A worker that returns under its name gets a number appended; if refused at the door, it is named by its
    // address.
    const [machine = ""] = name.split(" ");
    if (machine.startsWith("worker") && !this.liars.has(machine)) {
      this.fail(`${name} is honest, and was cut off: ${reason && sayAtTerminal(reason)}`);
    }
  }

  #evaluated({ epoch, step, ...scores }: Extract<CoordinatorEvent, { event: "epoch" }>): void {
    this.progressMs = this.#world.nowMs;
    const { stepsPerEpoch, losses } = this.expected;
    if (epoch * stepsPerEpoch !== step) this.fail(`epoch ${epoch} ends at step ${step}`);
    const expected = losses[epoch];
    const loss = scoreIn(scores)?.loss;
    if (loss !== expected) {
      this.fail(`the loss after epoch ${epoch} is ${loss}, not ${expected}`);
    }
    const { validationLoss, testLoss } = scores;
    if (validationLoss !== null && testLoss !== null) this.fail("the test split was looked at");
  }

  /** Checks the lines of `metrics.jsonl`: each epoch at most once, in order, and all of them unless the disk failed. */
  checkMetrics(text: string, diskFailed: boolean): void {
    const lines = text.split("\n").slice(0, -1);
    const steps = lines.map((line) => this.#stepOf(line));
    for (const [index, step] of steps.entries()) {
      const previous = steps[index - 1] ?? 0;
      if (step <= previous) this.fail(`metrics.jsonl has step ${step} after step ${previous}`);
    }
    const epochs = this.expected.losses.length - 1;
    if (!diskFailed && steps.length !== epochs) {
      this.fail(`metrics.jsonl has ${steps.length} lines of ${epochs}`);
    }
  }

  #stepOf(line: string): number {
    try {
      return (JSON.parse(line) as { step: number }).step;
    } catch {
      return this.fail(`metrics.jsonl has a line that is none: ${line.slice(0, 60)}…`);
    }
  }

  fail(message: string): never {
    throw new Violation(message);
  }
}
